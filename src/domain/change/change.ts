// The write itself, as data: which container of which workload, from which values to which, as a JSON patch (RFC 6902) that refuses to touch
// anything that is no longer as it was reviewed: it tests the container's name, each old value, and the absence of whatever it adds. Quantities
// are spelled as the API server stores them. The stored patch is what was reviewed, and is never sent: each write computes its own (patchNow).

import type { Bytes } from '../base/memory.ts';
import type { HeapSetting, MemoryResources } from '../base/pod.ts';
import type { WorkloadRef } from '../base/workload.ts';
import type { FieldOwner } from '../evidence/evidence.ts';
import type { AppliedBy } from '../evidence/field-owner.ts';
import type { RepositoryEdit } from './repository/repository.ts';

export type PatchOperation =
  /** null: the path is not there. */
  | { readonly op: 'test'; readonly path: string; readonly value: string | null }
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: string | Readonly<Record<string, unknown>> }
  | { readonly op: 'remove'; readonly path: string };

/**
 * How a change gets to the containers. template: the owner's pod template, so that new pods have it. resize: the running pods in place, for as long as
 * they live. recreate: a copy of a Job, because a Job's template cannot be changed. pull-request: the same values of the template, by the repository
 * that a tool brings it from.
 */
export const WAYS = ['template', 'resize', 'recreate', 'pull-request'] as const;
export type Way = (typeof WAYS)[number];

/** pod: the resources of the whole pod (Kubernetes 1.34 and later), not of one container. */
export type ResourceList = 'containers' | 'initContainers' | 'pod';

/** One running pod that is resized, with its own tests: pods may differ from their template. */
export type PodPatch = {
  readonly name: string;
  readonly uid: string;
  /** What it had when it was reviewed. Absent in those stored before it was kept: they are not written any more. */
  readonly before?: MemoryResources | undefined;
  readonly patch: readonly PatchOperation[];
};

export type Texts = { readonly limit?: string | undefined; readonly request?: string | undefined };

export type Change = {
  readonly way: Way;
  readonly workload: WorkloadRef;
  /** Empty for the resources of the whole pod. */
  readonly container: string;
  readonly list: ResourceList;
  readonly before: MemoryResources;
  /** How it will be; undefined is none at all, as after the undoing of a limit that was added. */
  readonly after: { readonly request?: Bytes | undefined; readonly limit?: Bytes | undefined };
  /** What was reviewed and dry-run. Part of what an approval covers; a write never takes it from here. */
  readonly patch: readonly PatchOperation[];
  /** Annotation of the write, "P-17 OOM-1042". Set for the write itself, never stored. */
  readonly mark?: string | undefined;
  /** Spellings to write instead of the usual ones: an undo brings back what was there, letter for letter. */
  readonly texts?: Texts | undefined;
  /** With way resize: the pods it is about. */
  readonly pods?: readonly PodPatch[] | undefined;
  /** Approved with it: pods that cannot get the new template by themselves are deleted once it is written (Kubernetes #67250). */
  readonly releaseStuck?: boolean | undefined;
  /** With way recreate: the name of the new Job. */
  readonly replacement?: string | undefined;
  /** With way pull-request: what it changes, in which file. */
  readonly edit?: RepositoryEdit | undefined;
};

/** Whether it gives less than there is: a kill after it is told the other way round. */
export function isLowering({ before, after }: Pick<Change, 'before' | 'after'>): boolean {
  if (lowersRequestOnly({ before, after })) return true;
  return before.limit !== undefined && after.limit !== undefined && after.limit < before.limit.bytes;
}

/** The limit stays as it is, and less is set aside. */
export function lowersRequestOnly({ before, after }: Pick<Change, 'before' | 'after'>): boolean {
  if (before.limit?.bytes !== after.limit || before.request === undefined || after.request === undefined) return false;
  return after.request < before.request.bytes;
}

/** Whether the template has the values in the end. */
export function endsInTemplate({ way }: Pick<Change, 'way'>): boolean {
  return way === 'template' || way === 'pull-request';
}

/** A workload's template as far as a change needs it, read fresh from the API server. */
export type TemplateState = {
  readonly workload: WorkloadRef;
  /** JSON pointer of the pod spec: "/spec/template/spec" or "/spec/jobTemplate/spec/template/spec"; "/spec" of a bare pod. */
  readonly podSpecPath: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** Of the workload itself: rules for approvers may name them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Who would put an old value back, by the signs on the object as it is now. */
  readonly fieldOwners: readonly FieldOwner[];
  /** Who writes it by hand: kubectl, with a manifest that has memory in it. Undefined where a tool brings it. */
  readonly applied?: AppliedBy | undefined;
  /** Of the pods that are made from it. */
  readonly podLabels?: Readonly<Record<string, string>> | undefined;
  /** The mark of the proposal that changed it last (change-mark.ts). */
  readonly mark?: string | undefined;
  /** Whether the object has annotations at all: an `add` needs its parents. */
  readonly hasAnnotations: boolean;
  readonly containers: readonly TemplateContainer[];
  readonly replicas?: number | undefined;
  /** Pods that a rollout makes before it takes any away. */
  readonly surge?: number | undefined;
  /** Settings of the runtimes in the template that do not follow the limit, by container. */
  readonly heapSettings?: readonly (HeapSetting & { readonly container: string })[] | undefined;
  /** The ways that are open, the usual one first; none when `closed` says why. */
  readonly ways: readonly Way[];
  /** Why nothing can be written to it, and what to do instead; undefined when something can. */
  readonly closed?: string | undefined;
  /** What happens to running pods, in words: "rolling update, one pod at a time". */
  readonly restart: string;
  /** Why a change would be accepted but have no effect, e.g. paused; undefined when it will have. */
  readonly noEffect?: string | undefined;
};

export type TemplateContainer = {
  readonly name: string;
  readonly list: ResourceList;
  readonly index: number;
  /** Whether the container has a resources object at all: an `add` needs its parents. */
  readonly hasResources: boolean;
  readonly hasRequests: boolean;
  readonly hasLimits: boolean;
  readonly resources: MemoryResources;
  /** As written, for the QoS class. */
  readonly cpu?: { readonly request?: string | undefined; readonly limit?: string | undefined } | undefined;
};

/** Kinds with something a change can be written to; what exactly, a look at the object says. */
const PATCHABLE_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob', 'Job', 'Rollout', 'Pod'] as const;
export type PatchableKind = (typeof PATCHABLE_KINDS)[number];

export function isPatchableKind(kind: string): kind is PatchableKind {
  return PATCHABLE_KINDS.some((patchable) => patchable === kind);
}

/** What is wanted. An absent request leaves the one there is; 'none' takes a value away, as an undo may have to. */
export type Wanted = {
  readonly limit: Bytes | 'none';
  readonly request?: Bytes | 'none' | undefined;
  readonly texts?: Texts | undefined;
};
