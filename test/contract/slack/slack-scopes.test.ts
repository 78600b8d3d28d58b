// A third party's Slack (emulate 0.12.2, strict about scopes): every method of the Web API that the program calls works under exactly the manifest's scopes,
// and what needs a scope fails with that one taken away. What that Slack does not have is held to the same on the local Slack: user groups, and the two scopes
// that guard no call of ours but what Slack tells us: `commands` (slash commands and shortcuts) and `app_mentions:read` (app_mention events).

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebClient } from '@slack/web-api';
import type { Emulator } from 'emulate';
import { createEmulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startLocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { localSlack, WITHIN_MS } from '../../../packages/slack-sim/test/support/bolt.ts';
import { clientOptions } from '../../../src/adapters/slack/client/client.ts';
import { createPeople } from '../../../src/adapters/slack/client/people.ts';
import { openModal, updateModal, whisper } from '../../../src/adapters/slack/listeners/desk.ts';
import { publishHome } from '../../../src/adapters/slack/listeners/homes.ts';
import { createMessenger } from '../../../src/adapters/slack/messenger.ts';
import { noticeModal } from '../../../src/adapters/slack/views/modals/modals.ts';
import type { Message } from '../../../src/ports/messenger.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { dossier, incident, NOW } from '../../support/build.ts';
import { deskOn, slackSide } from './support/slack-side.ts';

const manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });
const text = readFileSync(new URL('../../../deploy/slack/manifest.yaml', import.meta.url), 'utf8');
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
/** Not in that Slack. */
const ELSEWHERE: readonly string[] = ['usergroups:read', 'commands', 'app_mentions:read'];
const METHODS_ELSEWHERE: readonly string[] = ['usergroups.users.list'];

/** Every method of the Web API that the program names. */
function methodsOfTheProgram(): readonly string[] {
  const folder = fileURLToPath(new URL('../../../src/adapters/slack/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const named = files.flatMap((name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    return [...source.matchAll(/(?:method: '|client\.)([a-z]+(?:\.[a-z]+)?\.[a-zA-Z]+)['(]/g)].map(([, method = '']) => method);
  });
  return [...new Set(named)].toSorted();
}

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

  it('are enough for every method that the program calls', async () => {
    const called = new Set<string>();
    const client = new WebClient('xoxb-all', {
      ...clientOptions(slack.apiUrl),
      fetch(url, init) {
        called.add(new URL(url).pathname.replace('/api/', ''));
        return fetch(url, init);
      },
    });
    const desk = deskOn(client);
    const messenger = createMessenger(desk);
    const root = await messenger.post(ROOT, { channel: slack.open, key: 'OOM-2/root' });
    await messenger.edit(ROOT, root);
    const thread = { channel: slack.open, thread: root.id };
    await messenger.post(
      { kind: 'explanation', incident: incident(), dossier: dossier() },
      { ...thread, key: 'OOM-2/explanation' },
    );
    await messenger.post(OUTPUT, { ...thread, key: 'OOM-2/output' });
    expect(await messenger.find({ ...thread, key: 'OOM-2/explanation' }, NOW)).toBeDefined();
    expect(await messenger.find({ channel: slack.open, key: 'OOM-2/root' }, NOW)).toBeDefined();
    await createPeople({ ...desk, teamId: () => '', clock }).person(slack.person);
    await whisper(desk, { person: slack.person, origin: thread }, 'only for you');
    const trigger = z.object({ trigger_id: z.string() }).parse(await client.apiCall('views.generateTriggerId', {})).trigger_id;
    const view = await openModal(desk, trigger, noticeModal('Headroom', 'One moment …'));
    await updateModal(desk, view, noticeModal('Headroom', 'There.'));
    await publishHome(desk, slack.person, { type: 'home', blocks: [] });
    // That Slack names no bot for a bot's token; the call itself is what counts here.
    await client.auth.test();

    const needed = methodsOfTheProgram().filter((method) => !METHODS_ELSEWHERE.includes(method));
    expect(needed).toContain('chat.postMessage');
    expect([...called].filter((method) => needed.includes(method)).toSorted()).toEqual(needed);
  });
});

it('usergroups:read cannot be left out, on the local Slack', async () => {
  const local = await startLocalSlack({ port: 0, limits: 'off', scopes: SCOPES.filter((scope) => scope !== 'usergroups:read') });
  const client = new WebClient(local.botToken, clientOptions(local.apiUrl));
  const people = createPeople({ client, meter: silentMeter, teamId: () => local.teamId, clock });
  expect(await people.members(local.groups.sreLeads)).toMatchObject({ kind: 'unavailable' });
  await local.stop();
});

describe('what Slack tells the bot, on the local Slack', () => {
  const heardWith = async (scopes: readonly string[], wait: readonly string[]): Promise<readonly string[]> => {
    const local = await localSlack({ scopes });
    const heard = new Set<string>();
    await slackSide(local, {
      async query({ text: asked }) {
        heard.add(asked);
        return { kind: 'help' };
      },
      async explainMessage() {
        heard.add('shortcut');
        return { kind: 'help' };
      },
    });
    const { control, channelId: channel, people } = local;
    await control.say({ as: people.alice, channel, text: '/oom by command' });
    await control.say({ as: people.alice, channel, text: '@headroom by mention' });
    const ts = control.messages(channel).at(-1)?.ts ?? '';
    await control.shortcut({ as: people.alice, channel, ts, callbackId: 'explain_oom' });
    await control.until(() => (wait.every((each) => heard.has(each)) ? true : undefined), {
      withinMs: WITHIN_MS,
      words: wait.join(', '),
    });
    return [...heard].toSorted();
  };
  const ALL = ['by command', 'by mention', 'shortcut'];

  it('is everything under the manifest’s scopes', async () => {
    expect(await heardWith(SCOPES, ALL)).toEqual(ALL);
  });

  it.each([
    { scope: 'commands', left: ['by mention'] },
    { scope: 'app_mentions:read', left: ['by command', 'shortcut'] },
  ])('lacks what $scope guards, when that one is left out', async ({ scope, left }) => {
    expect(
      await heardWith(
        SCOPES.filter((each) => each !== scope),
        left,
      ),
    ).toEqual(left);
  });
});
