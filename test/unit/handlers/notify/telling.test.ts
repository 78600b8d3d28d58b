// How incidents are told: many at once as one story, again after quiet, a reminder when it goes on, a thread whose message or channel is gone.

import { describe, expect, it } from 'vitest';
import { createExplain } from '../../../../handlers/explain/explain.ts';
import { unavailable } from '../../../../src/domain/base/piece.ts';
import type { PodFacts } from '../../../../src/domain/base/pod.ts';
import { DAY, HOUR, MINUTE, SECOND, toInstant } from '../../../../src/domain/base/time.ts';
import { PermanentError, TransientError } from '../../../../src/ports/fault.ts';
import type { Message, Place } from '../../../../src/ports/messenger.ts';
import type { FakeWorld } from '../../../fakes/world.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { evidence, podContainer, podFacts, size } from '../../../support/build.ts';
import type { Bot } from '../support/bot.ts';
import { createBot, FALLBACK, killedPod } from '../support/bot.ts';

const NOW_SEEN = { initial: false };

type Told = { readonly place: Place; readonly message: Message };

/** A bot whose pods are bare, and everything it sent with its place. */
function start(): { readonly world: FakeWorld; readonly bot: Bot; readonly told: Told[] } {
  const world = createFakeWorld();
  const told: Told[] = [];
  const { post } = world.slack;
  world.slack.post = (message, place) => {
    told.push({ message, place });
    return post(message, place);
  };
  world.ports.evidence.owner = async () => unavailable('a bare pod');
  world.ports.evidence.read = async () => evidence({ owner: unavailable('a bare pod') });
  return { world, bot: createBot(world), told };
}

function barePod(world: FakeWorld, index: number, round = 0): PodFacts {
  const now = world.clock.now();
  const lastState = {
    kind: 'terminated' as const,
    reason: 'OOMKilled',
    exitCode: 137,
    containerId: `c-${index}-${round}`,
    startedAt: toInstant(now - HOUR),
    finishedAt: toInstant(now - SECOND),
  };
  const container = podContainer({ lastState, resources: { request: size(128), limit: size(256) } });
  return podFacts({ name: `pod-${index}`, uid: `uid-${index}`, node: `node-${index % 3}`, containers: [container] });
}

async function storm(count: number, rounds = 1) {
  const started = start();
  const { world, bot } = started;
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 0; index < count; index += 1) await bot.watch(barePod(world, index, round), NOW_SEEN);
  }
  await bot.drain();
  return started;
}

function loud(told: readonly Told[]): readonly Told[] {
  return told.filter(({ place }) => place.thread === undefined || place.broadcast === true);
}

