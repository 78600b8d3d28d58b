// Exit code 137 without the runtime's mark: a kill only where something speaks for it and nothing explains it otherwise.

import { describe, expect, it } from 'vitest';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import type { PodFacts } from '../../../../src/domain/base/pod.ts';
import { HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import { weighSuspicion } from '../../../../src/domain/diagnosis/suspicion.ts';
import type { EventLine, Evidence } from '../../../../src/domain/evidence/evidence.ts';
import { createKernelReader } from '../../../../src/domain/kill/kernel-oom.ts';
import { ago, evidence, kill, mi, NOW, podContainer, podFacts, series, size } from '../../../support/build.ts';

const SUSPECT = kill({ how: 'suspected', reason: 'Error' });
const NEAR = known(
  series(2, () => 250),
  'Prometheus',
  NOW,
);
const FAR = known(
  series(2, () => 60),
  'Prometheus',
  NOW,
);

function line(overrides: Partial<EventLine>): EventLine {
  return { type: 'Warning', reason: 'Unhealthy', message: '', count: 1, from: 'kubelet', lastSeen: ago(MINUTE), ...overrides };
}

function weigh(overrides: Partial<Evidence>, suspect = SUSPECT) {
  return weighSuspicion(
    suspect,
    evidence({ usage: unavailable('no Prometheus'), events: known([], 'events', NOW), ...overrides }),
  );
}

describe('a suspicion holds', () => {
  it('when memory was close to the limit and nothing else explains it (row 9)', () => {
    expect(weigh({ usage: NEAR })).toEqual({ kind: 'holds', because: 'its memory was close to the limit' });
  });

  it('when the kernel reports the kill, whatever else there is', () => {
    const said = createKernelReader().read(
      'Memory cgroup out of memory: Killed process 1 (java) total-vm:1kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:1',
    );
    const probe = known(
      [line({ reason: 'Killing', message: 'Container app failed liveness probe, will be restarted' })],
      'events',
      NOW,
    );
    expect(weigh({ events: probe }, { ...SUSPECT, kernel: said }).kind).toBe('holds');
  });
});

describe('a suspicion is dropped', () => {
  it.each([
    { name: 'a liveness probe (row 8)', message: 'Container app failed liveness probe, will be restarted' },
    { name: 'a startup probe', message: 'Container app failed startup probe, will be restarted' },
    { name: 'a deletion', message: 'Stopping container app' },
    { name: 'an eviction', message: 'The node was low on resource: memory. Evicted' },
    { name: 'preemption', message: 'Preempted by a pod' },
  ])('for $name, though memory was close to the limit', ({ message }) => {
    expect(weigh({ usage: NEAR, events: known([line({ reason: 'Killing', message })], 'events', NOW) }).kind).toBe('dropped');
  });

  it.each([
    { name: 'an evicted pod (row 20)', pod: podFacts({ reason: 'Evicted' }) },
    { name: 'a pod that was being deleted', pod: podFacts({ deletedAt: ago(MINUTE) }) },
  ])('for $name', ({ pod }) => {
    expect(weigh({ usage: NEAR, pod: known(pod, 'pod status', NOW) }).kind).toBe('dropped');
  });
});

describe('a suspicion stays open', () => {
  it('when nothing speaks for memory yet', () => {
    const nothing = { kind: 'open', leaning: 'dropped', because: 'nothing points to memory' };
    expect(weigh({ usage: FAR })).toEqual(nothing);
    expect(weigh({})).toEqual(nothing);
  });

  it('when memory was close to the limit, but what may explain it otherwise could not be read', () => {
    const near = { kind: 'open', leaning: 'holds', because: 'its memory was close to the limit' };
    expect(weigh({ usage: NEAR, events: unavailable('no answer') })).toEqual(near);
  });
});

describe('a sandbox that was gone before it could start (row 13)', () => {
  const gone = kill({ how: 'suspected', shownIn: 'event', reason: 'FailedCreatePodSandBox', exitCode: undefined, limit: mi(3) });
  const limited = (...limits: readonly (number | undefined)[]) =>
    podFacts({
      containers: limits.map((limit, index) =>
        podContainer({ name: `c${index}`, resources: limit === undefined ? {} : { limit: size(limit) } }),
      ),
    });
  const weighed = (pod: PodFacts, suspect = gone) => weigh({ pod: known(pod, 'pod status', NOW) }, suspect);

  it.each([
    { name: 'the pod may have 3 Mi', pod: limited(3) },
    { name: 'its containers may have 12 Mi together', pod: limited(4, 8) },
    { name: 'the pod as a whole may have 8 Mi', pod: { ...limited(undefined), podResources: { limit: size(8) } } },
  ])('holds where $name', ({ pod }) => {
    expect(weighed(pod).kind).toBe('holds');
  });

  it.each([
    { name: 'the pod may have more than a runtime needs', pod: limited(4, 9) },
    {
      name: 'an init container may have more',
      pod: podFacts({
        containers: [
          podContainer({ role: 'init', resources: { limit: size(64) } }),
          podContainer({ resources: { limit: size(3) } }),
        ],
      }),
    },
    { name: 'one container may have any', pod: limited(3, undefined) },
  ])('stays open where $name', ({ pod }) => {
    expect(weighed(pod)).toMatchObject({ kind: 'open', leaning: 'dropped' });
  });

  it('stays open where the pod could not be read', () => {
    expect(weigh({ pod: unavailable('no answer') }, gone)).toMatchObject({ kind: 'open', leaning: 'dropped' });
  });

  it('is dropped where the pod was being deleted', () => {
    expect(weighed({ ...limited(3), deletedAt: ago(MINUTE) }).kind).toBe('dropped');
  });
});

it('an event from before the container started explains nothing', () => {
  const old = line({ reason: 'Killing', message: 'failed liveness probe, will be restarted', lastSeen: ago(5 * HOUR) });
  expect(weigh({ usage: NEAR, events: known([old], 'events', NOW) }).kind).toBe('holds');
});
