// Daily peaks of what was killed or changed are written down, from a series or from what is used now; and a change is followed up in its thread, once.

import { describe, expect, it } from 'vitest';
import { createRemember } from '../../../../handlers/schedule/record-usage.ts';
import type { Piece } from '../../../../src/domain/base/piece.ts';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import { DAY, HOUR } from '../../../../src/domain/base/time.ts';
import type { Usage } from '../../../../src/domain/evidence/evidence.ts';
import type { ContainerUse } from '../../../../src/domain/query/directory.ts';
import type { LedgerSubject } from '../../../../src/domain/sizing/ledger.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { ago, evidence, kill, mi, NOW, policy, series, withUsage, workload } from '../../../support/build.ts';
import { ASKED, alerted, INCIDENT } from '../support/alerted.ts';
import { createBot, killedPod, soon } from '../support/bot.ts';

const KEY = 'prod/payments/Deployment/checkout-api/app';
const SUBJECT: LedgerSubject = { key: KEY, workload: workload(), container: 'app', role: 'regular', kill: kill() };

type World = ReturnType<typeof createFakeWorld>;

function remembering(world: World, usage: Piece<Usage>, uses: Piece<readonly ContainerUse[]> = unavailable('none')) {
  const pods = ['a', 'b'].map((name) => ({
    namespace: 'payments',
    name,
    workload: { namespace: 'payments', kind: 'Deployment', name: 'checkout-api' },
    containers: [],
  }));
  return createRemember(
    {
      ...world.ports,
      usage: { read: async () => usage },
      uses: { now: async () => uses },
      directory: {
        pods: async () => ({ pods, truncated: false }),
        node: async () => unavailable('not asked'),
        nodeLoad: async () => unavailable('not asked'),
      },
    },
    { cluster: 'prod', policy: policy() },
  );
}

const use = (pod: string, count: number): ContainerUse => ({ namespace: 'payments', pod, container: 'app', bytes: mi(count) });

describe('daily peaks', () => {
  it('come from a series where there is one', async () => {
    const world = createFakeWorld();
    await world.ports.ledger.noteKill(SUBJECT, { at: ago(HOUR), limit: mi(256) });
    await remembering(
      world,
      known(
        series(6, () => 222),
        'Prometheus',
        NOW,
      ),
    )();
    expect((await world.ports.ledger.read(KEY)).peaks).toEqual([expect.objectContaining({ bytes: mi(222) })]);
  });

  it('come from what is used now, the highest of all replicas, where there is none', async () => {
    const world = createFakeWorld();
    await world.ports.ledger.noteKill(SUBJECT, { at: ago(HOUR), limit: mi(256) });
    const uses = known([use('a', 100), use('b', 140), use('unknown', 900)], 'metrics.k8s.io', NOW);
    const remember = remembering(world, unavailable('no Prometheus'), uses);
    expect(await remember()).toEqual({ followed: 1, written: 1, told: 0 });
    expect((await world.ports.ledger.read(KEY)).peaks).toEqual([{ at: NOW, bytes: mi(140) }]);
  });

  it('are not made up where nothing is known', async () => {
    const world = createFakeWorld();
    await world.ports.ledger.noteKill(SUBJECT, { at: ago(HOUR), limit: mi(256) });
    expect(await remembering(world, unavailable('no Prometheus'))()).toMatchObject({ written: 0 });
  });

  it('are left to whoever took over in the middle', async () => {
    const world = createFakeWorld();
    for (const name of ['a', 'b', 'c'])
      await world.ports.ledger.noteKill({ ...SUBJECT, key: `${KEY}-${name}` }, { at: ago(HOUR), limit: mi(256) });
    const takenOver = new AbortController();
    const { notePeaks } = world.ports.ledger;
    world.ports.ledger.notePeaks = async (...noted) => {
      takenOver.abort();
      await notePeaks(...noted);
    };
    const peaks = known(
      series(6, () => 222),
      'Prometheus',
      NOW,
    );
    expect(await remembering(world, peaks)(takenOver.signal)).toMatchObject({ followed: 3, written: 1 });
  });

  it('are not asked for while nothing is followed', async () => {
    expect(await remembering(createFakeWorld(), unavailable('no Prometheus'))()).toEqual({ followed: 0, written: 0, told: 0 });
  });
});

