// The ways a kill is found: each told once, whoever finds it first, however often it is found again.

import { describe, expect, it } from 'vitest';
import { createWatchEvent } from '../../../../handlers/detect/event.ts';
import type { KernelReport } from '../../../../handlers/detect/kernel-report.ts';
import { createWatchKernel } from '../../../../handlers/detect/kernel-report.ts';
import { createWatchCounter } from '../../../../handlers/detect/oom-counter.ts';
import { createWatch } from '../../../../handlers/detect/pod.ts';
import { toBytes } from '../../../../src/domain/base/memory.ts';
import type { PodFacts } from '../../../../src/domain/base/pod.ts';
import { after, DAY, HOUR, MINUTE, SECOND, toMillis } from '../../../../src/domain/base/time.ts';
import type { ClusterEvent } from '../../../../src/domain/kill/event-kill.ts';
import type { KernelKill } from '../../../../src/domain/kill/kernel-oom.ts';
import type { PodFinder } from '../../../../src/ports/evidence-reader.ts';
import { fakeIntake } from '../../../fakes/intake.ts';
import { fakeKernelReports, fakeQueue } from '../../../fakes/stores.ts';
import { silentLog, silentMeter } from '../../../fakes/telemetry.ts';
import { ago, CONTAINER_ID, NOW, podContainer, podFacts } from '../../../support/build.ts';

const SETTINGS = {
  cluster: 'prod',
  node: 'node-1',
  reportWithin: toMillis(HOUR),
  watches: (namespace: string) => namespace !== 'kube-system',
};
const signal = new AbortController().signal;
const LIVE = { initial: false } as const;

function world(pods: readonly PodFacts[] = []) {
  const queue = fakeQueue();
  const intake = fakeIntake(queue);
  const finder: PodFinder = {
    find: async (namespace, name) => pods.find((pod) => pod.namespace === namespace && pod.name === name),
    onNode: async (node, uid) => pods.find((pod) => pod.node === node && pod.uid === uid),
    names: async () => [],
  };
  const kernel = fakeKernelReports();
  const ports = { intake, kernel, queue, pods: finder, clock: { now: () => NOW }, log: silentLog, meter: silentMeter };
  return { queue, intake, kernel, ports };
}

function dead(overrides: Partial<PodFacts> = {}, end: { readonly agoMs?: number; readonly reason?: string } = {}): PodFacts {
  const { agoMs = SECOND, reason = 'OOMKilled' } = end;
  return podFacts({
    containers: [
      podContainer({
        lastState: {
          kind: 'terminated',
          reason,
          exitCode: 137,
          containerId: CONTAINER_ID,
          startedAt: ago(2 * HOUR),
          finishedAt: ago(agoMs),
        },
      }),
    ],
    ...overrides,
  });
}

