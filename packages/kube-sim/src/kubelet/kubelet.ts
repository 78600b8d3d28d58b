// The demo's kubelet: takes pods in, lets their containers live one step at a time, takes deleted ones away. Nothing happens between two steps. Also takes
// the samples that Prometheus answers with.

import type { World } from '../controllers/world.ts';
import type { ContainerTemplate, KubeObject } from '../model/objects.ts';
import { podObject } from '../model/pod-object.ts';
import { memoryOf } from '../model/quantities.ts';
import type { ContainerRecord, PodRecord } from '../model/run.ts';
import { lastRun } from '../model/run.ts';
import { killForMemory, live, usedBytes } from './container-life.ts';
import { kubeletEvents } from './kubelet-events.ts';

export type Kubelet = {
  adopt(pod: PodRecord): void;
  /** Marks it as deleted; it goes when its grace is over. */
  remove(pod: PodRecord): void;
  advance(): void;
  /** The container exceeds its limit and dies now, whatever it uses. False when it does not run. */
  kill(pod: PodRecord, container: ContainerRecord): boolean;
  /** Gives a running container other resources, without a restart. */
  resize(pod: PodRecord, resized: readonly ContainerTemplate[]): KubeObject;
};

const START_MS = 900;
const STOP_MS = 1500;
const SCRAPE_MS = 5000;
/** Pods that are gone, kept for their history. */
const MOST_GONE = 300;

export function createKubelet(world: World): Kubelet {
  const say = kubeletEvents(world);
  let scrapedAt = world.now();
  const publish = (pod: PodRecord): KubeObject => world.store.put('pods', podObject(pod));
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
        if (pod.deletedAt === undefined) for (const container of pod.containers) live({ world, say, publish, pod, container });
        else if (now - pod.deletedAt >= world.scaled(STOP_MS)) world.store.remove('pods', publish(stopped(world, pod)));
        if (scrape) sample(world, pod);
      }
    },
    kill: (pod, container) => killForMemory({ world, say, publish, pod, container }),
    resize(pod, resized) {
      for (const container of pod.containers) {
        const next = resized.find(({ name }) => name === container.name);
        if (next === undefined) continue;
        container.template = { ...container.template, resources: next.resources };
        container.limitBytes = memoryOf(container.template, 'limits');
      }
      pod.generation += 1;
      return publish(pod);
    },
  };
}

function stopped(world: World, pod: PodRecord): PodRecord {
  for (const container of pod.containers) {
    const run = lastRun(container);
    if (run !== undefined) run.end ??= { at: world.now(), exitCode: 0, reason: 'Completed' };
    container.state = 'terminated';
    container.ready = false;
  }
  world.pods.delete(pod.uid);
  world.gone.push(pod);
  world.gone.splice(0, Math.max(0, world.gone.length - MOST_GONE));
  return pod;
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