describe('a kill', () => {
  it('is explained with the limits that were hit before, and with remembered peaks', async () => {
    const world = createFakeWorld();
    await world.ports.ledger.noteKill(SUBJECT, { at: ago(DAY * 3), limit: mi(512) });
    await world.ports.ledger.notePeaks(
      KEY,
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((day) => ({ at: ago(day * DAY), bytes: mi(500) })),
    );
    const bot = createBot({ ...world, ports: { ...world.ports, usage: { read: async () => unavailable('no Prometheus') } } });
    await bot.watch(killedPod(world), { initial: false });
    await bot.drain();
    const [incident] = await world.ports.incidents.list({ state: 'all', limit: 1 });
    const dossier = incident === undefined ? undefined : await world.ports.incidents.dossier(incident.id);
    // 512 × 1.45 = 742.4, hit before, is more than 256 × 1.45 and 500 × 1.15.
    expect(dossier?.recommendation).toMatchObject({ kind: 'raise', limit: mi(768) });
    expect(dossier?.evidence.usage).toMatchObject({ kind: 'known', value: { kind: 'series', peak: { bytes: mi(500) } } });
    expect((await world.ports.ledger.read(KEY)).kills).toHaveLength(2);
  });
});

describe('a change', () => {
  it('is followed up in its thread at each stage, once', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    await bot.watch(killedPod(world), { initial: false });
    await bot.drain();
    const [incident] = await world.ports.incidents.list({ state: 'all', limit: 1 });
    if (incident === undefined) throw new Error('there is an incident');
    await world.ports.ledger.noteChange(incident.key, {
      proposalId: 'P-1',
      incidentId: incident.id,
      at: world.clock.now(),
      limit: mi(384),
      told: [],
    });
    const remember = remembering(world, withUsage(series(6, () => 240)).usage);
    const said = () =>
      world.slack.sent.filter(({ kind }) => kind === 'follow-up').map(({ key }) => key.split('/').slice(-2).join('/'));
    const expected: string[] = [];
    for (const [days, stage] of [
      [1, '24h'],
      [6, '7d'],
      [7, '14d'],
    ] as const) {
      world.clock.advance(days * DAY);
      expect((await remember()).told).toBe(1);
      expect((await remember()).told).toBe(0);
      await bot.drain();
      expected.push(`P-1/${stage}`);
      expect(said()).toEqual(expected);
    }
  });

  it('is told with the time in which nobody watched', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    await bot.watch(killedPod(world), { initial: false });
    await bot.drain();
    const at = world.clock.now();
    const key = 'prod/payments/Deployment/checkout-api/app';
    await world.ports.ledger.noteChange(key, { proposalId: 'P-1', incidentId: 'OOM-1001', at, limit: mi(384), told: [] });
    world.watcher.away = true;
    world.clock.advance(5 * HOUR);
    world.watcher.away = false;
    world.clock.advance(DAY);
    await remembering(world, withUsage(series(6, () => 240)).usage)();
    expect((await world.ports.incidents.get('OOM-1001'))?.followUps).toMatchObject([
      { gaps: [{ from: at, until: at + 5 * HOUR }] },
    ]);
  });

  it('that was closed as quiet is followed from then on', async () => {
    const { world, incident, proposalId } = await quiet();
    expect((await world.ports.ledger.read(incident.key)).change).toMatchObject({ proposalId, limit: mi(384), told: [] });
    expect(evidence().usage.kind).toBe('unavailable');
  });

  it.each([
    { name: 'the incident is still its own', holds: 'P-1' },
    { name: 'the incident went on to the later one', holds: 'P-2' },
  ])('does not take the place of a later one when it is looked at once more, where $name', async ({ holds }) => {
    const { world, bot, incident, proposalId } = await quiet();
    await world.ports.incidents.update(incident.id, (current) => ({ ...current, proposalId: holds }));
    world.clock.advance(HOUR);
    const later = { proposalId: 'P-2', incidentId: 'OOM-1002', at: world.clock.now(), limit: mi(512), told: [] };
    await world.ports.ledger.noteChange(incident.key, later);
    await world.ports.ledger.noteTold(incident.key, { proposalId: 'P-2', stage: '24h' });
    await bot.verify({ proposalId }, soon());
    expect((await world.ports.ledger.read(incident.key)).change).toEqual({ ...later, told: ['24h'] });
  });
});

/** Raised, and closed as quiet. */
async function quiet() {
  const { world, bot } = await alerted();
  const proposed = await bot.propose.propose(ASKED, soon());
  if (proposed.kind !== 'proposed') throw new Error(`not proposed: ${JSON.stringify(proposed)}`);
  const { proposalId } = proposed;
  await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  await bot.drain();
  const incident = await world.ports.incidents.get(INCIDENT);
  if (incident === undefined) throw new Error('there is an incident');
  return { world, bot, incident, proposalId };
}