describe('a pod that was seen', () => {
  it('tells its kill once, however often it comes', async () => {
    const { ports } = world();
    const watch = createWatch(ports, SETTINGS);
    expect(await watch(dead(), LIVE)).toEqual({ reported: 1, known: 0, silent: 0 });
    expect(await watch(dead(), LIVE)).toEqual({ reported: 0, known: 1, silent: 0 });
  });

  it('has the store hear once a day that a kill is still seen', async () => {
    const { ports } = world();
    let now = NOW;
    let asked = 0;
    const claim: typeof ports.intake.claim = async (...kill) => {
      asked += 1;
      return ports.intake.claim(...kill);
    };
    const watch = createWatch({ ...ports, clock: { now: () => now }, intake: { ...ports.intake, claim } }, SETTINGS);
    for (const hours of [0, 1, 23, 24, 25, 48]) {
      now = after(NOW, toMillis(hours * HOUR));
      expect((await watch(dead(), LIVE)).reported).toBe(hours === 0 ? 1 : 0);
    }
    expect(asked).toBe(3);
  });

  it('tells nothing that another watcher has told', async () => {
    const { ports } = world();
    await createWatch(ports, SETTINGS)(dead(), LIVE);
    expect(await createWatch(ports, SETTINGS)(dead(), { initial: true })).toEqual({ reported: 0, known: 1, silent: 0 });
  });

  it('records silently what is older than the set age (row 30)', async () => {
    const { ports, queue } = world();
    expect(await createWatch(ports, SETTINGS)(dead({}, { agoMs: 2 * HOUR }), { initial: true })).toEqual({
      reported: 0,
      known: 0,
      silent: 1,
    });
    expect(queue.jobs).toEqual([]);
  });

  it.each([
    { name: 'exactly the set age', agoMs: HOUR, reported: 1 },
    { name: 'a millisecond older', agoMs: HOUR + 1, reported: 0 },
    { name: 'of a clock that is a little ahead', agoMs: -MINUTE, reported: 1 },
    { name: 'of a clock that is hours ahead', agoMs: -5 * HOUR, reported: 1 },
  ])('$name: $reported reported, and never again when its time has come', async ({ agoMs, reported }) => {
    const { ports } = world();
    const pod = dead({}, { agoMs });
    expect((await createWatch(ports, SETTINGS)(pod, LIVE)).reported).toBe(reported);
    const afterwards = { ...ports, clock: { now: () => after(NOW, toMillis(6 * HOUR)) } };
    expect(await createWatch(afterwards, SETTINGS)(pod, { initial: true })).toEqual({ reported: 0, known: 1, silent: 0 });
  });

  it('tells what a node whose clock is far behind says was long ago, and silences what was', async () => {
    const { ports } = world();
    const watch = createWatch(ports, SETTINGS);
    const pod = dead({ clockBehind: toMillis(3 * HOUR) }, { agoMs: 3 * HOUR + MINUTE });
    expect(await watch(pod, LIVE)).toEqual({ reported: 1, known: 0, silent: 0 });
    const old = dead({ uid: 'another', clockBehind: toMillis(3 * HOUR) }, { agoMs: 5 * HOUR });
    expect(await watch(old, LIVE)).toEqual({ reported: 0, known: 0, silent: 1 });
  });

  it('of another cluster is another kill, though pod and container have the same ids', async () => {
    const { ports } = world();
    const watch = createWatch(ports, SETTINGS);
    expect((await watch(dead(), LIVE)).reported).toBe(1);
    expect((await watch(dead({ cluster: 'copy' }), LIVE)).reported).toBe(1);
  });

  it('upgrades a suspected kill when the mark comes (row 10)', async () => {
    const { ports } = world();
    const watch = createWatch(ports, SETTINGS);
    expect((await watch(dead({}, { reason: 'Error' }), LIVE)).reported).toBe(1);
    expect((await watch(dead(), LIVE)).reported).toBe(1);
    expect((await watch(dead({}, { reason: 'Error' }), LIVE)).known).toBe(1);
  });

  it('is left alone when its annotation says so', async () => {
    const { ports } = world();
    const ignored = dead({ annotations: { 'headroom.dev/ignore': 'true' } });
    expect(await createWatch(ports, SETTINGS)(ignored, LIVE)).toEqual({ reported: 0, known: 0, silent: 0 });
  });

  it.each([
    { name: 'there when the reading began', seen: { initial: true }, agoMs: MINUTE / 2, whileAway: true },
    { name: 'told live', seen: LIVE, agoMs: MINUTE / 2, whileAway: undefined },
    { name: 'told live, but long after', seen: LIVE, agoMs: 2 * MINUTE, whileAway: true },
    { name: 'just happened when the reading began', seen: { initial: true }, agoMs: SECOND, whileAway: undefined },
  ])('was killed while nobody watched? $name: $whileAway', async ({ seen, agoMs, whileAway }) => {
    const { ports } = world();
    const claimed: unknown[] = [];
    const intake = {
      ...ports.intake,
      claim: async (...asked: Parameters<typeof ports.intake.claim>) => {
        claimed.push(asked[0].whileAway);
        return ports.intake.claim(...asked);
      },
    };
    await createWatch({ ...ports, intake }, SETTINGS)(dead({}, { agoMs }), seen);
    expect(claimed).toEqual([whileAway]);
  });
});

