// Evidence that comes too late: the first message does not wait for it, the second look adds it, and nobody looks for ever.

import { describe, expect, it } from 'vitest';
import type { Piece } from '../../../../src/domain/base/piece.ts';
import { known, late, unavailable, valueOf } from '../../../../src/domain/base/piece.ts';
import { between, MINUTE, SECOND, toInstant } from '../../../../src/domain/base/time.ts';
import type { Evidence } from '../../../../src/domain/evidence/evidence.ts';
import { completed, hasLate } from '../../../../src/domain/evidence/late-evidence.ts';
import { presumedOwner } from '../../../../src/domain/kill/presumed-owner.ts';
import { firstKnownUsage } from '../../../../src/ports/first-known-usage.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { evidence, kill, mi, NOW, series } from '../../../support/build.ts';
import { createBot, killedPod, soon } from '../support/bot.ts';

const SLOW = late('Prometheus took longer than 2.9 s');
const HISTORY = known(
  series(48, () => 200),
  'Prometheus',
  NOW,
);
const INSTANT = known({ kind: 'instant' as const, now: { at: NOW, bytes: mi(10) } }, 'metrics.k8s.io', NOW);

/** Usage as Prometheus gives it, one answer after the other; the last one stays. */
async function withUsage(answers: readonly Piece<Extract<Evidence['usage'], { kind: 'known' }>['value']>[]) {
  const world = createFakeWorld();
  let asked = 0;
  world.ports.usage = {
    read: async () => {
      asked += 1;
      return answers[Math.min(asked, answers.length) - 1] ?? SLOW;
    },
  };
  const bot = createBot(world);
  await bot.watch(killedPod(world), { initial: false });
  return { world, bot, asked: () => asked };
}

describe('evidence that comes too late', () => {
  it('is added to the message that did not wait for it', async () => {
    const { world, bot } = await withUsage([SLOW, HISTORY]);
    await bot.drain();
    const dossier = await world.ports.incidents.dossier('OOM-1001');
    expect(valueOf(dossier?.evidence.usage ?? SLOW)?.kind).toBe('series');
    expect(world.slack.sent.filter(({ kind }) => kind === 'explanation')).toHaveLength(1);
    expect(world.slack.sent.find(({ kind }) => kind === 'explanation')?.text).toContain('"kind":"series"');
  });

  it('leaves an explanation that of its own kill, while a newer one of another pod is counted and not yet explained', async () => {
    const { world, bot } = await withUsage([HISTORY]);
    await bot.drain();
    const { read } = world.ports.usage;
    world.ports.usage = {
      async read(...asked) {
        await bot.post({ incidentId: 'OOM-1001' });
        return read(...asked);
      },
    };
    const next = killedPod(world, 'def');
    const first = (await world.ports.incidents.get('OOM-1001'))?.lastKill;
    await bot.watch({ ...next, name: 'the-next-pod', uid: 'next' }, { initial: false });
    await bot.drain();
    expect((await world.ports.incidents.get('OOM-1001'))?.lastKill.ref.pod).toBe('the-next-pod');
    const [explained] = world.slack.sent.filter(({ kind }) => kind === 'explanation');
    expect(explained?.text).toContain(`"lastKill":${JSON.stringify(first)}`);
  });

  it('is asked for by a job of its own, after the message is on its way', async () => {
    const { world, bot } = await withUsage([SLOW]);
    const [job] = world.jobs.splice(0, 1);
    if (job?.step !== 'enrich') throw new Error('nothing to explain');
    expect(await bot.enrich(job, soon())).toMatchObject({ kind: 'explained' });
    expect(world.jobs).toEqual([
      { step: 'post', incidentId: 'OOM-1001' },
      { step: 'enrich', cluster: 'prod', killId: job.killId, late: true },
    ]);
    expect(await bot.enrich({ ...job, late: true }, soon())).toMatchObject({ kind: 'later', afterMs: 15 * SECOND });
  });

  it('leaves the cause of the incident what it was, when a later run was too short to show one', async () => {
    const { world, bot } = await withUsage([
      known(
        series(48, () => 60),
        'Prometheus',
        NOW,
      ),
      SLOW,
    ]);
    await bot.drain();
    expect((await world.ports.incidents.dossier('OOM-1001'))?.diagnosis.cause).toBe('spike');
    const pod = killedPod(world, 'def');
    const containers = pod.containers.map((container) => ({
      ...container,
      lastState: container.lastState && { ...container.lastState, startedAt: toInstant(NOW - 30 * SECOND) },
    }));
    await bot.watch({ ...pod, containers }, { initial: false });
    await bot.drain();
    const dossier = await world.ports.incidents.dossier('OOM-1001');
    expect(dossier?.killId).toContain('/def');
    expect(dossier?.diagnosis).toMatchObject({ cause: 'spike', shown: { cause: 'spike' } });
    expect(world.slack.sent.filter(({ kind }) => kind === 'explanation')).toHaveLength(1);
  });

  it('is given up when the kill is old news', async () => {
    const { bot, asked } = await withUsage([SLOW]);
    await bot.drain();
    expect(asked()).toBeGreaterThan(3);
    expect(asked()).toBeLessThan(30);
  });

  it('does not overwrite what a newer kill was explained with', async () => {
    const { world, bot } = await withUsage([SLOW]);
    const [job] = world.jobs.splice(0, 1);
    if (job?.step !== 'enrich') throw new Error('nothing to explain');
    await bot.enrich(job, soon());
    const dossier = await world.ports.incidents.dossier('OOM-1001');
    if (dossier === undefined) throw new Error('nothing was explained');
    await world.ports.incidents.saveDossier('OOM-1001', { ...dossier, killId: 'a-newer-one' });
    expect(await bot.enrich({ ...job, late: true }, soon())).toMatchObject({ kind: 'explained' });
    expect((await world.ports.incidents.dossier('OOM-1001'))?.killId).toBe('a-newer-one');
  });
});

