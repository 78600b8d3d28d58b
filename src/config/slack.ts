// Which Slack a process talks to, and how Slack reaches it: a workspace when its tokens and a channel are set, over Socket Mode with an app-level token or
// over HTTP with a signing secret; else the local page. Settings that make no sense alone are named.

import { z } from 'zod';
import { Secret } from './secret.ts';
import { setting } from './setting.ts';
import { port, url } from './values.ts';

export type SlackIncoming =
  | { readonly kind: 'socket'; readonly appToken: Secret }
  | { readonly kind: 'http'; readonly signingSecret: Secret; readonly port: number };

export type SlackConfig =
  | { readonly kind: 'local'; readonly port: number; readonly channel: string | undefined }
  | {
      readonly kind: 'workspace';
      readonly botToken: Secret;
      readonly incoming: SlackIncoming;
      readonly apiUrl: string | undefined;
      readonly channel: string;
      readonly fallbackChannel: string;
    };

const channelId = z
  .string()
  .regex(/^[CGD][A-Z0-9]{2,}$/, 'a channel id, which starts with C (channel details, at the bottom), for example C0123456789');

export const slackSettings = {
  SLACK_BOT_TOKEN: setting(
    z
      .string()
      .regex(/^xox[bp]-/, 'a bot token, which starts with xoxb- (it is on the app’s "OAuth & Permissions" page)')
      .optional(),
    {
      meaning: 'The Slack app’s bot token. Needs SLACK_APP_TOKEN too.',
      unit: 'xoxb-… token',
      fallback: 'the local Slack page',
      example: 'xoxb-your-bot-token',
    },
  ),
  SLACK_APP_TOKEN: setting(
    z
      .string()
      .regex(/^xapp-/, 'an app-level token, which starts with xapp- (it is on the app’s "Basic Information" page)')
      .optional(),
    {
      meaning: 'The Slack app’s app-level token for Socket Mode, scope connections:write. Needs SLACK_BOT_TOKEN too.',
      unit: 'xapp-… token',
      fallback: 'the local Slack page',
      example: 'xapp-your-app-token',
    },
  ),
  SLACK_SIGNING_SECRET: setting(
    z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'the signing secret: 32 hex digits (it is on the app’s "Basic Information" page)')
      .optional(),
    {
      meaning: 'Instead of SLACK_APP_TOKEN: Slack reaches the bot over HTTP, and each request is checked by this secret.',
      unit: '32 hex digits',
      fallback: 'none: Socket Mode, which needs no address that Slack can reach',
      example: '0123456789abcdef0123456789abcdef',
    },
  ),
  SLACK_HTTP_PORT: setting(port.default(3001), {
    meaning: 'With SLACK_SIGNING_SECRET: the port for Slack’s requests, on the path /slack/events.',
    unit: 'TCP port, 1 to 65535, or 0 for any free one',
    fallback: '3001',
    example: '3001',
  }),
  SLACK_API_URL: setting(url(/^https?$/, 'an http:// or https:// URL, for example https://slack.com/api/').optional(), {
    meaning: 'Where Slack’s Web API is, for a proxy or a test double.',
    unit: 'http:// or https:// URL ending in /',
    fallback: 'https://slack.com/api/',
    example: 'https://slack.com/api/',
  }),
  SLACK_CHANNEL: setting(channelId.optional(), {
    meaning: 'Where incidents go that no route of HEADROOM_CONFIG sends elsewhere. Invite the bot to it.',
    unit: 'channel id',
    fallback: 'the local Slack’s #oom-alerts; required with a real Slack',
    example: 'C0123456789',
  }),
  SLACK_FALLBACK_CHANNEL: setting(channelId.optional(), {
    meaning: 'Where an incident goes whose own channel is archived, gone, read-only, or without the bot. Invite the bot to it.',
    unit: 'channel id',
    fallback: 'SLACK_CHANNEL',
    example: 'C0123456789',
  }),
  LOCAL_SLACK_PORT: setting(port.default(3000), {
    meaning: 'Port of the local Slack page, on loopback.',
    unit: 'TCP port, 1 to 65535, or 0 for any free one',
    fallback: '3000',
    example: '3000',
  }),
} as const;

type SlackValues = z.infer<z.ZodObject<typeof slackSettings>>;

export function slackOf(values: SlackValues): SlackConfig {
  const { SLACK_BOT_TOKEN: bot, SLACK_CHANNEL: channel } = values;
  const incoming = incomingOf(values);
  if (bot === undefined || incoming === undefined || channel === undefined) {
    return { kind: 'local', port: values.LOCAL_SLACK_PORT, channel };
  }
  const fallbackChannel = values.SLACK_FALLBACK_CHANNEL ?? channel;
  return { kind: 'workspace', botToken: new Secret(bot), incoming, apiUrl: values.SLACK_API_URL, channel, fallbackChannel };
}

function incomingOf({
  SLACK_APP_TOKEN: app,
  SLACK_SIGNING_SECRET: secret,
  SLACK_HTTP_PORT: httpPort,
}: SlackValues): SlackIncoming | undefined {
  if (app !== undefined) return { kind: 'socket', appToken: new Secret(app) };
  return secret === undefined ? undefined : { kind: 'http', signingSecret: new Secret(secret), port: httpPort };
}

/** What is missing or too much beside the others. Apart from the schema, so that one wrong value does not hide these. */
export function slackPartners(values: Readonly<Record<string, string>>): readonly string[] {
  const { SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app, SLACK_SIGNING_SECRET: secret, SLACK_CHANNEL: channel } = values;
  const incoming = app ?? secret;
  return [
    ...(bot !== undefined && incoming === undefined
      ? [
          'SLACK_APP_TOKEN: needed beside SLACK_BOT_TOKEN: an app-level token that starts with xapp-; or SLACK_SIGNING_SECRET, for HTTP',
        ]
      : []),
    ...(incoming !== undefined && bot === undefined
      ? [
          `SLACK_BOT_TOKEN: needed beside ${app === undefined ? 'SLACK_SIGNING_SECRET' : 'SLACK_APP_TOKEN'}: a bot token that starts with xoxb-`,
        ]
      : []),
    ...(app !== undefined && secret !== undefined
      ? ['SLACK_SIGNING_SECRET: not beside SLACK_APP_TOKEN: Slack reaches the bot over Socket Mode or over HTTP, not both']
      : []),
    ...((bot ?? incoming) !== undefined && channel === undefined
      ? ['SLACK_CHANNEL: needed with a real Slack: the id of the channel for incidents, for example C0123456789']
      : []),
  ];
}
