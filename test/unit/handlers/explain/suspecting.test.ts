// When a kill is explained at all: a suspicion is weighed until its evidence had time to come, and the mark of another's kill tells nothing.

import { describe, expect, it } from 'vitest';
import { createEnrich } from '../../../../handlers/explain/enrich.ts';
import { toBytes } from '../../../../src/domain/base/memory.ts';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import { MINUTE, SECOND, toMillis } from '../../../../src/domain/base/time.ts';
import type { Evidence } from '../../../../src/domain/evidence/evidence.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { PermanentError } from '../../../../src/ports/fault.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { ago, CONTAINER_ID, evidence, kill, mi, NOW, policy, series } from '../../../support/build.ts';
import { ALERTS, soon } from '../support/bot.ts';

const NOTHING: Partial<Evidence> = { usage: unavailable('Prometheus took longer than 5 s'), events: known([], 'events', NOW) };
const NEAR: Partial<Evidence> = {
  ...NOTHING,
  usage: known(
    series(2, () => 250),
    'Prometheus',
    NOW,
  ),
};

async function explaining(given: Kill) {
  const world = createFakeWorld();
  const found = { now: NOTHING };
  const ports = {
    ...world.ports,
    evidence: { owner: async () => evidence(found.now).owner, read: async () => evidence(found.now) },
    usage: { read: async () => evidence(found.now).usage },
  };
  await ports.intake.claim(given, 'report');
  const enrich = createEnrich(ports, {
    routes: [],
    channel: 'C1',
    policy: policy(),
    ...ALERTS,
    evidenceDeadline: toMillis(1000),
    lateDeadline: toMillis(2000),
  });
  const run = (look: { readonly late?: true } = {}) => enrich({ killId: given.id, ...look }, soon());
  return { world, ports, found, enrich, run };
}

describe('a sandbox that was gone before it could start', () => {
  const gone = kill({
    ...{ id: 'prod/pod-1/app/sandbox', how: 'suspected', shownIn: 'event', reason: 'FailedCreatePodSandBox' },
    ...{ exitCode: undefined, finishedAt: NOW, seenAt: NOW },
  });

  it('is told when the node’s kernel killed it, whatever the limit is', async () => {
    const { ports, world, run } = await explaining(gone);
    expect((await run()).kind).toBe('later');
    const victim = { pid: 7, command: 'runc:[2:INIT]', resident: toBytes(3_000_000) };
    const report = { victim, scope: 'pod' as const, line: 'Memory cgroup out of memory: Killed process 7 (runc:[2:INIT])' };
    const instance = { cluster: 'prod', podUid: 'pod-1', containerId: 'b'.repeat(64) };
    await ports.kernel.save(instance, { key: 'boot-7', at: NOW, kill: report });
    expect((await run()).kind).toBe('explained');
    expect((await world.ports.incidents.dossier('OOM-1001'))?.diagnosis).toMatchObject({ cause: 'startup', confidence: 'high' });
  });

  it('is dropped when nothing points to memory', async () => {
    const { world, run } = await explaining(gone);
    world.clock.advance(2 * MINUTE);
    expect((await run()).kind).toBe('not-a-kill');
  });
});

describe('a suspected kill', () => {
  const suspected = kill({ how: 'suspected', reason: 'Error', seenAt: NOW });

  it('is weighed again when nothing points to memory, and dropped when nothing came', async () => {
    const { world, run } = await explaining(suspected);
    expect(await run()).toEqual({ kind: 'later', afterMs: 30 * SECOND, reason: 'nothing points to memory' });
    world.clock.advance(MINUTE);
    expect((await run()).kind).toBe('later');
    world.clock.advance(MINUTE);
    expect(await run()).toEqual({ kind: 'not-a-kill', because: 'nothing points to memory' });
  });

  it('is told when the sample comes with the next scrape', async () => {
    const { found, world, run } = await explaining(suspected);
    expect((await run()).kind).toBe('later');
    world.clock.advance(30 * SECOND);
    found.now = NEAR;
    expect((await run()).kind).toBe('explained');
  });

  it('is told as it looks when what may explain it otherwise is never readable', async () => {
    const { found, world, run } = await explaining(suspected);
    found.now = { ...NEAR, events: unavailable('no right to read events (RBAC)') };
    expect((await run()).kind).toBe('later');
    world.clock.advance(2 * MINUTE);
    expect((await run()).kind).toBe('explained');
  });
});