describe('the kernel’s report that comes after the kill was explained', () => {
  const report = {
    key: 'boot-1',
    kill: { victim: { pid: 7, command: 'app', resident: mi(250) }, scope: 'container', line: 'Killed process 7 (app)' },
  } as const;
  const instance = { cluster: 'prod', podUid: 'pod-1', containerId: 'c'.repeat(64) };

  it('is asked for again, and its words are added to the message', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    await bot.watch(killedPod(world, instance.containerId), { initial: false });
    await bot.drain();
    const killId = await world.ports.kernel.missedBy(instance);
    if (killId === undefined) throw new Error('nobody waits for it');
    await world.ports.kernel.save(instance, { ...report, at: world.clock.now() });
    world.jobs.push({ step: 'enrich', cluster: 'prod', killId, late: true, kernel: true });
    await bot.drain();
    expect(world.slack.sent.filter(({ kind }) => kind === 'explanation')).toHaveLength(1);
    expect(world.slack.sent.find(({ kind }) => kind === 'explanation')?.text).toContain('it killed process 7 (app)');
  });

  it('is not waited for when it was there', async () => {
    const world = createFakeWorld();
    await world.ports.kernel.save(instance, { ...report, at: world.clock.now() });
    const bot = createBot(world);
    await bot.watch(killedPod(world, instance.containerId), { initial: false });
    await bot.drain();
    expect(await world.ports.kernel.missedBy(instance)).toBeUndefined();
  });

  it('is seen when it came while the kill was being explained', async () => {
    const world = createFakeWorld();
    const { missed } = world.ports.kernel;
    world.ports.kernel.missed = async (of, killId) => {
      await world.ports.kernel.save(instance, { ...report, at: world.clock.now() });
      await missed(of, killId);
    };
    const bot = createBot(world);
    await bot.watch(killedPod(world, instance.containerId), { initial: false });
    await bot.drain();
    expect(world.slack.sent.find(({ kind }) => kind === 'explanation')?.text).toContain('it killed process 7 (app)');
  });
});

