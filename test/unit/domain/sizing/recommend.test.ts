// The number with its arithmetic, what cuts it down, and when there is none.

import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/domain/base/piece.ts';
import { HOUR } from '../../../../src/domain/base/time.ts';
import { diagnose } from '../../../../src/domain/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts';
import type { Evidence } from '../../../../src/domain/evidence/evidence.ts';
import { recommend } from '../../../../src/domain/sizing/recommend.ts';
import { ago, evidence, kill, mi, NOW, policy, series, withUsage, workload } from '../../../support/build.ts';

const LOW: Diagnosis = { cause: 'limit-too-low', confidence: 'high', summary: 'Too small.', facts: [], against: [] };

function raised(given: Evidence, more: Partial<Parameters<typeof recommend>[0]> = {}) {
  return recommend({ kill: kill(), evidence: given, diagnosis: LOW, earlierKills: [], policy: policy(), now: NOW, ...more });
}

describe('a raise', () => {
  it.each([
    // No samples: 256 × 2.
    { name: 'without samples doubles the limit', given: evidence(), limit: 512 },
    // Two days: the higher of 225 × 1.15 = 258.75 and 256 × 1.5 = 384.
    { name: 'with two days of samples adds half', given: withUsage(series(48, () => 225)), limit: 384 },
    // Ten days: the higher of 250 × 1.15 = 287.5 and 256 × 1.45 = 371.2, rounded up to 384.
    { name: 'with ten days of samples adds nearly a half', given: withUsage(series(240, () => 250)), limit: 384 },
  ])('$name', ({ given, limit }) => {
    expect(raised(given)).toMatchObject({ kind: 'raise', limit: mi(limit) });
  });

  it('is cut down by the policy, and says what it would have been', () => {
    const cut = raised(evidence(), { policy: policy({ maxLimit: mi(300) }) });
    expect(cut).toMatchObject({ kind: 'raise', limit: mi(300) });
    expect(cut.kind === 'raise' ? cut.cappedBy : '').toContain('512Mi');
  });

  it('is never at or below the limit that was just hit: then it is advice', () => {
    expect(raised(evidence(), { policy: policy({ maxLimit: mi(256) }) }).kind).toBe('advise');
  });

  it('for a leak is a stop-gap of at most half more', () => {
    const given = withUsage(series(48, (before) => 250 - 4 * before));
    const leaking = kill({ startedAt: ago(49 * HOUR) });
    const diagnosis = diagnose({ kill: leaking, evidence: given, now: NOW, earlierKills: [] });
    expect(raised(given, { kill: leaking, diagnosis })).toMatchObject({ kind: 'raise', temporary: true, limit: mi(384) });
  });

  it('keeps a Guaranteed pod Guaranteed', () => {
    const given = evidence();
    const pod = given.pod.kind === 'known' ? given.pod.value : undefined;
    const [container] = pod?.containers ?? [];
    if (pod === undefined || container === undefined) throw new Error('the builder has a pod with a container');
    const guaranteed = {
      ...pod,
      containers: [{ ...container, resources: { request: container.resources.limit, limit: container.resources.limit } }],
    };
    expect(raised({ ...given, pod: known(guaranteed, 'pod status', NOW) })).toMatchObject({ request: mi(512) });
  });
});

describe('advice instead of a number', () => {
  it('after three raises within a day', () => {
    const earlierKills = [64, 96, 128].map((limit, index) => ({ at: ago((index + 1) * HOUR), limit: mi(limit) }));
    const advice = raised(evidence(), { earlierKills });
    expect(advice.kind).toBe('advise');
    expect(advice.advice.join(' ')).toContain('Stop raising');
  });

  it.each(['node-pressure', 'no-limit', 'memory-volume', 'not-an-oom'] as const)('for %s', (cause) => {
    expect(raised(evidence(), { diagnosis: { ...LOW, cause } }).kind).toBe('advise');
  });

  it('names what to do by hand for a pod without an owner', () => {
    const bare = evidence({
      owner: known({ chain: [], top: workload({ kind: 'Pod', name: 'stress' }), fieldOwners: [] }, 'owner references', NOW),
    });
    expect(raised(bare).advice.join(' ')).toContain('kubectl delete pod stress -n payments');
  });

  it('names the tool that would undo a live patch', () => {
    const owned = evidence({
      owner: known(
        { chain: [workload()], top: workload(), fieldOwners: [{ tool: 'argo-cd' as const, signal: 'annotation', name: 'shop' }] },
        'owner references',
        NOW,
      ),
    });
    expect(raised(owned).advice.join(' ')).toContain('Argo CD (shop) manages it and will undo a live patch at its next sync');
  });
});
