// A third party's local Slack, so that ours is not merely agreeing with itself: the bot connects to it, posts, answers in the thread, edits, whispers, puts a
// file there, opens and takes back a modal, and answers a command and the Home tab. It gives every envelope to both connections, where Slack picks one: what
// comes twice is handled once. What it does not have (metadata, user groups, charts, limits) is not asked of it.

import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { clientOptions } from '../../../src/adapters/slack/client/client.ts';
import { ACTION, CALLBACK } from '../../../src/adapters/slack/ids.ts';
import type { Conversation } from '../../../src/adapters/slack/listeners/desk.ts';
import { createMessenger } from '../../../src/adapters/slack/messenger.ts';
import { toInstant } from '../../../src/domain/base/time.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { dossier, incident, NOW } from '../../support/build.ts';
import { eventually } from '../cluster/cluster-support.ts';
import { slackSide } from './support/slack-side.ts';
import type { RunningSlack } from './support/third-party-slack.ts';
import { runThirdPartySlack, thirdPartySlack, WORKSPACE } from './support/third-party-slack.ts';

const program = await thirdPartySlack();
const title = `a third party’s Slack (local-slack 0.1.8)${program.kind === 'missing' ? `, not run: ${program.why}` : ''}`;
const WITHIN_MS = 15_000;

if (program.kind === 'missing') process.stderr.write(`Not run: a third party’s Slack: ${program.why}\n`);