describe('two looks at one kill', () => {
  it('keep what was known first, and take what came later', () => {
    const first = evidence({ log: unavailable('no right'), node: late('slow'), usage: INSTANT });
    const both = completed(first, evidence({ events: late('slow'), usage: HISTORY }));
    expect(both).toEqual({ ...evidence(), usage: HISTORY });
    expect(completed(evidence({ usage: HISTORY }), evidence({ usage: INSTANT })).usage).toBe(HISTORY);
    expect(completed(evidence({ usage: SLOW }), evidence({ usage: SLOW })).usage).toBe(SLOW);
  });

  it.each([
    { name: 'everything that can be had is there', given: evidence({ log: unavailable('no right') }), again: false },
    { name: 'a piece is late', given: evidence({ log: late('slow') }), again: true },
    {
      name: 'an instant stands in for a late history',
      given: evidence({ usage: { ...INSTANT, value: { ...INSTANT.value, historyLate: true } } }),
      again: true,
    },
    { name: 'an instant is all there is', given: evidence({ usage: INSTANT }), again: false },
  ])('$name: worth another look is $again', ({ given, again }) => {
    expect(hasLate(given)).toBe(again);
  });
});

describe('several sources of usage', () => {
  const source = (piece: Evidence['usage']) => ({ read: async () => piece });
  const read = (...pieces: readonly Evidence['usage'][]): Promise<Evidence['usage']> =>
    firstKnownUsage(pieces.map(source)).read({ ref: kill().ref }, soon());

  it('give the first that knows something', async () => {
    expect(await read(HISTORY, INSTANT)).toBe(HISTORY);
    expect(await read(unavailable('no samples'), INSTANT)).toBe(INSTANT);
    expect(valueOf(await read(SLOW, INSTANT))).toMatchObject({ kind: 'instant', historyLate: true });
    expect(await read(SLOW, HISTORY)).toBe(HISTORY);
  });

  it('give all their reasons when none does', async () => {
    expect(await read(SLOW, unavailable('not installed'))).toEqual(late(`${SLOW.reason}; not installed`));
    expect(await read(unavailable('a'), unavailable('b'))).toEqual(unavailable('a; b'));
    expect(await read()).toEqual(unavailable('no source of memory usage is connected'));
  });
});

describe('an owner that nobody names in time', () => {
  /** Answers late so many times, then says who owns it. */
  async function killed(lateAnswers: number, labels: Readonly<Record<string, string>> = {}) {
    const world = createFakeWorld();
    let asked = 0;
    world.ports.evidence.owner = async () => {
      asked += 1;
      return asked <= lateAnswers ? late('reading the owner took longer than 2 s') : evidence().owner;
    };
    const bot = createBot(world);
    const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'checkout-api-7d9f', uid: 'rs-1' };
    await bot.watch({ ...killedPod(world), controller, labels }, { initial: false });
    await bot.drain();
    return { world, keys: (await world.ports.incidents.list({ state: 'all', limit: 9 })).map(({ key }) => key) };
  }

  it('is asked for again, so that the incident has the name that the next kill’s will have', async () => {
    const { world, keys } = await killed(3);
    expect(keys).toEqual(['prod/payments/Deployment/checkout-api/app']);
    expect(world.slack.sent.filter(({ kind }) => kind === 'root')).toHaveLength(1);
  });

  it('is not waited for longer than a minute: the hash in the ReplicaSet’s name tells who made it', async () => {
    const { world, keys } = await killed(1000, { 'pod-template-hash': '7d9f' });
    expect(keys).toEqual(['prod/payments/Deployment/checkout-api/app']);
    expect(between(NOW, world.clock.now())).toBeLessThan(10 * MINUTE);
  });

  it.each([
    { name: 'no hash', labels: {}, owner: 'ReplicaSet/checkout-api-7d9f' },
    { name: 'the hash of another', labels: { 'pod-template-hash': 'ffff' }, owner: 'ReplicaSet/checkout-api-7d9f' },
    { name: 'nothing but the hash', labels: { 'pod-template-hash': 'checkout-api-7d9f' }, owner: 'ReplicaSet/checkout-api-7d9f' },
    { name: 'a Rollout’s hash', labels: { 'rollouts-pod-template-hash': '7d9f' }, owner: 'Rollout/checkout-api' },
  ])('is presumed by $name', ({ labels, owner }) => {
    const { kind, name } = presumedOwner(kill({ labels }));
    expect(`${kind}/${name}`).toBe(owner);
  });
});