const KERNEL: KernelKill = {
  victim: { pid: 7, command: 'worker', resident: toBytes(1024) },
  scope: 'container',
  place: { podUid: 'pod-1', containerId: CONTAINER_ID },
  line: 'Killed process 7 (worker)',
};
const REPORT: KernelReport = { kill: KERNEL, key: 'boot-1', at: ago(10 * SECOND) };

describe('the kernel’s report', () => {
  const running = podFacts({ containers: [podContainer({ containerId: CONTAINER_ID })] });

  it('of a child in a container that runs on is a kill of its own, once', async () => {
    const { ports } = world([running]);
    const watch = createWatchKernel(ports, SETTINGS);
    await watch.note(REPORT);
    expect(await watch.settle(REPORT, signal)).toBe('first-seen');
    expect(await watch.settle(REPORT, signal)).toBe('already-seen');
    expect(await watch.settle({ ...REPORT, key: 'boot-2' }, signal)).toBe('first-seen');
  });

  it('is kept for the kill that the status shows', async () => {
    const { ports, kernel } = world([podFacts({ containers: [podContainer({ containerId: 'b'.repeat(64) })] })]);
    const watch = createWatchKernel(ports, SETTINGS);
    await watch.note(REPORT);
    expect(await watch.settle(REPORT, signal)).toBe('shown');
    expect(await kernel.find({ cluster: 'prod', containerId: CONTAINER_ID })).toEqual([REPORT]);
  });

  it('that the log does not name is told by the container’s own count, once for each', async () => {
    const { ports, queue } = world([running]);
    const watch = createWatchKernel(ports, SETTINGS);
    const missed = { podUid: running.uid, containerId: CONTAINER_ID, number: 11 };
    expect(await watch.missed(missed, ago(MINUTE), signal)).toBe('first-seen');
    expect(await watch.missed(missed, ago(MINUTE), signal)).toBe('already-seen');
    expect(await watch.missed({ ...missed, number: 12 }, ago(MINUTE), signal)).toBe('first-seen');
    expect(queue.jobs).toHaveLength(2);
    const kill = await ports.intake.kill(`prod/${running.uid}/app/${CONTAINER_ID}/child-counted-11`);
    expect(kill).toMatchObject({ how: 'silent', shownIn: 'kernel', finishedAt: ago(MINUTE), kernel: undefined });
    expect(await watch.missed({ ...missed, containerId: 'b'.repeat(64) }, ago(MINUTE), signal)).toBe('shown');
  });

  it('that comes after the kill was explained has it looked at again', async () => {
    const { ports, kernel, queue } = world([running]);
    await kernel.missed({ cluster: 'prod', containerId: CONTAINER_ID }, 'prod/pod-1/app');
    await createWatchKernel(ports, SETTINGS).note(REPORT);
    expect(queue.jobs).toEqual([{ step: 'enrich', cluster: 'prod', killId: 'prod/pod-1/app', late: true, kernel: true }]);
  });

  it.each([
    { name: 'outside any pod', report: { ...REPORT, kill: { ...KERNEL, place: undefined } }, pods: [], outcome: 'outside' },
    { name: 'of a pod that is gone', report: REPORT, pods: [], outcome: 'shown' },
    {
      name: 'of a pod nobody wants to hear of',
      report: REPORT,
      pods: [{ ...running, annotations: { 'headroom.dev/ignore': 'true' } }],
      outcome: 'ignored',
    },
    { name: 'of a namespace left out', report: REPORT, pods: [{ ...running, namespace: 'kube-system' }], outcome: 'ignored' },
  ])('$name: $outcome', async ({ report, pods, outcome }) => {
    const { ports, queue } = world(pods);
    expect(await createWatchKernel(ports, SETTINGS).settle(report, signal)).toBe(outcome);
    expect(queue.jobs).toEqual([]);
  });
});

