// What the kernels of the nodes said about kills, by container instance, for those who explain the kill a moment later.

import type { Instant } from '../domain/base/time.ts';
import type { KernelKill } from '../domain/kill/kernel-oom.ts';

/** One run of a container, as a cgroup's path names it: of a static pod the uid is not that of its mirror. */
export type ContainerInstance = { readonly cluster: string; readonly podUid: string; readonly containerId: string };

/** `key`: the same whenever the kernel's log is read again. */
export type TimedReport = { readonly key: string; readonly kill: KernelKill; readonly at: Instant };

export interface KernelReports {
  /** Remembered for a day, the newest 64 of an instance and of a pod. A key that is known changes nothing. */
  save(instance: ContainerInstance, report: TimedReport): Promise<void>;
  /** Newest first. */
  find(instance: Pick<ContainerInstance, 'cluster' | 'containerId'>): Promise<readonly TimedReport[]>;
  /** That kill was explained without a word of the kernel: for ten minutes, whoever saves one asks who missed it. */
  missed(instance: Pick<ContainerInstance, 'cluster' | 'containerId'>, killId: string): Promise<void>;
  /** The id of the kill that was explained without one, if any. */
  missedBy(instance: Pick<ContainerInstance, 'cluster' | 'containerId'>): Promise<string | undefined>;
  /** Of all its containers, newest first. */
  inPod(pod: Pick<ContainerInstance, 'cluster' | 'podUid'>): Promise<readonly TimedReport[]>;
}
