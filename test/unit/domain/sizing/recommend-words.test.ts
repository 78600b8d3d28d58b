// The smaller turns of advice: by runtime, by owner, by what is known of bounds and volumes.

import { describe, expect, it } from 'vitest';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import type { HeapSetting } from '../../../../src/domain/base/pod.ts';
import { DAY, HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import { heapAdvice, heapNeed } from '../../../../src/domain/evidence/heap.ts';
import { isSteady, rememberedOf } from '../../../../src/domain/sizing/remembered.ts';
import { sizeAfterKill, span } from '../../../../src/domain/sizing/size.ts';
import { advise, diagnosis, withContainer } from '../../../support/advise.ts';
import { ago, evidence, kill, mi, NOW, podFacts, policy, series, withUsage, workload } from '../../../support/build.ts';

const setting = (runtime: HeapSetting['runtime'], text: string, count: number): HeapSetting => ({
  runtime,
  setting: text,
  bytes: mi(count),
});

describe('heap advice', () => {
  it.each([
    { of: setting('jvm', '-Xmx200m', 200), words: '384 MiB' },
    { of: setting('node', '--max-old-space-size=200', 200), words: '--max-old-space-size to about 75 % of the limit, 384' },
    { of: setting('go', 'GOMEMLIMIT=200MiB', 200), words: 'GOMEMLIMIT to about 90 % of the limit, 460MiB' },
    { of: setting('jvm', '-XX:MaxRAMPercentage=90', 200), words: '75 % at most' },
  ])('for $of.setting', ({ of, words }) => {
    expect(heapAdvice([of], mi(512)).join(' ')).toContain(words);
  });

  it('finds the limit that the largest fixed heap needs, and none for a share', () => {
    expect(heapNeed([setting('jvm', '-Xmx300m', 300), setting('go', 'GOMEMLIMIT=400MiB', 400)])?.limit).toBe(mi(448));
    expect(heapNeed([setting('jvm', '-XX:MaxRAMPercentage=90', 300)])).toBeUndefined();
  });

  it('keeps the usual number when it is the higher one', () => {
    const given = withContainer({ heapSettings: [setting('jvm', '-Xmx210m', 210)] });
    expect(advise({ diagnosis: diagnosis('heap-setting'), evidence: given })).toMatchObject({ kind: 'raise', limit: mi(512) });
  });
});

describe('by owner', () => {
  it.each([
    { kind: 'Pod', words: 'kubectl delete pod' },
    { kind: 'Job', words: 'delete the Job' },
    { kind: 'Widget', words: 'Widget checkout-api creates these pods' },
  ])('$kind: by hand, with the number', ({ kind, words }) => {
    const owner = known({ chain: [], top: workload({ kind }), fieldOwners: [] }, 'owner references', NOW);
    const text = advise({ evidence: evidence({ owner }) }).advice.join(' ');
    expect(text).toContain(words);
    expect(text).toContain('512Mi');
  });

  it('a VPA or an HPA is told of once, by what to change there', () => {
    const owner = known(
      {
        chain: [],
        top: workload(),
        fieldOwners: [
          { tool: 'vpa' as const, signal: 'annotation' },
          { tool: 'hpa' as const, signal: 'seen' },
        ],
      },
      'owner references',
      NOW,
    );
    expect(advise({ evidence: evidence({ owner }) }).advice).toHaveLength(2);
  });

  it('nothing is said of an owner that could not be read', () => {
    expect(advise({ evidence: evidence({ owner: unavailable('no right') }), kill: undefined }).advice).toEqual([
      'Leave the memory limit as it is.',
    ]);
  });
});

describe('by cause', () => {
  it.each(['spike', 'child-process', 'leak', 'heap-setting'] as const)('%s has more to do than a number', (cause) => {
    expect(advise({ diagnosis: diagnosis(cause) }).advice.length).toBeGreaterThan(1);
  });

  it('a volume without a count of its files, and one that leaves no room', () => {
    const volumes = known(podFacts({ memoryVolumes: [{ name: 'scratch', mountedBy: ['app'] }] }), 'pod status', NOW);
    expect(advise({ diagnosis: diagnosis('memory-volume'), evidence: evidence({ pod: volumes }) }).advice.join(' ')).toContain(
      'on volume scratch, below the limit',
    );
    const kernel = {
      victim: { pid: 1, command: 'app', resident: mi(250) },
      scope: 'container' as const,
      usage: mi(256),
      shmem: mi(6),
      line: '',
    };
    expect(advise({ diagnosis: diagnosis('memory-volume'), kill: kill({ kernel }) }).advice.join(' ')).toContain(
      'below the limit minus',
    );
  });

  it('the pod’s limit without one of its own is the sum of its containers', () => {
    expect(advise({ diagnosis: diagnosis('pod-limit') }).advice.join(' ')).toContain('sum');
  });
});

describe('bounds that are not known bound nothing', () => {
  it.each([
    { name: 'no LimitRange or quota was asked for', bounds: undefined },
    { name: 'none could be read', bounds: unavailable('no right to list them') },
    {
      name: 'they are about requests, or wider',
      bounds: known(
        {
          limitRanges: [{ name: 'a', maxLimit: mi(4096), maxRatio: 90 }],
          quotas: [{ name: 'b', requestsLeft: mi(1) }],
          controllers: [],
        },
        'x',
        NOW,
      ),
    },
  ])('$name', ({ bounds }) => {
    expect(advise({ evidence: evidence({ bounds, node: unavailable('no right') }) })).toMatchObject({
      kind: 'raise',
      limit: mi(512),
      cappedBy: undefined,
    });
  });

  it('a ratio binds nothing without a request', () => {
    const bounds = known({ limitRanges: [{ name: 'a', maxRatio: 1.1 }], quotas: [], controllers: [] }, 'x', NOW);
    expect(advise({ evidence: withContainer({ resources: {} }, evidence({ bounds })) })).toMatchObject({ limit: mi(512) });
  });
});

describe('what is remembered', () => {
  it('is nothing of one instant, and the series’ own peak without daily ones', () => {
    expect(rememberedOf({ usage: { kind: 'instant', now: { at: NOW, bytes: mi(5) } }, at: NOW, limit: mi(256) })).toMatchObject({
      days: 0,
      steady: false,
    });
    const none = rememberedOf({ usage: { ...series(2, () => 99), dailyPeaks: [] }, at: NOW, limit: mi(256) });
    expect(none).toMatchObject({ peak: { bytes: mi(99) }, older: { bytes: mi(99) } });
  });

  it('is steady only from three days and three samples on', () => {
    const dailyPeaks = [3, 2, 1].map((days) => ({ at: ago(days * DAY), bytes: mi(250) }));
    const lastHour = [30, 20, 10].map((minutes) => ({ at: ago(minutes * MINUTE), bytes: mi(250) }));
    expect(isSteady({ dailyPeaks, lastHour, limit: mi(256) })).toBe(true);
    expect(isSteady({ dailyPeaks: dailyPeaks.slice(1), lastHour, limit: mi(256) })).toBe(false);
    expect(isSteady({ dailyPeaks, lastHour: lastHour.slice(1), limit: mi(256) })).toBe(false);
  });
});

describe('the sentence', () => {
  it.each([
    { days: 35 / 86_400, words: '35 seconds' },
    { days: 0.01, words: '14 minutes' },
    { days: 0.5, words: '12 hours' },
    { days: 20.9 / 24, words: '20 hours' },
    { days: 1.2, words: 'day' },
    { days: 1.7, words: 'day' },
    { days: 20, words: '20 days' },
    { days: 20.9, words: '20 days' },
  ])('$days days: $words', ({ days, words }) => {
    expect(span(days)).toBe(words);
  });

  it('says when the limit is doubled for want of data, and which limit counts', () => {
    const remembered = rememberedOf({ usage: series(6, () => 100), at: NOW, limit: mi(256) });
    expect(sizeAfterKill({ limit: mi(256), killedAt: NOW, earlierKills: [], remembered }).arithmetic).toContain('doubled');
    const earlierKills = [{ at: ago(2 * DAY), limit: mi(512) }, { at: ago(HOUR) }];
    expect(sizeAfterKill({ limit: mi(256), killedAt: NOW, earlierKills, remembered }).arithmetic).toContain(
      '512Mi that was hit before',
    );
  });

  it('claims no more data than there is', () => {
    const sizedWith = (days: number): string => {
      const remembered = { ...rememberedOf({ usage: series(6, () => 100), at: NOW, limit: mi(256) }), days };
      return sizeAfterKill({ limit: mi(256), killedAt: NOW, earlierKills: [], remembered }).arithmetic;
    };
    expect(sizedWith(35 / 86_400)).toMatch(/sample of the last 35 seconds \(.*: only 35 seconds of data, so/);
    expect(sizedWith(0)).toMatch(/the highest sample \(100Mi\).*: only one sample, so/);
  });

  it('names every part of the reckoning and what cut it', () => {
    const found = advise({ evidence: withUsage(series(240, () => 250)), policy: policy({ maxLimit: mi(300) }) });
    expect(found.kind === 'raise' ? found.arithmetic : '').toMatch(
      /250Mi\) × 1\.15 and the 256Mi that was just hit × 1\.45.*Cut down to 300Mi/,
    );
  });
});
