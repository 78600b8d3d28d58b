// Which container statuses are memory kills, and that a kill keeps its identity however often and wherever it is seen.

import { describe, expect, it } from 'vitest';
import type { TerminatedState } from '../../../../src/domain/base/pod.ts';
import { HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import { findKills, livedFor } from '../../../../src/domain/kill/oom-kill.ts';
import { ago, CONTAINER_ID, kill, mi, NOW, podContainer, podFacts, size } from '../../../support/build.ts';

function ended(overrides: Partial<TerminatedState> = {}): TerminatedState {
  return {
    kind: 'terminated',
    reason: 'OOMKilled',
    exitCode: 137,
    containerId: CONTAINER_ID,
    startedAt: ago(HOUR),
    finishedAt: ago(MINUTE),
    ...overrides,
  };
}

describe('findKills', () => {
  it.each([
    { name: 'state OOMKilled', container: podContainer({ state: ended() }), kills: 1 },
    { name: 'lastState OOMKilled while it runs again', container: podContainer({ lastState: ended() }), kills: 1 },
    {
      name: 'both, of two instances',
      container: podContainer({ state: ended({ containerId: 'b'.repeat(64) }), lastState: ended() }),
      kills: 2,
    },
    { name: 'an init container', container: podContainer({ role: 'init', state: ended() }), kills: 1 },
    { name: 'a native sidecar', container: podContainer({ role: 'sidecar', lastState: ended() }), kills: 1 },
    {
      name: 'OOMKilled with exit code 1: a child was killed',
      container: podContainer({ state: ended({ exitCode: 1 }) }),
      kills: 1,
    },
    { name: 'OOMKilled with exit code 0', container: podContainer({ state: ended({ exitCode: 0 }) }), kills: 1 },
    {
      name: 'StartError while the limit is too low to start',
      container: podContainer({
        state: ended({ reason: 'StartError', exitCode: 128, message: 'container init was OOM-killed (memory limit too low?)' }),
      }),
      kills: 1,
    },
    {
      name: 'exit code 137 with reason Error: only suspected',
      container: podContainer({ state: ended({ reason: 'Error' }) }),
      kills: 1,
    },
    { name: 'Completed', container: podContainer({ state: ended({ reason: 'Completed', exitCode: 0 }) }), kills: 0 },
    { name: 'waiting', container: podContainer({ state: { kind: 'waiting', reason: 'CrashLoopBackOff' } }), kills: 0 },
  ])('$name: $kills', ({ container, kills }) => {
    expect(findKills(podFacts({ containers: [container] }), NOW)).toHaveLength(kills);
  });

  it('gives the same kill the same id in state and, after the restart, in lastState', () => {
    const before = findKills(podFacts({ containers: [podContainer({ state: ended(), restartCount: 2 })] }), NOW);
    const after = findKills(podFacts({ containers: [podContainer({ lastState: ended(), restartCount: 3 })] }), NOW);
    expect(before[0]?.id).toBe(after[0]?.id);
    expect(before[0]?.id).not.toContain(':');
  });

  it('names the instance by its number where the runtime gave no id', () => {
    const noId = ended({ containerId: undefined });
    const before = findKills(podFacts({ containers: [podContainer({ state: noId, restartCount: 2 })] }), NOW);
    const after = findKills(podFacts({ containers: [podContainer({ lastState: noId, restartCount: 3 })] }), NOW);
    expect(before[0]?.id).toBe(after[0]?.id);
    // In back-off the count is still that of the run that ended.
    const waiting = podContainer({ state: { kind: 'waiting', reason: 'CrashLoopBackOff' }, lastState: noId, restartCount: 2 });
    expect(findKills(podFacts({ containers: [waiting] }), NOW)[0]?.id).toBe(before[0]?.id);
  });

  it('tells a recreated pod of the same name apart by its uid', () => {
    const [first] = findKills(podFacts({ containers: [podContainer({ state: ended({ containerId: undefined }) })] }), NOW);
    const [second] = findKills(
      podFacts({ uid: 'pod-2', containers: [podContainer({ state: ended({ containerId: undefined }) })] }),
      NOW,
    );
    expect(first?.id).not.toBe(second?.id);
  });

  it('takes the limit in force over the one in the spec', () => {
    const container = podContainer({ state: ended(), inForce: { limit: size(200) } });
    expect(findKills(podFacts({ containers: [container] }), NOW)[0]?.limit).toBe(mi(200));
  });
});

describe('livedFor', () => {
  it.each([
    { name: 'start and end known', given: kill({ startedAt: ago(HOUR), finishedAt: ago(0) }), lived: HOUR },
    { name: 'no start', given: kill({ startedAt: undefined }), lived: undefined },
    { name: 'an end before the start', given: kill({ startedAt: ago(0), finishedAt: ago(HOUR) }), lived: undefined },
  ])('$name', ({ given, lived }) => {
    expect(livedFor(given)).toBe(lived);
  });
});