describe('a suspected kill that was dropped before the node’s agent reported it', () => {
  const suspected = kill({ how: 'suspected', reason: 'Error', startedAt: ago(10 * MINUTE), finishedAt: NOW, seenAt: NOW });
  const instance = { cluster: 'prod', podUid: suspected.ref.podUid, containerId: CONTAINER_ID };
  const victim = { pid: 7, command: 'app', resident: toBytes(250_000_000) };
  const report = { key: 'boot-9', at: NOW, kill: { victim, scope: 'node', line: 'Killed process 7 (app)' } as const };
  const probe = {
    reason: 'Unhealthy',
    message: 'Liveness probe failed',
    lastSeen: ago(MINUTE),
    count: 1,
    type: 'Warning',
    from: 'kubelet',
  };

  async function dropped() {
    const all = await explaining(suspected);
    all.found.now = { ...NOTHING, events: known([probe], 'events', NOW) };
    expect((await all.run()).kind).toBe('not-a-kill');
    return all;
  }

  it('is asked for again by the report, and told', async () => {
    const { ports, run } = await dropped();
    expect(await ports.kernel.missedBy(instance)).toBe(suspected.id);
    await ports.kernel.save(instance, report);
    expect(await run({ late: true })).toMatchObject({ kind: 'explained', opened: true });
  });

  it('is shown in a thread that another kill has opened meanwhile', async () => {
    const { ports, world, run, enrich } = await dropped();
    const other = kill({ id: 'prod/pod-2/app/other', seenAt: NOW, finishedAt: NOW });
    await ports.intake.claim(other, 'report');
    await enrich({ killId: other.id }, soon());
    await ports.kernel.save(instance, report);
    world.jobs.length = 0;
    expect(await run({ late: true })).toMatchObject({ kind: 'explained', incidentId: 'OOM-1001', opened: false });
    expect(world.jobs).toContainEqual({ step: 'post', incidentId: 'OOM-1001' });
    expect((await world.ports.incidents.get('OOM-1001'))?.killIds).toEqual([other.id, suspected.id]);
  });
});

describe('a container that ended with the mark of a child’s kill (row 24)', () => {
  const marked = kill({ exitCode: 3, startedAt: ago(10 * MINUTE), finishedAt: ago(SECOND) });
  const victim = { pid: 7, command: 'tail', resident: toBytes(1024) };
  const inContainer = (containerId: string) => ({
    key: 'boot-1',
    kill: { victim, scope: 'pod', place: { podUid: marked.ref.podUid, containerId }, line: 'Killed process 7 (tail)' } as const,
    at: ago(9 * MINUTE),
  });

  it.each([
    { name: 'another container of the pod', containerId: 'b'.repeat(64), outcome: 'not-a-kill' },
    { name: 'this one, long before its end', containerId: CONTAINER_ID, outcome: 'explained' },
  ])('when the kernel killed in $name: $outcome', async ({ containerId, outcome }) => {
    const { ports, run } = await explaining(marked);
    await ports.kernel.save({ cluster: 'prod', podUid: marked.ref.podUid, containerId }, inContainer(containerId));
    expect((await run()).kind).toBe(outcome);
  });
});

it('is explained also where what was recorded of other incidents cannot be read', async () => {
  const { world, ports, found, run } = await explaining(kill({ how: 'suspected' }));
  found.now = {
    ...NEAR,
    nodePods: known({ running: 1, requested: mi(1), limited: mi(1), withoutLimit: 0, kills: [] }, 'pods', NOW),
  };
  ports.incidents.killedSince = () => Promise.reject(new PermanentError('it does not fit', { code: 'OOM_STORE_CONTENT' }));
  expect((await run()).kind).toBe('explained');
  expect(await world.ports.incidents.get('OOM-1001')).toMatchObject({ killCount: 1 });
});