const message = z.looseObject({
  ts: z.string(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  blocks: z.array(z.looseObject({ type: z.string() })).default([]),
});
const messages = z.object({ messages: z.array(message) });
const snapshot = z.object({
  t: z.literal('init'),
  state: z.object({
    modalStack: z.array(z.looseObject({ callback_id: z.string().optional() })),
    homeViews: z.record(z.string(), z.unknown()),
  }),
});

describe.skipIf(program.kind === 'missing')(title, () => {
  let slack: RunningSlack;

  beforeAll(async () => {
    slack = await runThirdPartySlack(program.kind === 'here' ? program.path : '');
  });

  afterAll(async () => {
    await slack.stop();
  });

  const { channel, alice } = WORKSPACE;

  async function control(path: string, body: object): Promise<void> {
    const answer = await fetch(`${slack.url}/_control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  async function said(fits: (each: z.infer<typeof message>) => boolean): Promise<z.infer<typeof message>> {
    return eventually('the message', WITHIN_MS, async () => {
      const answer = await fetch(`${slack.url}/_control/messages/${channel}`);
      return messages.parse(await answer.json()).messages.findLast(fits);
    });
  }

  function messenger() {
    const client = new WebClient(WORKSPACE.botToken, clientOptions(slack.apiUrl));
    return createMessenger({ client, log: silentLog, meter: silentMeter });
  }

  async function bot(expected: Partial<Conversation>): Promise<void> {
    const socket = await slackSide({ ...WORKSPACE, apiUrl: slack.apiUrl, botUserId: WORKSPACE.bot }, expected);
    await eventually('both connections', WITHIN_MS, () => (socket.count() === 2 ? true : undefined));
  }

  /** Its page's own line: the only way to its modals. */
  async function onPage<Result>(use: (page: WebSocket) => Promise<Result>): Promise<Result> {
    const page = new WebSocket(`${slack.url.replace('http', 'ws')}/ui`);
    try {
      return await use(page);
    } finally {
      page.close();
    }
  }

  function state(): Promise<z.infer<typeof snapshot>['state']> {
    return onPage(
      (page) =>
        new Promise((resolve, reject) => {
          page.on('error', reject);
          page.on('message', (data) => {
            const parsed = snapshot.safeParse(JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : '{}'));
            if (parsed.success) resolve(parsed.data.state);
          });
        }),
    );
  }

  it('takes the root, the reply under it, its edit, and everything that was read as a file', async () => {
    const place = { channel, key: 'OOM-1/root' };
    const root = await messenger().post({ kind: 'root', incident: incident() }, place);
    await messenger().post(
      { kind: 'explanation', incident: incident(), dossier: dossier() },
      { channel, thread: root.id, key: 'OOM-1/explanation' },
    );
    await messenger().edit({ kind: 'root', incident: incident(), dossier: dossier() }, root);
    await messenger().post(
      { kind: 'output', incident: incident(), dossier: dossier() },
      { channel, thread: root.id, key: 'OOM-1/output' },
    );

    const edited = await said(({ ts, blocks }) => ts === root.id && JSON.stringify(blocks).includes('Likely cause'));
    expect(edited.text).toContain('OOMKilled');
    expect((await said(({ text }) => text.startsWith('Why it was killed'))).thread_ts).toBe(root.id);
    expect((await said(({ text }) => text.includes('everything that was read'))).thread_ts).toBe(root.id);
  });

  it('lets a button be clicked, once', async () => {
    const handled: string[] = [];
    await bot({
      async care({ incidentId, person }) {
        handled.push(`${incidentId} ${person}`);
        return { kind: 'nothing', reason: 'Somebody else looks after it.' };
      },
    });
    const root = await messenger().post({ kind: 'root', incident: incident() }, { channel, key: 'OOM-2/root' });
    const action = actionOf(await said(({ ts }) => ts === root.id), `${ACTION.care}:acknowledge`);
    await control('interact', { channel, messageTs: root.id, user: alice, action });

    await said(({ text }) => text.includes('Somebody else looks after it.'));
    expect(handled).toEqual([`${incident().id} ${alice}`]);
  });

  it('opens a modal and brings it back', async () => {
    const wishes: unknown[] = [];
    await bot({
      async care(input) {
        wishes.push(input);
        return { kind: 'done' };
      },
    });
    const root = await messenger().post({ kind: 'root', incident: incident() }, { channel, key: 'OOM-3/root' });
    const more = actionOf(await said(({ ts }) => ts === root.id), `${ACTION.care}:more`);
    const assign = z.array(z.looseObject({ value: z.string() })).parse(more['options'])[0];
    await control('interact', { channel, messageTs: root.id, user: alice, action: { ...more, selected_option: assign } });
    await eventually('the modal', WITHIN_MS, async () =>
      (await state()).modalStack.find(({ callback_id }) => callback_id === CALLBACK.assign),
    );
    const values = { person: { person: { type: 'users_select', selected_user: alice } } };
    await onPage(async (page) => {
      await new Promise((resolve) => page.once('open', resolve));
      page.send(JSON.stringify({ t: 'view_submit', user: alice, values }));
      await eventually('the modal to close', WITHIN_MS, async () => ((await state()).modalStack.length === 0 ? true : undefined));
    });

    // It came over both connections: a submission that arrives twice is settled by the incident's own state.
    expect(new Set(wishes.map((wish) => JSON.stringify(wish)))).toEqual(
      new Set([JSON.stringify({ incidentId: incident().id, person: alice, wish: { kind: 'assign', to: alice } })]),
    );
  });

  it('passes a command on, and its answer back', async () => {
    const asked: string[] = [];
    await bot({
      async query({ text, person }) {
        asked.push(`${text} ${person}`);
        return { kind: 'help' };
      },
    });
    await control('command', { channel, user: alice, command: '/oom', text: 'help' });

    await said(({ text }) => text.includes('/oom'));
    expect(asked).toEqual([`help ${alice}`]);
  });

  it('shows the Home tab', async () => {
    const health = { processes: [], queue: { waiting: 0, running: 0, failed: 0 }, storeMs: 1, ailments: [] };
    await bot({
      home: async () => ({ at: toInstant(NOW), waiting: [], mine: [], incidents: [incident()], mutes: [], health }),
    });
    await control('open-home', { user: alice });

    const home = await eventually('the Home tab', WITHIN_MS, async () => (await state()).homeViews[alice]);
    expect(JSON.stringify(home)).toContain(incident().id);
  });
});

/** An element of a message, as a click carries it. */
function actionOf({ blocks }: z.infer<typeof message>, actionId: string): Record<string, unknown> {
  const element = z.looseObject({ action_id: z.string() });
  const actions = z.looseObject({ type: z.literal('actions'), block_id: z.string().default('b1'), elements: z.array(element) });
  for (const block of blocks) {
    const parsed = actions.safeParse(block).data;
    const found = parsed?.elements.find(({ action_id }) => action_id === actionId);
    if (found !== undefined) return { ...found, block_id: parsed?.block_id };
  }
  throw new Error(`no ${actionId} in the message`);
}
