// The demo's kubelet: starts containers, compares what they want with their limit, lets the kernel kill them, waits and starts them again. One step at a
// time by advance(); nothing happens between. Also takes the samples that Prometheus answers with.

import { demandBytes, volumeBytes } from '../model/demand.ts';
import type { KubeObject } from '../model/objects.ts';
import type { ContainerRecord, PodRecord, Run } from '../model/run.ts';
import { isReady, lastRun } from '../model/run.ts';
import { kubeletEvents } from './kubelet-events.ts';
import { podObject } from './pod-object.ts';
import { nextStart } from './restarts.ts';
import type { World } from './world.ts';

export type Kubelet = {
  adopt(pod: PodRecord): void;
  /** Marks it as deleted; it goes when its grace is over. */
  remove(pod: PodRecord): void;
  advance(): void;
  /** The container exceeds its limit and dies now, whatever it uses. False when it does not run. */
  kill(pod: PodRecord, container: ContainerRecord): boolean;
};

const START_MS = 900;
const READY_MS = 1200;
const STOP_MS = 1500;
const PROBE_MS = 3000;
const PROBES = 3;
const PROBE_GRACE_MS = 5000;
/** A waiting state shows only this long before the restart, as kubelets since 1.36 have it (domain.md 2.1). */
const WAITING_MS = 300;
const SCRAPE_MS = 5000;
/** What runc needs to start anything. */
const INIT_BYTES = 6 * 1024 * 1024;
const START_KILLED =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?)';

export function usedBytes(world: World, pod: PodRecord, container: ContainerRecord): number {
  const run = lastRun(container);
  if (run === undefined || run.end !== undefined) return 0;
  return Math.min(demand(world, pod, { container, run }), container.limitBytes ?? Number.POSITIVE_INFINITY);
}

type Ending = Omit<NonNullable<Run['end']>, 'at'>;
type Alive = { readonly container: ContainerRecord; readonly run: Run };

function demand(world: World, pod: PodRecord, { container, run }: Alive): number {
  const load = world.settings.loads.get(`${pod.namespace}/${pod.workload}`) ?? 1;
  const wanted = demandBytes({
    profile: container.behaviour.profile,
    run,
    at: world.now(),
    speed: world.speed,
    load,
    phase: container.phase,
  });
  if (world.settings.automatic || container.limitBytes === undefined) return wanted;
  return Math.min(wanted, Math.floor(0.97 * container.limitBytes));
}

export function createKubelet(world: World): Kubelet {
  const say = kubeletEvents(world);
  let scrapedAt = world.now();
  const publish = (pod: PodRecord): KubeObject => world.store.put('pods', podObject(pod));

  const finish = (pod: PodRecord, { container, run }: Alive, how: Ending): void => {
    run.end = { ...how, at: world.now() };
    container.state = 'terminated';
    container.stuckSince = undefined;
    container.probesFailed = 0;
    setReady(world, pod, container, false);
    nextStart(world, container, run);
    if (how.reason !== 'Error') count(world, pod);
    if (container.backOffMs > 0) say.backOff(pod, container);
  };

  const end = (pod: PodRecord, alive: Alive, how: Ending): void => {
    finish(pod, alive, how);
    publish(pod);
  };

  const start = (pod: PodRecord, container: ContainerRecord): void => {
    const run = newRun(world, pod, container);
    container.runs.push(run);
    if (container.limitBytes !== undefined && run.volumeAtStart + INIT_BYTES >= container.limitBytes) {
      say.startFailed(pod, container, START_KILLED);
      finish(pod, { container, run }, { exitCode: 128, reason: 'StartError', message: START_KILLED });
      container.state = 'back-off';
    } else {
      container.state = 'running';
      say.started(pod, container);
    }
    publish(pod);
  };

  const stuck = (pod: PodRecord, alive: Alive): void => {
    const { container, run } = alive;
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
    end(pod, alive, { exitCode: 137, reason: 'Error' });
  };

  const run = (pod: PodRecord, alive: Alive): void => {
    const { container } = alive;
    if (!container.ready && world.now() - alive.run.startedAt >= world.scaled(READY_MS)) {
      setReady(world, pod, container, true);
      publish(pod);
    }
    const { profile } = container.behaviour;
    if (container.limitBytes !== undefined && demand(world, pod, alive) >= container.limitBytes) {
      end(pod, alive, { exitCode: profile.kind === 'surge' ? profile.exitCode : 137, reason: 'OOMKilled' });
    } else if (profile.kind === 'stuck') stuck(pod, alive);
  };

  const step = (pod: PodRecord, container: ContainerRecord): void => {
    const now = world.now();
    const alive = lastRun(container);
    if (container.state === 'running' && alive !== undefined) {
      run(pod, { container, run: alive });
    } else if (
      container.state === 'terminated' &&
      container.backOffMs > 0 &&
      now >= container.startAt - world.scaled(WAITING_MS)
    ) {
      container.state = 'back-off';
      publish(pod);
    } else if (now >= container.startAt) {
      start(pod, container);
    }
  };

  const stopped = (pod: PodRecord): void => {
    for (const container of pod.containers) {
      const alive = lastRun(container);
      if (alive !== undefined) alive.end ??= { at: world.now(), exitCode: 0, reason: 'Completed' };
      container.state = 'terminated';
      container.ready = false;
    }
    world.pods.delete(pod.uid);
    world.gone.push(pod);
    world.gone.splice(0, Math.max(0, world.gone.length - 300));
    world.store.remove('pods', publish(pod));
  };

  return {
    adopt(pod) {
      world.pods.set(pod.uid, pod);
      publish(pod);
      if (pod.containers.some(({ state }) => state === 'creating')) say.scheduled(pod);
    },
    remove(pod) {
      if (pod.deletedAt !== undefined) return;
      pod.deletedAt = world.now();
      publish(pod);
      for (const container of pod.containers) say.stopping(pod, container);
    },
    advance() {
      const now = world.now();
      const scrape = now - scrapedAt >= world.scaled(SCRAPE_MS);
      if (scrape) scrapedAt = now;
      for (const pod of [...world.pods.values()]) {
        if (pod.deletedAt === undefined) for (const container of pod.containers) step(pod, container);
        else if (now - pod.deletedAt >= world.scaled(STOP_MS)) stopped(pod);
        if (scrape) sample(world, pod);
      }
    },
    kill(pod, container) {
      const alive = lastRun(container);
      if (container.state !== 'running' || alive === undefined) return false;
      const { profile } = container.behaviour;
      end(pod, { container, run: alive }, { exitCode: profile.kind === 'surge' ? profile.exitCode : 137, reason: 'OOMKilled' });
      return true;
    },
  };
}

function count({ kills }: World, { namespace, workload }: PodRecord): void {
  const key = `${namespace}/${workload}`;
  kills.set(key, (kills.get(key) ?? 0) + 1);
}

function setReady(world: World, pod: PodRecord, container: ContainerRecord, ready: boolean): void {
  const before = isReady(pod);
  container.ready = ready;
  if (isReady(pod) !== before) pod.readySince = world.now();
}

function newRun(world: World, pod: PodRecord, container: ContainerRecord): Run {
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

function sample(world: World, pod: PodRecord): void {
  for (const container of pod.containers) {
    const alive = lastRun(container);
    if (container.state === 'running' && alive !== undefined)
      alive.samples.push({ at: world.now(), bytes: usedBytes(world, pod, container) });
  }
}

/** When the API server is asked to create it: the first container start. */
export function firstStart(world: World): number {
  return world.now() + world.scaled(START_MS);
}
