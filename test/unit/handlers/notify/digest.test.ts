// Digests: what is in them, one for each channel however many workers plan it, and once even when an answer was lost.

import { describe, expect, it } from 'vitest';
import { createPlanDigests, createTellDigest } from '../../../../handlers/notify/digest.ts';
import { known } from '../../../../src/domain/base/piece.ts';
import type { Instant } from '../../../../src/domain/base/time.ts';
import { DAY, HOUR, MINUTE, toInstant, toMillis } from '../../../../src/domain/base/time.ts';
import { digestOf, isRecent, isWorthTelling } from '../../../../src/domain/incident/digest.ts';
import { addEntry, openIncident, withEntry } from '../../../../src/domain/incident/incident.ts';
import type { ContainerUse, PodEntry } from '../../../../src/domain/query/directory.ts';
import { tightenings } from '../../../../src/domain/sizing/tighten.ts';
import { UnknownResultError } from '../../../../src/ports/fault.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { ago, incident, kill, mi, NOW, proposal, workload } from '../../../support/build.ts';
import { openFor } from '../../../support/open-incident.ts';
import { soon } from '../support/bot.ts';

const AT = NOW;
const TIGHT = known([], 'fake', NOW);

function pod(name: string, overrides: Partial<PodEntry> = {}): PodEntry {
  return {
    namespace: 'shop',
    name,
    phase: 'Running',
    workload: { namespace: 'shop', kind: 'Deployment', name: 'web' },
    containers: [{ name: 'app', role: 'regular', limit: mi(1024), restartCount: 0 }],
    ...overrides,
  };
}

function peak(podName: string, mib: number): ContainerUse {
  return { namespace: 'shop', pod: podName, container: 'app', bytes: mi(mib) };
}

describe('limits that are far too wide', () => {
  it('are found by the highest use of all pods, with a margin', () => {
    expect(tightenings([pod('a'), pod('b')], [peak('a', 100), peak('b', 150)])).toMatchObject([
      { workload: { name: 'web' }, pods: 2, peak: mi(150), limit: mi(1024) },
    ]);
    const [hint] = tightenings([pod('a'), pod('b')], [peak('a', 100), peak('b', 150)]);
    expect(hint?.suggested).toBeGreaterThanOrEqual(1.5 * mi(150));
    expect(hint?.freed).toBe(2 * (mi(1024) - (hint?.suggested ?? 0)));
  });

  it.each([
    { name: 'use is not far below', pods: [pod('a')], peaks: [peak('a', 500)] },
    { name: 'one pod is not known', pods: [pod('a'), pod('b')], peaks: [peak('a', 100)] },
    {
      name: 'there is no limit',
      pods: [pod('a', { containers: [{ name: 'app', role: 'regular', restartCount: 0 }] })],
      peaks: [peak('a', 100)],
    },
    { name: 'the pod is over', pods: [pod('a', { phase: 'Succeeded' })], peaks: [peak('a', 100)] },
    {
      name: 'it is not worth it',
      pods: [pod('a', { containers: [{ name: 'app', role: 'regular', limit: mi(128), restartCount: 0 }] })],
      peaks: [peak('a', 10)],
    },
  ])('are none when $name', ({ pods, peaks }) => {
    expect(tightenings(pods, peaks)).toEqual([]);
  });
});

describe('a digest', () => {
  const killed = incident({ killTimes: [ago(30 * HOUR), ago(2 * HOUR), ago(HOUR)] });
  const resolved = incident({ id: 'OOM-1002', state: 'resolved', resolvedAt: ago(HOUR), killTimes: [ago(30 * HOUR)] });
  const applied = proposal({
    state: {
      kind: 'closed',
      by: 'UBOB',
      at: ago(HOUR),
      verdict: { kind: 'quiet', watchedMs: toMillis(HOUR), delaysOnly: false },
    },
  });

  it('counts what lies within its time', () => {
    const digest = digestOf({
      period: 'daily',
      until: AT,
      incidents: [killed, resolved],
      proposals: [applied, proposal()],
      tighten: TIGHT,
    });
    expect(digest).toMatchObject({ kills: 2, killed: [{ incident: { id: 'OOM-1001' }, kills: 2, orMore: false }] });
    expect(digest.changed.map(({ id }) => id)).toEqual([applied.id]);
    expect(digest.quiet.map(({ id }) => id)).toEqual(['OOM-1002']);
    expect(digest.course.reduce((sum, { kills }) => sum + kills, 0)).toBe(2);
    expect(digest.course).toHaveLength(8);
  });

  it('says when there were more kills than are remembered', () => {
    const loud = incident({
      killCount: 400,
      killTimes: Array.from({ length: 50 }, (_, index) => ago(index * MINUTE)).toReversed(),
    });
    const digest = digestOf({ period: 'daily', until: AT, incidents: [loud], proposals: [], tighten: TIGHT });
    expect(digest.killed).toMatchObject([{ kills: 50, orMore: true }]);
  });

  it('has a change of an incident that was resolved long ago', () => {
    const old = incident({ state: 'resolved', resolvedAt: ago(9 * DAY), killTimes: [ago(10 * DAY)] });
    const asked = (shownAt: Instant) =>
      withEntry(addEntry(old, 'proposal/P-1', { kind: 'proposal', proposalId: 'P-1' }), {
        key: 'proposal/P-1',
        subject: { kind: 'proposal', proposalId: 'P-1' },
        posted: { channel: 'C1', id: '1', fingerprint: 'x', shownAt },
      });
    expect(isRecent(old, ago(DAY))).toBe(false);
    expect(isRecent(asked(ago(2 * DAY)), ago(DAY))).toBe(false);
    expect(isRecent(asked(ago(HOUR)), ago(DAY))).toBe(true);
  });

  it('of a quiet day is not told, of a quiet week it is', () => {
    const empty = { until: AT, incidents: [], proposals: [], tighten: TIGHT };
    expect(isWorthTelling(digestOf({ ...empty, period: 'daily' }))).toBe(false);
    expect(isWorthTelling(digestOf({ ...empty, period: 'weekly' }))).toBe(true);
  });
});

