// The bot's own connections to the local Slack, which asks them to leave as Slack does every few hours, and cuts them as networks do: there is always one
// that is open, and whatever people click meanwhile is handled once. The numbers of open connections are those of every change, not samples.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { WebClient } from '@slack/web-api';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { localSlack } from '../../../packages/slack-sim/test/support/bolt.ts';
import { clientOptions } from '../../../src/adapters/slack/client/client.ts';
import { ACTION, encode } from '../../../src/adapters/slack/ids.ts';
import type { SlackSocket } from '../../../src/adapters/slack/socket/socket.ts';
import { slackSide } from './support/slack-side.ts';

const CLICKS = 40;
const WITHIN_MS = 40_000;
/** Sooner than Slack's ten seconds; the bot begins to open the next connection within two. */
const CUT_AFTER_MS = 8000;
/** Later than Slack's three seconds: how fast a click is taken is not asked here. */
const ANSWER_WITHIN_MS = 5000;
/** Longer than Slack's library waits for a pong by itself. */
const STANDSTILL_MS = 6000;

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

/** The bot hears of a connection's end a little later than Slack. */
async function counts({ control }: LocalSlack, socket: SlackSocket, wanted: number): Promise<void> {
  const words = `the bot to count ${wanted} connections`;
  await control.until(() => (socket.count() === wanted ? true : undefined), { withinMs: WITHIN_MS, words });
}

/** A click is acknowledged before it is handled. */
async function handledAll({ control }: LocalSlack, handled: Bot['handled'], clicked: readonly string[]): Promise<void> {
  const look = (): true | undefined => (handled.length >= clicked.length ? true : undefined);
  await control.until(look, { withinMs: WITHIN_MS, words: 'the last click to be handled' });
  expect(handled).toEqual(clicked);
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
  { timeout: 90_000 },
  async ({ how }) => {
    const slack = await localSlack({ cutAfterMs: CUT_AFTER_MS, answerWithinMs: ANSWER_WITHIN_MS });
    const { socket, handled } = await startBot(slack);
    const fewest = fewestOpen(slack);

    slack.control.break({ disconnect: how });
    const clicked = await clickDuring(slack, replaced(slack));

    expect(fewest()).toBeGreaterThanOrEqual(2);
    await handledAll(slack, handled, clicked);
    await counts(slack, socket, 2);
  },
);

it('always has an open connection, and takes each click once, while Slack refreshes one after the other', {
  timeout: 150_000,
}, async () => {
  const slack = await localSlack({ cutAfterMs: CUT_AFTER_MS, answerWithinMs: ANSWER_WITHIN_MS });
  const { handled } = await startBot(slack);
  const fewest = fewestOpen(slack);

  const refresh = async (): Promise<void> => {
    slack.control.break({ disconnect: 'refresh_requested', which: 'oldest' });
    await replaced(slack);
  };
  const clicked = await clickDuring(slack, refresh().then(refresh));

  expect(fewest()).toBeGreaterThanOrEqual(2);
  await handledAll(slack, handled, clicked);
});

it('keeps its connections when the machine stands still for some seconds', { timeout: 90_000 }, async () => {
  const slack = await localSlack();
  const { socket } = await startBot(slack);
  const fewest = fewestOpen(slack);
  const pongs = countPongs();
  const untilPongs = (count: number): Promise<true> => {
    const look = (): true | undefined => (pongs() >= count || fewest() < 2 ? true : undefined);
    return slack.control.until(look, { withinMs: WITHIN_MS, words: `${count} pongs` });
  };

  await untilPongs(4);
  await standStill();
  await untilPongs(pongs() + 4);

  expect(fewest()).toBe(2);
  expect(socket.count()).toBe(2);
});

it('comes back when the connections are cut, and leaves when it is stopped', { timeout: 90_000 }, async () => {
  const slack = await localSlack();
  const { socket } = await startBot(slack);
  const fewest = fewestOpen(slack);
  const areBack = (): boolean => fewest() < 2 && open(slack) === 2 && socket.count() === 2;

  slack.control.break({ disconnect: 'drop' });
  await slack.control.until(() => (areBack() ? true : undefined), { withinMs: WITHIN_MS, words: 'both connections, anew' });
  await socket.stop();

  await slack.control.until(() => (open(slack) === 0 ? true : undefined), { withinMs: WITHIN_MS, words: 'both to leave' });
  await counts(slack, socket, 0);
  expect(socket.connected()).toBe(false);
});

it('works with one connection until Slack has room for the other', { timeout: 90_000 }, async () => {
  const slack = await localSlack();
  const others: WebSocket[] = [];
  for (let count = 0; count < 9; count += 1) others.push(await otherConnection(slack));

  const { socket } = await startBot(slack, 10);
  expect(socket.count()).toBe(1);
  others[0]?.close();

  await counts(slack, socket, 2);
});

/** How many the bot has got from Slack since. */
function countPongs(): () => number {
  let count = 0;
  const channel = 'undici:websocket:pong';
  const heard = (): void => {
    count += 1;
  };
  subscribe(channel, heard);
  onTestFinished(() => void unsubscribe(channel, heard));
  return () => count;
}

/** Nobody in this process gets a turn; after it the timers come first, whatever has arrived meanwhile. */
function standStill(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS);
      resolve();
    }, 0);
  });
}

/** Somebody else's, of the same app. */
async function otherConnection(slack: LocalSlack): Promise<WebSocket> {
  const before = open(slack);
  const { url = '' } = await new WebClient(slack.appToken, clientOptions(slack.apiUrl)).apps.connections.open({});
  const socket = new WebSocket(url);
  await slack.control.until(() => (open(slack) > before ? true : undefined), { withinMs: WITHIN_MS, words: 'a connection' });
  return socket;
}
