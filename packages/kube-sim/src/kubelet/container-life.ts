// One container's life in the demo: started, ready, killed for memory or for its probe, held back, started again. Each function does what is due now and
// publishes the pod when something showed.

import type { World } from '../controllers/world.ts';
import { demandBytes, volumeBytes } from '../model/demand.ts';
import type { ContainerRecord, PodRecord, Run } from '../model/run.ts';
import { isReady, lastRun } from '../model/run.ts';
import type { KubeletEvents } from './kubelet-events.ts';
import { nextStart } from './restarts.ts';

const READY_MS = 1200;
const PROBE_MS = 3000;
const PROBES = 3;
const PROBE_GRACE_MS = 5000;
/** A waiting state shows only this long before the restart, as kubelets since 1.36 have it. */
const WAITING_MS = 300;
/** What runc needs to start anything. */
const INIT_BYTES = 6 * 1024 * 1024;
const START_KILLED =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?)';

export type Life = {
  readonly world: World;
  readonly say: KubeletEvents;
  readonly publish: (pod: PodRecord) => void;
  readonly pod: PodRecord;
  readonly container: ContainerRecord;
};

type Ending = Omit<NonNullable<Run['end']>, 'at'>;

export function usedBytes(world: World, pod: PodRecord, container: ContainerRecord): number {
  const run = lastRun(container);
  if (run === undefined || run.end !== undefined) return 0;
  return Math.min(demand({ world, pod, container }, run), container.limitBytes ?? Number.POSITIVE_INFINITY);
}

function demand({ world, pod, container }: Pick<Life, 'world' | 'pod' | 'container'>, run: Run): number {
  const load = world.settings.loads.get(`${pod.namespace}/${pod.workload}`) ?? 1;
  const { profile } = container.behaviour;
  const wanted = demandBytes({ profile, run, at: world.now(), speed: world.speed, load, phase: container.phase });
  if (world.settings.automatic || container.limitBytes === undefined) return wanted;
  return Math.min(wanted, Math.floor(0.97 * container.limitBytes));
}

/** Does what is due. */
export function live(life: Life): void {
  const { world, pod, container, publish } = life;
  const now = world.now();
  const run = lastRun(container);
  if (container.state === 'running' && run !== undefined) {
    runOn(life, run);
  } else if (container.state === 'terminated' && container.backOffMs > 0 && now >= container.startAt - world.scaled(WAITING_MS)) {
    container.state = 'back-off';
    publish(pod);
  } else if (now >= container.startAt) {
    start(life);
  }
}

/** The kernel kills it now. False when it does not run. */
export function killForMemory(life: Life): boolean {
  const { container } = life;
  const run = lastRun(container);
  if (container.state !== 'running' || run === undefined) return false;
  const { profile } = container.behaviour;
  end(life, run, { exitCode: profile.kind === 'surge' ? profile.exitCode : 137, reason: 'OOMKilled' });
  return true;
}

function runOn(life: Life, run: Run): void {
  const { world, pod, container, publish } = life;
  if (!container.ready && world.now() - run.startedAt >= world.scaled(READY_MS)) {
    setReady(life, true);
    publish(pod);
  }
  if (container.limitBytes !== undefined && demand(life, run) >= container.limitBytes) killForMemory(life);
  else if (container.behaviour.profile.kind === 'stuck') probe(life, run);
}

/** Three failed probes, then SIGTERM, then, after the grace, SIGKILL: exit code 137 without memory in it. */
function probe(life: Life, run: Run): void {
  const { world, say, pod, container } = life;
  const now = world.now();
  if (!world.settings.automatic || now < run.surgeAt) return;
  container.stuckSince ??= now;
  const failed = Math.min(PROBES, 1 + Math.floor((now - container.stuckSince) / world.scaled(PROBE_MS)));
  while (container.probesFailed < failed) {
    container.probesFailed += 1;
    say.unhealthy(pod, container);
    if (container.probesFailed === PROBES) say.failedProbe(pod, container);
  }
  if (now - container.stuckSince < world.scaled((PROBES - 1) * PROBE_MS + PROBE_GRACE_MS)) return;
  end(life, run, { exitCode: 137, reason: 'Error' });
}

function start(life: Life): void {
  const { say, pod, container, publish } = life;
  const run = newRun(life);
  container.runs.push(run);
  if (container.limitBytes !== undefined && run.volumeAtStart + INIT_BYTES >= container.limitBytes) {
    say.startFailed(pod, container, START_KILLED);
    finish(life, run, { exitCode: 128, reason: 'StartError', message: START_KILLED });
    container.state = 'back-off';
  } else {
    container.state = 'running';
    say.started(pod, container);
  }
  publish(pod);
}

function end(life: Life, run: Run, how: Ending): void {
  finish(life, run, how);
  life.publish(life.pod);
}

function finish(life: Life, run: Run, how: Ending): void {
  const { world, say, pod, container } = life;
  run.end = { ...how, at: world.now() };
  container.state = 'terminated';
  container.stuckSince = undefined;
  container.probesFailed = 0;
  setReady(life, false);
  nextStart(world, container, run);
  if (how.reason !== 'Error') countKill(life);
  if (container.backOffMs > 0) say.backOff(pod, container);
}

function countKill({ world: { kills }, pod: { namespace, workload } }: Life): void {
  const key = `${namespace}/${workload}`;
  kills.set(key, (kills.get(key) ?? 0) + 1);
}

function setReady({ world, pod, container }: Life, ready: boolean): void {
  const before = isReady(pod);
  container.ready = ready;
  if (isReady(pod) !== before) pod.readySince = world.now();
}

function newRun({ world, pod, container }: Life): Run {
  const ordinal = container.runs.length;
  const now = world.now();
  const { profile } = container.behaviour;
  const before = lastRun(container);
  const left =
    before?.end === undefined
      ? 0
      : volumeBytes({ profile, run: before, at: before.end.at, speed: world.speed, load: 1, phase: container.phase });
  const key = `${pod.uid}/${container.name}/${ordinal}`;
  const everyMs = 'everyMs' in profile ? profile.everyMs : Number.POSITIVE_INFINITY;
  return {
    containerId: world.ids.containerId(key),
    ordinal,
    startedAt: now,
    past: false,
    surgeAt: now + world.scaled(everyMs * (0.85 + 0.3 * world.ids.fraction(key))),
    // What was begun again at once is written a second time.
    volumeAtStart: left === 0 ? 0 : left + 4 * INIT_BYTES,
    end: undefined,
    samples: [],
  };
}
