// What the demo's kubelet remembers of a pod: its containers, and every run of each of them. Times in milliseconds, sizes in bytes. Only
// controllers/ changes it; everything that is shown is drawn from it.

import type { Behaviour } from '../workload-spec.ts';
import type { RunTimes } from './demand.ts';
import type { ContainerTemplate, OwnerReference, PodTemplate } from './objects.ts';

type End = {
  readonly at: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string | undefined;
};

/** One life of a container. */
export type Run = RunTimes & {
  readonly containerId: string;
  /** 0 for the first. */
  readonly ordinal: number;
  /** Next surge; pause() and resume() move it. */
  surgeAt: number;
  end: End | undefined;
  /** Samples taken while the demo ran, one per scrape; before that the model is asked. */
  readonly samples: { readonly at: number; readonly bytes: number }[];
};

export type ContainerRecord = {
  readonly name: string;
  /** A resize in place changes its resources. */
  template: ContainerTemplate;
  readonly behaviour: Behaviour;
  /** Makes this replica's curve differ from the others'. */
  readonly phase: number;
  limitBytes: number | undefined;
  readonly runs: Run[];
  state: 'creating' | 'running' | 'terminated' | 'back-off';
  ready: boolean;
  /** When it is to be started, again or at all. */
  startAt: number;
  /** How long the coming restart is held back; 0: not at all. */
  backOffMs: number;
  /** Failed probes so far, and when it is killed for them. */
  stuckSince: number | undefined;
  probesFailed: number;
  /** Starts that died at once, which a full volume causes. */
  quickDeaths: number;
};

export type PodRecord = {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owner: OwnerReference | undefined;
  readonly generateName: string | undefined;
  readonly manager: string;
  readonly template: PodTemplate;
  /** Raised by every resize. */
  generation: number;
  readonly createdAt: number;
  readonly node: { readonly name: string; readonly ip: string };
  readonly podIp: string;
  readonly ordinal: number;
  readonly containers: readonly ContainerRecord[];
  /** When its readiness last changed. */
  readySince: number;
  deletedAt: number | undefined;
};

export function lastRun({ runs }: ContainerRecord): Run | undefined {
  return runs.at(-1);
}

/** Restarts, as the kubelet counts them: a container that waits has not been restarted yet. */
export function restartCount({ runs }: ContainerRecord): number {
  return Math.max(0, runs.length - 1);
}

export function isReady(pod: PodRecord): boolean {
  return pod.deletedAt === undefined && pod.containers.every(({ ready }) => ready);
}
