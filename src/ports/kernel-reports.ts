// What the kernels of the nodes said about kills, by container instance, for those who explain the kill a moment later.

import type { KernelKill } from '../domain/kernel-oom.ts';

/** One run of a container, as a cgroup's path names it. */
export type ContainerInstance = { readonly cluster: string; readonly podUid: string; readonly containerId: string };

export interface KernelReports {
  /** Remembered for a day; a later report of the same instance takes its place. */
  save(instance: ContainerInstance, report: KernelKill): Promise<void>;
  find(instance: ContainerInstance): Promise<KernelKill | undefined>;
}