describe('many incidents at once', () => {
  it('get one message in the channel beyond the first few, and each a place in its thread', async () => {
    const { world, told } = await storm(60, 5);
    expect(
      loud(told)
        .map(({ message }) => message.kind)
        .toSorted(),
    ).toEqual([...Array.from({ length: 5 }, () => 'root'), 'storm']);
    const incidents = await world.ports.incidents.list({ state: 'all', limit: 100 });
    expect(incidents).toHaveLength(60);
    expect(incidents.reduce((sum, { killCount }) => sum + killCount, 0)).toBe(300);
    for (const { id, thread } of incidents) expect(thread.find(({ key }) => key === 'root')?.posted, id).toBeDefined();
    expect(new Set(told.map(({ place }) => place.key)).size).toBe(told.length);
    const [message] = world.slack.sent.filter(({ kind }) => kind === 'storm');
    expect(JSON.parse(message?.text ?? '')).toMatchObject({ story: { kills: 300 - 25, open: 55 } });
  });

  it('are explained in full only when somebody asks', async () => {
    const { world, bot, told } = await storm(7);
    const explained = (): number => told.filter(({ message }) => message.kind === 'explanation').length;
    expect(explained()).toBe(5);
    await bot.sweep();
    expect(world.jobs.filter(({ step }) => step === 'post')).toEqual([]);
    const held = (await world.ports.incidents.list({ state: 'all', limit: 10 })).find(({ stormId }) => stormId !== undefined);
    await createExplain(world.ports)({ incidentId: held?.id ?? '' });
    await bot.drain();
    expect(explained()).toBe(6);
  });

  it('are over when no more came for a while; the next incident stands alone again', async () => {
    const { world, bot, told } = await storm(7);
    world.clock.advance(11 * MINUTE);
    await bot.sweep();
    await bot.drain();
    expect(JSON.parse(world.slack.sent.find(({ kind }) => kind === 'storm')?.text ?? '')).toMatchObject({ over: true });
    await bot.watch(barePod(world, 99), NOW_SEEN);
    await bot.drain();
    expect(loud(told).at(-1)?.message.kind).toBe('root');
  });

  it('follow their message when somebody deletes it', async () => {
    const { world, bot, told } = await storm(6);
    const gone = new PermanentError('message_not_found', { code: 'OOM_SLACK_MESSAGE_GONE' });
    const { edit } = world.slack;
    world.slack.edit = (message, posted) => (message.kind === 'storm' ? Promise.reject(gone) : edit(message, posted));
    await bot.watch(barePod(world, 7), NOW_SEEN);
    world.clock.advance(MINUTE);
    await bot.drain();
    expect(told.filter(({ message }) => message.kind === 'storm')).toHaveLength(2);
  });
});

describe('an incident that goes on', () => {
  it('is told to the channel again at the set number of kills, then at twice as many, not more often than hourly', async () => {
    const { world, bot, told } = start();
    for (let kill = 1; kill <= 25; kill += 1) {
      world.clock.advance(kill === 20 ? HOUR : MINUTE);
      await bot.watch(killedPod(world, `c-${kill}`), NOW_SEEN);
      await bot.drain();
    }
    const reminders = told.flatMap(({ message, place }) =>
      message.kind === 'reminder' ? [[message.kills, place.broadcast]] : [],
    );
    expect(reminders).toEqual([
      [10, true],
      [20, true],
    ]);
  });

  it('has its counter shown, but not an edit for each kill', async () => {
    const { world, bot } = start();
    await bot.watch(killedPod(world, 'c-0'), NOW_SEEN);
    await bot.drain();
    const before = world.slack.edits;
    for (let kill = 1; kill <= 8; kill += 1) await bot.watch(killedPod(world, `c-${kill}`), NOW_SEEN);
    await bot.drain();
    expect(world.slack.edits - before).toBeLessThanOrEqual(2);
    expect(JSON.parse(world.slack.sent[0]?.text ?? '')).toMatchObject({ incident: { killCount: 9 } });
  });
});

describe('a resolved incident', () => {
  async function resolved() {
    const started = start();
    await started.bot.watch(killedPod(started.world, 'first'), NOW_SEEN);
    await started.bot.drain();
    started.world.clock.advance(25 * HOUR);
    await started.bot.sweep();
    await started.bot.drain();
    expect(await started.world.ports.incidents.get('OOM-1001')).toMatchObject({ state: 'resolved' });
    return started;
  }

  it('opens again when it is killed soon after, and says so in the channel', async () => {
    const { world, bot, told } = await resolved();
    await bot.watch(killedPod(world, 'second'), NOW_SEEN);
    await bot.drain();
    expect(await world.ports.incidents.get('OOM-1001')).toMatchObject({ state: 'open', killCount: 2 });
    expect(told.at(-1)).toMatchObject({ message: { kind: 'again' }, place: { broadcast: true } });
    expect(told.filter(({ message }) => message.kind === 'root')).toHaveLength(1);
  });

  it('rests when it is killed much later: a new one names it', async () => {
    const { world, bot } = await resolved();
    world.clock.advance(4 * DAY);
    await bot.watch(killedPod(world, 'second'), NOW_SEEN);
    await bot.drain();
    expect(await world.ports.incidents.get('OOM-1002')).toMatchObject({ state: 'open', previousIncidentId: 'OOM-1001' });
  });
});

