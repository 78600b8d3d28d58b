// The edge cases of a number (docs/sizing.md): what binds it, who else sets it, what to do instead; and what holds for any input.

import { array, assert, constantFrom, float, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIB, roundUpToStep, toBytes } from '../../../../src/domain/base/memory.ts';
import { known } from '../../../../src/domain/base/piece.ts';
import { DAY, HOUR, MINUTE, toInstant, toMillis } from '../../../../src/domain/base/time.ts';
import type { Evidence, FieldOwner, NamespaceBounds } from '../../../../src/domain/evidence/evidence.ts';
import { lowerLimit } from '../../../../src/domain/sizing/lower.ts';
import { lowerRequest } from '../../../../src/domain/sizing/lower-request.ts';
import type { RecommendInput } from '../../../../src/domain/sizing/recommendation.ts';
import { rememberedOf } from '../../../../src/domain/sizing/remembered.ts';
import { sizeAfterKill } from '../../../../src/domain/sizing/size.ts';
import { advise, diagnosis, withContainer } from '../../../support/advise.ts';
import { ago, evidence, kill, mi, NOW, podFacts, policy, series, size, withUsage, workload } from '../../../support/build.ts';
import { textWith } from '../../../support/text-with.ts';

const WINDOW = toMillis(28 * DAY);
function owned(fieldOwners: readonly FieldOwner[], more = {}): Evidence {
  return evidence({
    owner: known({ chain: [workload()], top: workload(), replicas: 4, fieldOwners, ...more }, 'owner references', NOW),
  });
}

function bounded(bounds: Partial<NamespaceBounds>, given = owned([])): Evidence {
  return {
    ...given,
    bounds: known({ limitRanges: [], quotas: [], controllers: [], ...bounds }, 'LimitRanges and ResourceQuotas', NOW),
  };
}

/** Days of daily peaks, newest first, and a last hour. */
function peaks(daily: readonly number[], lastHour = daily[0] ?? 0) {
  const usage = series(1, () => lastHour);
  const dailyPeaks = daily.map((mib, index) => ({ at: ago(index * DAY + MINUTE), bytes: toBytes(Math.round(mib * MIB)) }));
  return { ...usage, dailyPeaks, daysKnown: daily.length, peak: dailyPeaks[0] ?? usage.peak };
}

describe('a number is bound', () => {
  it.each([
    {
      name: 'by a LimitRange’s maximum',
      bounds: { limitRanges: [{ name: 'small', maxLimit: mi(300) }] },
      limit: 300,
      by: 'LimitRange small',
    },
    {
      name: 'by a LimitRange’s ratio',
      bounds: { limitRanges: [{ name: 'tight', maxRatio: 3 }] },
      limit: 384,
      by: 'LimitRange tight',
    },
    // 4 replicas of 256 and 256 left: (256 + 1024) / 4 = 320.
    {
      name: 'by a quota, shared by all replicas',
      bounds: { quotas: [{ name: 'team', limitsLeft: mi(256) }] },
      limit: 320,
      by: 'ResourceQuota team',
    },
  ])('$name', ({ bounds, limit, by }) => {
    const found = advise({ evidence: bounded(bounds) });
    expect(found).toMatchObject({ kind: 'raise', limit: mi(limit) });
    expect(found.kind === 'raise' ? found.cappedBy : '').toContain(by);
    expect(found.kind === 'raise' ? found.arithmetic : '').toContain('512Mi');
  });

  it('by a quota, less what a rolling update adds', () => {
    // (256 + 1024) / 5 = 256: no more than it has.
    const found = advise({ evidence: bounded({ quotas: [{ name: 'team', limitsLeft: mi(256) }] }, owned([], { surge: 1 })) });
    expect(found.kind).toBe('advise');
    expect(found.kind === 'advise' ? found.reason : '').toContain('ResourceQuota team');
  });

  it('by the largest node there is, when that is known', () => {
    const found = advise({ evidence: bounded({ largestNode: mi(400) }) });
    expect(found).toMatchObject({ kind: 'raise', limit: mi(360) });
    expect(found.kind === 'raise' ? found.cappedBy : '').toContain('largest node');
  });
});