function telling() {
  const world = createFakeWorld();
  const settings = { routes: [], channel: 'C1', cluster: 'prod' };
  const open = (key: string, channel: string) =>
    openFor(world.ports.incidents, key, (id) => ({
      ...openIncident({ id, kill: kill(), workload: workload(), channel, now: NOW }),
      key,
    }));
  return { world, open, settings, plan: createPlanDigests(world.ports, settings), tell: createTellDigest(world.ports, settings) };
}

describe('telling', () => {
  it('plans one for each channel, however many workers do', async () => {
    const { world, open, plan } = telling();
    await open('a', 'C1');
    await open('b', 'C1');
    await open('c', 'C2');
    await Promise.all([1, 2, 3].map(() => plan({ period: 'daily', at: AT })));
    const channels = world.jobs.map((job) => (job.step === 'digest' ? job.channel : job.step));
    expect(channels.toSorted()).toEqual(['C1', 'C2']);
  });

  it('is done once for a time', async () => {
    const { world, open, tell } = telling();
    await open('a', 'C1');
    const job = { period: 'daily', channel: 'C1', at: AT } as const;
    expect(await tell(job, soon())).toEqual({ kind: 'told' });
    expect(await tell(job, soon())).toEqual({ kind: 'told-before' });
    expect(world.slack.sent.map(({ kind }) => kind)).toEqual(['digest']);
    expect(await tell({ ...job, period: 'weekly', at: toInstant(AT + DAY) }, soon())).toEqual({ kind: 'told' });
  });

  it('looks for the message when the answer to sending it was lost', async () => {
    const { world, open, settings } = telling();
    await open('a', 'C1');
    let lost = true;
    const messenger = {
      ...world.ports.messenger,
      post: async (...sent: Parameters<typeof world.ports.messenger.post>) => {
        const posted = await world.ports.messenger.post(...sent);
        if (!lost) return posted;
        lost = false;
        throw new UnknownResultError('no answer', { code: 'OOM_SLACK_UNREACHABLE' });
      },
    };
    const tell = createTellDigest({ ...world.ports, messenger }, settings);
    const job = { period: 'weekly', channel: 'C1', at: AT } as const;
    await expect(tell(job, soon())).rejects.toThrow('no answer');
    expect(await tell(job, soon())).toEqual({ kind: 'told-before' });
    expect(world.slack.sent).toHaveLength(1);
  });

  it('hints at limits of workloads that belong to the channel and were not killed', async () => {
    const { world, open, tell } = telling();
    await open('a', 'C1');
    const own = { namespace: 'payments', kind: 'Deployment', name: 'checkout-api' };
    const ports = {
      ...world.ports,
      directory: {
        ...world.ports.directory,
        pods: async () => ({ pods: [pod('a'), pod('b', { workload: own })], truncated: false }),
      },
      peaks: { peaks: async () => known([peak('a', 100), peak('b', 100)], 'fake', NOW) },
    };
    const here = createTellDigest(ports, { routes: [], channel: 'C1', cluster: 'prod' });
    await here({ period: 'weekly', channel: 'C1', at: AT }, soon());
    expect(world.slack.sent[0]?.text).toContain('"name":"web"');
    expect(world.slack.sent[0]?.text.match(/"freed"/g)).toHaveLength(1);
    const elsewhere = createTellDigest(ports, { routes: [], channel: 'C9', cluster: 'prod' });
    await elsewhere({ period: 'daily', channel: 'C1', at: AT }, soon());
    expect(world.slack.sent[1]?.text).not.toContain('"freed"');
    expect(await tell({ period: 'daily', channel: 'C7', at: AT }, soon())).toEqual({ kind: 'nothing-to-tell' });
  });
});