describe('a message that somebody deleted', () => {
  const gone = new PermanentError('message_not_found', { code: 'OOM_SLACK_MESSAGE_GONE' });

  it('is sent once more when it is the root, and not a third time', async () => {
    const { world, bot, told } = start();
    await bot.watch(killedPod(world, 'c-1'), NOW_SEEN);
    await bot.drain();
    world.slack.edit = () => Promise.reject(gone);
    for (const containerId of ['c-2', 'c-3', 'c-4']) {
      world.clock.advance(MINUTE);
      await bot.watch(killedPod(world, containerId), NOW_SEEN);
      await bot.drain();
    }
    expect(told.filter(({ message }) => message.kind === 'root')).toHaveLength(2);
    const incident = await world.ports.incidents.get('OOM-1001');
    expect(incident?.killCount).toBe(4);
    expect(incident?.thread[0]?.undeliverable).toBe('deleted in Slack');
  });
});

describe('a storm whose message Slack refuses', () => {
  it('leaves each incident a message of its own', async () => {
    const { world, bot } = start();
    const { post } = world.slack;
    world.slack.post = (message, place) =>
      message.kind === 'storm'
        ? Promise.reject(new PermanentError('invalid_blocks', { code: 'OOM_SLACK_REFUSED' }))
        : post(message, place);
    for (let index = 0; index < 8; index += 1) await bot.watch(barePod(world, index), NOW_SEEN);
    await bot.drain();
    expect(world.slack.sent.filter(({ kind }) => kind === 'root')).toHaveLength(8);
  });
});

describe('a channel that cannot be used any more', () => {
  const closed = new TransientError('is_archived', { code: 'OOM_SLACK_CHANNEL_CLOSED', retryAfterMs: 30_000 });

  it('gives way to the fallback channel, with all that people need', async () => {
    const { world, bot } = start();
    await bot.watch(killedPod(world, 'c-1'), NOW_SEEN);
    await bot.drain();
    const { post, edit } = world.slack;
    world.slack.edit = (message, posted) => (posted.channel === FALLBACK ? edit(message, posted) : Promise.reject(closed));
    world.slack.post = (message, place) => (place.channel === FALLBACK ? post(message, place) : Promise.reject(closed));
    world.clock.advance(MINUTE);
    await bot.watch(killedPod(world, 'c-2'), NOW_SEEN);
    await bot.drain();
    expect(await world.ports.incidents.get('OOM-1001')).toMatchObject({ channel: FALLBACK, movedFrom: 'C1' });
    expect(world.slack.sent.map(({ kind }) => kind)).toEqual(['root', 'explanation', 'root', 'explanation']);
  });

  it('keeps the incident waiting when the fallback takes nothing either', async () => {
    const { world, bot } = start();
    world.slack.post = () => Promise.reject(closed);
    await bot.watch(killedPod(world, 'c-1'), NOW_SEEN);
    await expect(bot.drain()).rejects.toThrow('is_archived');
    const incident = await world.ports.incidents.get('OOM-1001');
    expect(incident).toMatchObject({ channel: FALLBACK });
    expect(incident?.thread[0]?.undeliverable).toBeUndefined();
  });

  it('takes a whole storm along', async () => {
    const { world, bot } = start();
    const { post } = world.slack;
    let isClosed = true;
    world.slack.post = (message, place) =>
      isClosed && place.channel !== FALLBACK ? Promise.reject(closed) : post(message, place);
    for (let index = 0; index < 8; index += 1) await bot.watch(barePod(world, index), NOW_SEEN);
    await bot.drain();
    isClosed = false;
    const incidents = await world.ports.incidents.list({ state: 'all', limit: 100 });
    expect(incidents.map(({ thread }) => thread[0]?.posted?.channel)).toEqual(Array.from({ length: 8 }, () => FALLBACK));
  });
});
