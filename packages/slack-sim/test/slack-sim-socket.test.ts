// The local Slack's Socket Mode with real Bolt apps: who gets an envelope, what is delivered again, and what happens when connections go.

import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { LocalSlack } from '../src/start.ts';
import { boltApp, buttonBlocks, localSlack, WITHIN_MS, webClient } from './support/bolt.ts';

const connections = (slack: LocalSlack): number => slack.control.state(slack.people.alice).connections;

/** A connection that reads and never acknowledges. */
async function silentConnection(slack: LocalSlack): Promise<{ readonly frames: readonly string[] }> {
  const { url = '' } = await webClient(slack, slack.appToken).apps.connections.open({});
  const frames: string[] = [];
  const socket = new WebSocket(url);
  socket.on('message', (data) => frames.push(Buffer.isBuffer(data) ? data.toString('utf8') : ''));
  await slack.control.until(() => frames[0], { withinMs: WITHIN_MS, words: 'the first frame' });
  return { frames };
}

it('gives each envelope to one of two connections, in turn', async () => {
  const slack = await localSlack();
  const heard: string[] = [];
  for (const name of ['first', 'second']) {
    await boltApp(slack, (app) =>
      app.action('press', async ({ ack }) => {
        heard.push(name);
        await ack();
      }),
    );
  }
  const { ts = '' } = await webClient(slack).chat.postMessage({ channel: slack.channelId, text: 'x', blocks: buttonBlocks() });
  const where = { kind: 'message', channel: slack.channelId, ts } as const;

  for (let count = 0; count < 6; count += 1) {
    await slack.control.action({ as: slack.people.alice, where, blockId: 'acts', actionId: 'press' });
  }

  expect(connections(slack)).toBe(2);
  expect(heard.toSorted()).toEqual(['first', 'first', 'first', 'second', 'second', 'second']);
});

it('delivers an event again that was not acknowledged, with the same event_id', async () => {
  const slack = await localSlack({ answerWithinMs: 150, eventRetriesMs: [10] });
  const { frames } = await silentConnection(slack);
  const heard: { readonly id: string; readonly text: string; readonly retry: unknown; readonly reason: unknown }[] = [];
  await boltApp(slack, (app) =>
    app.event('app_mention', async ({ body, context, event }) => {
      heard.push({ id: body.event_id, text: event.text, retry: context.retryNum, reason: context.retryReason });
    }),
  );

  await slack.control.say({ as: slack.people.alice, channel: slack.channelId, text: '@Headroom list' });
  await slack.control.until(() => heard[0], { withinMs: WITHIN_MS, words: 'the second delivery' });

  const first: unknown = JSON.parse(frames[1] ?? '');
  expect(first).toMatchObject({
    type: 'events_api',
    retry_attempt: 0,
    payload: { event: { type: 'app_mention', user: slack.people.alice } },
  });
  expect(heard).toMatchObject([{ text: `<@${slack.botUserId}> list`, retry: 1, reason: 'timeout' }]);
  expect(JSON.stringify(first)).toContain(heard[0]?.id);
});

it('keeps an event for an app that comes a little later', async () => {
  const slack = await localSlack({ eventRetriesMs: Array.from({ length: 100 }, () => 300) });
  await slack.control.say({ as: slack.people.alice, channel: slack.channelId, text: '@Headroom hello' });
  const heard: string[] = [];

  await boltApp(slack, (app) => app.event('app_mention', async ({ event }) => void heard.push(event.text)));

  await expect(slack.control.until(() => heard[0], { withinMs: WITHIN_MS, words: 'the event' })).resolves.toContain('hello');
});

it('tells the app about no message that does not mention it', async () => {
  const slack = await localSlack();
  const heard: string[] = [];
  await boltApp(slack, (app) => {
    app.event('message', async () => void heard.push('message'));
    app.event('app_mention', async () => void heard.push('mention'));
  });

  await slack.control.say({ as: slack.people.alice, channel: slack.channelId, text: 'just talking' });
  await slack.control.say({ as: slack.people.alice, channel: slack.channelId, text: '@headroom hello' });
  await slack.control.until(() => heard[0], { withinMs: WITHIN_MS, words: 'the mention' });

  expect(heard).toEqual(['mention']);
});

it('shows the Home tab the app publishes when it is opened', async () => {
  const slack = await localSlack();
  await boltApp(slack, (app) =>
    app.event('app_home_opened', async ({ event, client }) => {
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: buttonBlocks('from home') } });
    }),
  );

  slack.control.home({ as: slack.people.bob });
  const home = await slack.control.until(() => slack.control.homeOf(slack.people.bob), {
    withinMs: WITHIN_MS,
    words: 'the Home tab',
  });

  expect(home).toMatchObject({ type: 'home', blocks: [{ type: 'section' }, { block_id: 'acts' }] });
  expect(slack.control.homeOf(slack.people.alice)).toBeUndefined();
});

it.each([{ how: 'refresh_requested' as const }, { how: 'drop' as const }])(
  'is connected to again after $how',
  async ({ how }) => {
    const slack = await localSlack();
    await boltApp(slack, (app) => app.command('/oom', async ({ ack }) => ack('here again')));

    slack.control.break({ disconnect: how });
    await slack.control.until(() => (connections(slack) === 0 ? true : undefined), {
      withinMs: WITHIN_MS,
      words: 'the connection to end',
    });
    await slack.control.until(() => (connections(slack) === 1 ? true : undefined), {
      withinMs: WITHIN_MS,
      words: 'the connection to come back',
    });
    await slack.control.say({ as: slack.people.alice, channel: slack.channelId, text: '/oom' });

    expect(slack.control.calls().filter(({ method }) => method === 'apps.connections.open')).toHaveLength(2);
    expect(slack.control.ephemeral(slack.people.alice).map(({ text }) => text)).toEqual(['here again']);
  },
);

it('takes ten connections and sends the eleventh away', async () => {
  const slack = await localSlack();
  for (let count = 0; count < 10; count += 1) await silentConnection(slack);

  const { frames } = await silentConnection(slack);

  expect(frames[0]).toContain('too_many_websockets');
  expect(connections(slack)).toBe(10);
});

it('opens connections for the app token only', async () => {
  const slack = await localSlack();

  await expect(webClient(slack).apps.connections.open({})).rejects.toThrow('not_allowed_token_type');
});