describe('another controller', () => {
  it.each([
    { tool: 'vpa' as const, words: 'maxAllowed' },
    { tool: 'hpa' as const, words: 'HorizontalPodAutoscaler' },
  ])('$tool sets the field: advice with the number, no patch', ({ tool, words }) => {
    const found = advise({ evidence: owned([{ tool, signal: 'seen', name: 'shop' }]) });
    expect(found.kind).toBe('advise');
    expect(found.advice.join(' ')).toContain(words);
    expect(found.advice.join(' ')).toContain('512Mi');
    expect(advise({ evidence: bounded({ controllers: [{ tool, signal: 'seen', name: 'shop' }] }) }).kind).toBe('advise');
  });
});

describe('instead of a raise', () => {
  it('a second leak kill after a stop-gap gets none', () => {
    const found = advise({
      diagnosis: diagnosis('leak'),
      kill: kill({ limit: mi(384) }),
      earlierKills: [{ at: ago(5 * DAY), limit: mi(256) }],
    });
    expect(found.kind).toBe('advise');
    expect(found.advice.join(' ')).toContain('heap profiles');
  });

  it('a resize that never reached the kernel asks for a new pod', () => {
    const kernel = {
      victim: { pid: 1, command: 'app', resident: mi(250) },
      scope: 'container' as const,
      limit: mi(256),
      line: '',
    };
    expect(advise({ kill: kill({ limit: mi(512), kernel }) }).advice.join(' ')).toContain('Delete the pod');
  });

  it('a debug container', () => {
    expect(advise({ evidence: withContainer({ role: 'ephemeral' }) }).kind).toBe('advise');
  });

  it('files in memory: how large the volume may be, from what the kernel counted', () => {
    const kernel = {
      victim: { pid: 1, command: 'app', resident: mi(90) },
      scope: 'container' as const,
      usage: mi(256),
      limit: mi(256),
      shmem: mi(156),
      line: '',
    };
    // (256 − 156) × 1.15 = 115 for the program, 141 for files.
    expect(advise({ diagnosis: diagnosis('memory-volume'), kill: kill({ kernel }) }).advice.join(' ')).toContain('141Mi');
  });

  it('the pod’s own limit is raised where it is written', () => {
    const pod = known(podFacts({ podResources: { limit: size(256) } }), 'pod status', NOW);
    expect(advise({ diagnosis: diagnosis('pod-limit'), evidence: evidence({ pod }) }).advice.join(' ')).toContain(
      'spec.resources.limits.memory to about 368Mi',
    );
  });

  it('a heap that grows along with the limit is made a smaller share of it', () => {
    const heapSettings = [{ runtime: 'jvm' as const, setting: 'JAVA_OPTS: -XX:MaxRAMPercentage=90', bytes: mi(230) }];
    const found = advise({ diagnosis: diagnosis('heap-setting'), evidence: withContainer({ heapSettings }) });
    expect(found.kind).toBe('advise');
    expect(found.advice.join(' ')).toContain('75 %');
  });
});

describe('beside a raise', () => {
  it('a fixed heap asks for a limit it fits in, and for a smaller heap', () => {
    const heapSettings = [{ runtime: 'jvm' as const, setting: 'JAVA_OPTS: -Xmx480m', bytes: mi(480) }];
    const found = advise({ diagnosis: diagnosis('heap-setting'), evidence: withContainer({ heapSettings }) });
    // 480 / 0.75 = 640.
    expect(found).toMatchObject({ kind: 'raise', limit: mi(640) });
    expect(found.advice.join(' ')).toContain('smaller heap');
  });

  it('a Guaranteed container: the request rises too, and that is said', () => {
    const found = advise({ evidence: withContainer({ resources: { request: size(256), limit: size(256) } }) });
    expect(found).toMatchObject({ kind: 'raise', request: mi(512), requestWords: textWith('stays equal to it') });
    expect(found.advice.join(' ')).toContain('scheduler');
  });

  it('a request below the usual use is raised to it, never above the limit', () => {
    expect(advise({ evidence: withUsage(series(48, () => 225)) })).toMatchObject({
      kind: 'raise',
      request: mi(240),
      requestWords: textWith('New request 240Mi = what 95 % of samples stay below (225Mi), rounded up'),
    });
  });

  it('a peak from before the last rollout is called that', () => {
    const rollout = known({ running: { number: '42', since: ago(30_000) } }, 'ReplicaSets', NOW);
    expect(advise({ evidence: { ...withUsage(series(48, () => 225)), rollout } }).advice.join(' ')).toContain(
      'before revision 42',
    );
  });

  it('no usage data is said', () => {
    expect(advise().advice.join(' ')).toContain('a Prometheus that scrapes the kubelet');
  });

  it('one instant is not used as a peak', () => {
    const now = evidence({ usage: known({ kind: 'instant', now: { at: NOW, bytes: mi(900) } }, 'metrics.k8s.io', NOW) });
    expect(advise({ evidence: now })).toMatchObject({ kind: 'raise', limit: mi(512) });
  });
});

