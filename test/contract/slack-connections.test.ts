// The bot's own connections to the local Slack, which asks them to leave as Slack does every few hours, and cuts them as networks do: there is always one
// that is open, and whatever people click meanwhile is handled once. The numbers of open connections are those of every change, not samples.

import { WebClient } from '@slack/web-api';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { LocalSlack } from '../../demo/slack/start.ts';
import { clientOptions } from '../../src/adapters/slack/client.ts';
import { ACTION, encode } from '../../src/adapters/slack/ids.ts';
import type { SlackSocket } from '../../src/adapters/slack/socket.ts';
import { localSlack } from './support/bolt.ts';
import { slackSide } from './support/slack-side.ts';

const CLICKS = 40;
const WITHIN_MS = 25_000;
/** Slack's ten seconds, halved. */
const CUT_AFTER_MS = 5000;

const open = (slack: LocalSlack): number => slack.control.state(slack.people.alice).connections;

type Bot = { readonly socket: SlackSocket; readonly handled: readonly string[] };

/** `handled` has the incidents that somebody acknowledged. */
async function startBot(slack: LocalSlack, openThen = 2): Promise<Bot> {
  const handled: string[] = [];
  const socket = await slackSide(slack, {
    async care({ incidentId }) {
      handled.push(incidentId);
      return { kind: 'done' };
    },
  });
  const wanted = { withinMs: WITHIN_MS, words: `${openThen} connections` };
  await slack.control.until(() => (open(slack) === openThen ? true : undefined), wanted);
  return { socket, handled };
}

/** The fewest connections that were open since. */
function fewestOpen(slack: LocalSlack): () => number {
  let fewest = open(slack);
  const stop = slack.control.onChange(() => {
    fewest = Math.min(fewest, open(slack));
  });
  onTestFinished(stop);
  return () => fewest;
}

/** Resolves when others have been opened beside those that were asked to leave, and these have left. */
async function replaced(slack: LocalSlack): Promise<void> {
  const wanted = { withinMs: WITHIN_MS, words: 'new connections in place of the old ones' };
  await slack.control.until(() => (open(slack) > 2 ? true : undefined), wanted);
  await slack.control.until(() => (open(slack) === 2 ? true : undefined), wanted);
}

/** Clicks on one new button after another, at least forty and until the work is done; the incidents of the buttons. */
async function clickDuring(slack: LocalSlack, work: Promise<void>): Promise<readonly string[]> {
  const client = new WebClient(slack.botToken, clientOptions(slack.apiUrl));
  const state = { done: false };
  const working = work.finally(() => {
    state.done = true;
  });
  const clicked: string[] = [];
  while (!state.done || clicked.length < CLICKS) {
    const incident = `OOM-${clicked.length + 1}`;
    const button = {
      type: 'button' as const,
      action_id: ACTION.care,
      text: { type: 'plain_text' as const, text: 'Acknowledge' },
      value: encode({ incident, care: 'acknowledge' }),
    };
    const blocks = [{ type: 'actions' as const, block_id: 'acts', elements: [button] }];
    const { ts = '' } = await client.chat.postMessage({ channel: slack.channelId, text: incident, blocks });
    const where = { kind: 'message', channel: slack.channelId, ts } as const;
    const answer = await slack.control.action({ as: slack.people.alice, where, blockId: 'acts', actionId: ACTION.care });
    if (!answer.ok) throw new Error(`${incident}: ${answer.error}`);
    clicked.push(incident);
  }
  await working;
  return clicked;
}

it.each([{ how: 'refresh_requested' as const }, { how: 'warning' as const }])(
  'always has an open connection, and takes each click once, while Slack refreshes both at once: $how',
  { timeout: 60_000 },
  async ({ how }) => {
    const slack = await localSlack({ cutAfterMs: CUT_AFTER_MS });
    const { socket, handled } = await startBot(slack);
    const fewest = fewestOpen(slack);

    slack.control.break({ disconnect: how });
    const clicked = await clickDuring(slack, replaced(slack));

    expect(fewest()).toBeGreaterThanOrEqual(2);
    expect(handled).toEqual(clicked);
    expect(socket.count()).toBe(2);
  },
);

it('always has an open connection, and takes each click once, while Slack refreshes one after the other', {
  timeout: 90_000,
}, async () => {
  const slack = await localSlack({ cutAfterMs: CUT_AFTER_MS });
  const { handled } = await startBot(slack);
  const fewest = fewestOpen(slack);

  const refresh = async (): Promise<void> => {
    slack.control.break({ disconnect: 'refresh_requested', which: 'oldest' });
    await replaced(slack);
  };
  const clicked = await clickDuring(slack, refresh().then(refresh));

  expect(fewest()).toBeGreaterThanOrEqual(2);
  expect(handled).toEqual(clicked);
});

it('comes back when the connections are cut, and leaves when it is stopped', { timeout: 60_000 }, async () => {
  const slack = await localSlack();
  const { socket } = await startBot(slack);
  const fewest = fewestOpen(slack);
  const areBack = (): boolean => fewest() < 2 && open(slack) === 2 && socket.count() === 2;

  slack.control.break({ disconnect: 'drop' });
  await slack.control.until(() => (areBack() ? true : undefined), { withinMs: WITHIN_MS, words: 'both connections, anew' });
  await socket.stop();

  await slack.control.until(() => (open(slack) === 0 ? true : undefined), { withinMs: WITHIN_MS, words: 'both to leave' });
  expect(socket.connected()).toBe(false);
});

it('works with one connection until Slack has room for the other', { timeout: 60_000 }, async () => {
  const slack = await localSlack();
  const others: WebSocket[] = [];
  for (let count = 0; count < 9; count += 1) others.push(await otherConnection(slack));

  const { socket } = await startBot(slack, 10);
  expect(socket.count()).toBe(1);
  others[0]?.close();

  await slack.control.until(() => (socket.count() === 2 ? true : undefined), { withinMs: WITHIN_MS, words: 'the other one' });
});

/** Somebody else's, of the same app. */
async function otherConnection(slack: LocalSlack): Promise<WebSocket> {
  const before = open(slack);
  const { url = '' } = await new WebClient(slack.appToken, clientOptions(slack.apiUrl)).apps.connections.open({});
  const socket = new WebSocket(url);
  await slack.control.until(() => (open(slack) > before ? true : undefined), { withinMs: WITHIN_MS, words: 'a connection' });
  return socket;
}
