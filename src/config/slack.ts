// Which Slack a process talks to, and how Slack reaches it: a workspace when its tokens and a channel are set, over Socket Mode with an app-level token or
// over HTTP with a signing secret; else the local page. Settings that make no sense alone are named.

import { Secret } from './secret.ts';

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

export type SlackValues = {
  readonly SLACK_BOT_TOKEN?: string | undefined;
  readonly SLACK_APP_TOKEN?: string | undefined;
  readonly SLACK_SIGNING_SECRET?: string | undefined;
  readonly SLACK_HTTP_PORT: number;
  readonly SLACK_API_URL?: string | undefined;
  readonly SLACK_CHANNEL?: string | undefined;
  readonly SLACK_FALLBACK_CHANNEL?: string | undefined;
  readonly LOCAL_SLACK_PORT: number;
};

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
  SLACK_HTTP_PORT: port,
}: SlackValues): SlackIncoming | undefined {
  if (app !== undefined) return { kind: 'socket', appToken: new Secret(app) };
  return secret === undefined ? undefined : { kind: 'http', signingSecret: new Secret(secret), port };
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