describe('a counter that went up', () => {
  const running = podFacts({ containers: [podContainer({ containerId: CONTAINER_ID })] });
  const rise = {
    namespace: running.namespace,
    pod: running.name,
    containerId: CONTAINER_ID,
    value: 1,
    at: ago(MINUTE),
    rose: true,
  };

  it('is a child’s kill, once for each value', async () => {
    const { ports } = world([running]);
    const watch = createWatchCounter(ports, SETTINGS);
    expect(await watch(rise, signal)).toBe('first-seen');
    expect(await watch(rise, signal)).toBe('already-seen');
    expect(await watch({ ...rise, value: 2 }, signal)).toBe('first-seen');
  });

  it('tells nothing where the node’s kernel has told', async () => {
    const { ports } = world([running]);
    await createWatchKernel(ports, SETTINGS).note(REPORT);
    const watch = createWatchCounter(ports, SETTINGS);
    expect(await watch(rise, signal)).toBe('known');
    // The kernel told of one kill a minute ago, and of none since.
    expect(await watch({ ...rise, value: 2, at: ago(MINUTE - 10 * MINUTE) }, signal)).toBe('first-seen');
    expect(await watch(rise, signal)).toBe('known');
  });

  it.each([
    { name: 'a container of long ago', startedAt: ago(DAY), outcome: 'stale' },
    { name: 'a container of nobody knows when', startedAt: undefined, outcome: 'stale' },
    { name: 'a container that has just started', startedAt: ago(2 * MINUTE), outcome: 'first-seen' },
  ])('that nobody saw rise in $name: $outcome', async ({ startedAt, outcome }) => {
    const pod = podFacts({ containers: [podContainer({ containerId: CONTAINER_ID, state: { kind: 'running', startedAt } })] });
    expect(await createWatchCounter(world([pod]).ports, SETTINGS)({ ...rise, rose: false }, signal)).toBe(outcome);
  });

  it('in a namespace left out is nobody’s business', async () => {
    const pod = { ...running, namespace: 'kube-system' };
    const watch = createWatchCounter(world([pod]).ports, SETTINGS);
    expect(await watch({ ...rise, namespace: 'kube-system' }, signal)).toBe('ignored');
  });

  it('is left to the status when the container has ended', async () => {
    const ended = podFacts({ containers: [podContainer({ containerId: CONTAINER_ID, state: { kind: 'waiting' } })] });
    expect(await createWatchCounter(world([ended]).ports, SETTINGS)(rise, signal)).toBe('shown');
    expect(await createWatchCounter(world([]).ports, SETTINGS)(rise, signal)).toBe('gone');
  });
});

describe('an Event', () => {
  const sandbox: ClusterEvent = {
    uid: 'e',
    reason: 'FailedCreatePodSandBox',
    message: 'container init was OOM-killed (memory limit too low?)',
    object: { kind: 'Pod', namespace: 'payments', name: 'checkout-api-7d9f-abcde', uid: 'pod-1' },
    lastSeen: ago(SECOND),
  };

  it('of a killed sandbox is told once', async () => {
    const watch = createWatchEvent(world([podFacts()]).ports, SETTINGS);
    expect(await watch(sandbox, { ...LIVE, signal })).toBe('first-seen');
    expect(await watch(sandbox, { ...LIVE, signal })).toBe('already-seen');
  });

  it('of an earlier pod of the same name is none of this one', async () => {
    const watch = createWatchEvent(world([podFacts({ uid: 'pod-2' })]).ports, SETTINGS);
    expect(await watch(sandbox, { ...LIVE, signal })).toBe('no-kill');
  });
});
