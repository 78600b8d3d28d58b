// A third party's Slack (emulate, strict about scopes): every call the bot makes of it works under exactly the manifest's scopes, and fails with the one it
// needs taken away. What that Slack does not have (user groups, commands, mentions) is held to the same on the local Slack.

import { readFileSync } from 'node:fs';
import { WebClient } from '@slack/web-api';
import type { Emulator } from 'emulate';
import { createEmulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startLocalSlack } from '../../demo/slack/start.ts';
import { clientOptions } from '../../src/adapters/slack/client.ts';
import { createMessenger } from '../../src/adapters/slack/messenger.ts';
import { createPeople } from '../../src/adapters/slack/people.ts';
import type { Message } from '../../src/ports/messenger.ts';
import { silentLog, silentMeter } from '../fakes/telemetry.ts';
import { dossier, incident, NOW } from '../support/build.ts';

const manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });
const text = readFileSync(new URL('../../deploy/slack/manifest.yaml', import.meta.url), 'utf8');
const SCOPES = manifest.parse(parse(text)).oauth_config.scopes.bot;
const clock = { now: () => NOW };

const tokenWithout = (scope: string): string => `xoxb-without-${scope.replaceAll(':', '-')}`;

type Slack = { readonly apiUrl: string; readonly open: string; readonly closed: string; readonly person: string };

function botOn({ apiUrl }: Slack, token: string) {
  const client = new WebClient(token, clientOptions(apiUrl));
  const common = { client, log: silentLog, meter: silentMeter };
  return { client, messenger: createMessenger(common), people: createPeople({ ...common, teamId: () => '', clock }) };
}

const ROOT: Message = { kind: 'root', incident: incident(), dossier: dossier() };
const OUTPUT: Message = { kind: 'output', incident: incident(), dossier: dossier() };

/** What needs a scope, by that scope. */
const NEEDS: Readonly<Record<string, (slack: Slack, token: string) => Promise<unknown>>> = {
  'chat:write': (slack, token) => botOn(slack, token).messenger.post(ROOT, { channel: slack.open, key: 'OOM-1/root' }),
  'channels:history': (slack, token) => botOn(slack, token).messenger.find({ channel: slack.open, key: 'OOM-1/root' }, NOW),
  'groups:history': (slack, token) => botOn(slack, token).messenger.find({ channel: slack.closed, key: 'OOM-1/root' }, NOW),
  'files:write': (slack, token) => botOn(slack, token).messenger.post(OUTPUT, { channel: slack.open, key: 'OOM-1/output/1' }),
  'files:read': (slack, token) => botOn(slack, token).messenger.post(OUTPUT, { channel: slack.open, key: 'OOM-1/output/2' }),
  'users:read': (slack, token) => botOn(slack, token).people.person(slack.person),
};
/** Not in that Slack: group members are asked of the local one; the other two let Slack call us, and nothing of it is called. */
const ELSEWHERE: readonly string[] = ['usergroups:read', 'commands', 'app_mentions:read'];

describe('the manifest’s scopes, on a Slack that is strict about them', () => {
  let emulator: Emulator;
  let slack: Slack;

  beforeAll(async () => {
    const tokens = [
      { token: 'xoxb-all', user: 'headroom', scopes: SCOPES },
      { token: 'xoxb-setup', user: 'headroom', scopes: ['channels:read', 'groups:read', 'groups:write', 'users:read'] },
      ...SCOPES.map((scope) => ({
        token: tokenWithout(scope),
        user: 'headroom',
        scopes: SCOPES.filter((each) => each !== scope),
      })),
    ];
    emulator = await createEmulator({
      service: 'slack',
      port: 0,
      seed: {
        slack: { strict_scopes: true, users: [{ name: 'headroom' }, { name: 'alice' }], channels: [{ name: 'alerts' }], tokens },
      },
    });
    const apiUrl = `${emulator.url}/api/`;
    const setup = new WebClient('xoxb-setup', clientOptions(apiUrl));
    const { channels = [] } = await setup.conversations.list();
    const { channel } = await setup.conversations.create({ name: 'private-alerts', is_private: true });
    const { members = [] } = await setup.users.list({});
    slack = {
      apiUrl,
      open: channels.find(({ name }) => name === 'alerts')?.id ?? '',
      closed: channel?.id ?? '',
      person: members.find(({ name }) => name === 'alice')?.id ?? '',
    };
  });

  afterAll(async () => {
    await emulator.close();
  });

  it('are all accounted for', () => {
    expect([...Object.keys(NEEDS), ...ELSEWHERE].toSorted()).toEqual(SCOPES.toSorted());
  });

  it.each(Object.entries(NEEDS))('%s is enough with the others', async (_scope, call) => {
    await expect(call(slack, 'xoxb-all')).resolves.not.toThrow();
  });

  it.each(Object.entries(NEEDS))('%s cannot be left out', async (scope, call) => {
    await expect(call(slack, tokenWithout(scope))).rejects.toThrow(`missing_scope`);
  });

  it('covers edits, replies, whispers, modals and the Home tab', async () => {
    const { client, messenger } = botOn(slack, 'xoxb-all');
    const root = await messenger.post(ROOT, { channel: slack.open, key: 'OOM-2/root' });
    await messenger.edit(ROOT, root);
    await messenger.post(
      { kind: 'explanation', incident: incident(), dossier: dossier() },
      { channel: slack.open, thread: root.id, key: 'OOM-2/explanation' },
    );
    expect(await messenger.find({ channel: slack.open, thread: root.id, key: 'OOM-2/explanation' }, NOW)).toBeDefined();
    await client.chat.postEphemeral({ channel: slack.open, user: slack.person, text: 'only for you' });
    await client.views.publish({ user_id: slack.person, view: { type: 'home', blocks: [] } });
  });
});

it('usergroups:read cannot be left out, on the local Slack', async () => {
  const local = await startLocalSlack({ port: 0, limits: 'off', scopes: SCOPES.filter((scope) => scope !== 'usergroups:read') });
  const client = new WebClient(local.botToken, clientOptions(local.apiUrl));
  const people = createPeople({ client, meter: silentMeter, teamId: () => local.teamId, clock });
  expect(await people.members(local.groups.sreLeads)).toMatchObject({ kind: 'unavailable' });
  await local.stop();
});