describe('without any limit', () => {
  const none = { kill: kill({ limit: undefined }), diagnosis: diagnosis('no-limit') };

  it('two weeks of samples give one', () => {
    // 200 × 1.35 = 270.
    expect(advise({ ...none, evidence: withUsage(peaks(Array.from({ length: 15 }, () => 200))) })).toMatchObject({
      kind: 'raise',
      limit: mi(272),
    });
  });

  it('less give none', () => {
    expect(advise({ ...none, evidence: withUsage(series(48, () => 200)) }).kind).toBe('advise');
  });
});

describe('the size', () => {
  const remembered = (daily: readonly number[], lastHour?: number) =>
    rememberedOf({ usage: peaks(daily, lastHour), at: NOW, limit: mi(256) });
  const input = { limit: mi(256), killedAt: NOW, earlierKills: [], remembered: remembered([250, 100, 250, 90, 250]) };

  it('of a steady load close to its limit is a fifth more', () => {
    // 256 × 1.2 = 307.2.
    expect(sizeAfterKill({ ...input, remembered: remembered([252, 251, 250, 251, 252]) }).limit).toBe(mi(320));
  });

  it('of a load that varies, or was far from full, is not', () => {
    expect(sizeAfterKill(input).limit).toBe(mi(384));
    expect(sizeAfterKill({ ...input, remembered: remembered([252, 251, 250, 251, 252], 100) }).limit).toBe(mi(384));
  });

  it('grows by half for each raise of the day that did not last', () => {
    const earlierKills = [{ at: ago(HOUR), limit: mi(128) }];
    // 256 × 1.5 × 1.5 = 576.
    expect(sizeAfterKill({ ...input, earlierKills })).toMatchObject({ limit: mi(576), recentRaises: 1 });
  });

  it('remembers a higher limit that was hit, unless a bound had cut it down', () => {
    const at = ago(10 * DAY);
    expect(sizeAfterKill({ ...input, earlierKills: [{ at, limit: mi(400) }] }).limit).toBe(mi(608));
    expect(sizeAfterKill({ ...input, earlierKills: [{ at, limit: mi(400), capped: true }] }).limit).toBe(mi(384));
    expect(sizeAfterKill({ ...input, earlierKills: [{ at: ago(40 * DAY), limit: mi(400) }] }).limit).toBe(mi(384));
  });

  it('of a start does not look at the peak', () => {
    expect(sizeAfterKill({ ...input, remembered: remembered([900, 100, 250, 90, 250]), ignorePeak: true }).limit).toBe(mi(384));
  });

  it('of a job counts runs: five are a week', () => {
    const usage = { ...peaks([200, 100, 200]), runs: 5 };
    expect(rememberedOf({ usage, at: NOW, limit: mi(256) }).days).toBe(7);
  });
});

describe('a lower limit', () => {
  const quiet = (days: number, mib: number) =>
    rememberedOf({ usage: peaks(Array.from({ length: days }, () => mib)), at: NOW, limit: mi(2048) });

  it('is offered after two quiet weeks, with room', () => {
    // 600 × 1.2 = 720.
    const found = lowerLimit({
      limit: mi(2048),
      now: NOW,
      kills: [{ at: ago(20 * DAY), limit: mi(512) }],
      remembered: quiet(28, 600),
    });
    expect(found).toMatchObject({ kind: 'lower', limit: mi(736) });
  });

  it('never goes below what 56 days needed', () => {
    const monthly = peaks([...Array.from({ length: 40 }, () => 600), 1400]);
    const remembered = rememberedOf({ usage: monthly, at: NOW, limit: mi(2048) });
    expect(lowerLimit({ limit: mi(2048), now: NOW, kills: [], remembered })).toMatchObject({ kind: 'lower', limit: mi(1408) });
  });

  it.each([
    { because: 'too-little-history', limit: 2048, kills: [], days: 10 },
    { because: 'killed-lately', limit: 2048, kills: [{ at: ago(3 * DAY), limit: mi(512) }], days: 28 },
    { because: 'little-to-gain', limit: 768, kills: [], days: 28 },
  ])('is not: $because', ({ because, limit, kills, days }) => {
    expect(lowerLimit({ limit: mi(limit), now: NOW, kills, remembered: quiet(days, 600) })).toEqual({ kind: 'keep', because });
  });
});

describe('a lower request', () => {
  const seen = (...mib: readonly number[]) => rememberedOf({ usage: peaks(mib), at: NOW, limit: mi(1024) });

  it('is the highest sample that is remembered, rounded up', () => {
    expect(lowerRequest({ request: mi(900), limit: mi(1024), remembered: seen(390, 400, 390) })).toEqual({
      request: mi(400),
      arithmetic:
        'New request 400Mi = the highest sample that is remembered (400Mi), rounded up; 900Mi are set aside for each pod now.',
    });
  });

  it('never goes below what 56 days needed', () => {
    const monthly = seen(...Array.from({ length: 40 }, () => 300), 700);
    expect(lowerRequest({ request: mi(900), limit: mi(1024), remembered: monthly })).toMatchObject({ request: mi(704) });
  });

  it.each([
    { name: 'there is none', request: undefined, remembered: seen(100) },
    { name: 'it equals the limit', request: mi(1024), remembered: seen(100) },
    { name: 'nothing was sampled', request: mi(900), remembered: rememberedOf({ usage: undefined, at: NOW, limit: mi(1024) }) },
    { name: 'no sample shows any use', request: mi(900), remembered: seen(0) },
    { name: 'little is to gain', request: mi(480), remembered: seen(400) },
  ])('is not where $name', ({ request, remembered }) => {
    expect(lowerRequest({ request, limit: mi(1024), remembered })).toBeUndefined();
  });
});

describe('for any container', () => {
  const inputs = record({
    limit: integer({ min: 8, max: 16_384 }),
    daily: array(integer({ min: 1, max: 16_384 }), { minLength: 1, maxLength: 60 }),
    maxFactor: float({ min: 1.5, max: 8, noNaN: true }),
    maxLimit: integer({ min: 16, max: 65_536 }),
    cause: constantFrom('limit-too-low' as const, 'spike' as const, 'leak' as const, 'startup' as const, 'unclear' as const),
  });

  it('a raise is above the limit that was hit, within every bound, and the same when asked again', () => {
    assert(
      property(inputs, ({ limit, daily, maxFactor, maxLimit, cause }) => {
        const asked: Partial<RecommendInput> = {
          kill: kill({ limit: mi(limit) }),
          evidence: withUsage(peaks(daily)),
          diagnosis: diagnosis(cause),
          policy: policy({ maxFactor, maxLimit: mi(maxLimit) }),
        };
        const found = advise(asked);
        expect(advise(asked)).toEqual(found);
        if (found.kind !== 'raise') return;
        expect(found.limit).toBeGreaterThan(mi(limit));
        expect(found.limit).toBeLessThanOrEqual(Math.min(mi(maxLimit), mi(limit) * maxFactor));
        if (cause === 'leak') expect(found.limit).toBeLessThanOrEqual(roundUpToStep(mi(limit) * 1.5));
      }),
    );
  });

  it('the size holds every remembered sample, and a lower one holds all of 56 days', () => {
    assert(
      property(inputs, ({ limit, daily }) => {
        const usage = peaks(daily);
        const remembered = rememberedOf({ usage, at: NOW, limit: mi(limit), window: WINDOW });
        expect(sizeAfterKill({ limit: mi(limit), killedAt: NOW, earlierKills: [], remembered }).limit).toBeGreaterThanOrEqual(
          remembered.peak?.bytes ?? 0,
        );
        const lowered = lowerLimit({ limit: mi(limit), now: NOW, kills: [], remembered });
        if (lowered.kind !== 'lower') return;
        expect(lowered.limit).toBeLessThan(mi(limit));
        expect(lowered.limit).toBeGreaterThanOrEqual(
          Math.max(...usage.dailyPeaks.filter(({ at }) => NOW - at <= 56 * DAY).map(({ bytes }) => bytes)),
        );
        // Once lowered there is nothing more to lower.
        const again = lowerLimit({ limit: lowered.limit, now: toInstant(NOW + MINUTE), kills: [], remembered });
        expect(again.kind).toBe('keep');
      }),
    );
  });
});
