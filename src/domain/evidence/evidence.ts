// What could be read about a kill, or about a pod someone asks about. Each piece is there or says why it is not.

import type { Bytes } from '../base/memory.ts';
import type { Piece } from '../base/piece.ts';
import type { PodFacts } from '../base/pod.ts';
import type { Instant } from '../base/time.ts';
import type { WorkloadRef } from '../base/workload.ts';

export type EventLine = {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly lastSeen?: Instant | undefined;
  readonly from: string;
};

export type LogTail = {
  /** Oldest first, control characters made visible, endless lines cut, secrets redacted. */
  readonly lines: readonly string[];
  /** True when the last line has no line end: the kernel gave no time to finish it. */
  readonly cutMidLine: boolean;
  /** Which run wrote it; ended: over, but not by a memory kill. */
  readonly instance: 'killed' | 'ended' | 'running';
};

export type UsagePoint = { readonly at: Instant; readonly bytes: Bytes };

export type NeighbourUse = { readonly container: string; readonly peak: UsagePoint };

/** One run of the container as its samples show it. */
export type InstanceUse = { readonly from: Instant; readonly to: Instant; readonly peak: Bytes };

export type Usage =
  | {
      /** A series of the container's working set, oldest first, over all its instances in the pod. */
      readonly kind: 'series';
      /** Up to and including the kill, for the chart and the shape. */
      readonly points: readonly UsagePoint[];
      readonly stepSeconds: number;
      /** The highest sample of all replicas over the remembered window: a lower bound, for it is sampled. */
      readonly peak: UsagePoint;
      /** 95th percentile of the same samples. */
      readonly p95: Bytes;
      /** How far back samples reach, in days, fractions allowed. */
      readonly daysKnown: number;
      /** Highest sample of each day, oldest first. */
      readonly dailyPeaks: readonly UsagePoint[];
      /** The container's instances in the killed pod, oldest first: the last is the killed run. Absent when it was not read. */
      readonly instances?: readonly InstanceUse[] | undefined;
      /** What the pod's other containers used at most in the minutes before the kill; absent when it was not read. */
      readonly neighbours?: readonly NeighbourUse[] | undefined;
      /** Of a Job or CronJob: how many runs the samples cover; absent when it was not counted. */
      readonly runs?: number | undefined;
    }
  /** One instant after the restart, from metrics.k8s.io: never shown as a peak. */
  | {
      readonly kind: 'instant';
      readonly now: UsagePoint;
      /** A history is kept somewhere, and did not come in time. */
      readonly historyLate?: true | undefined;
    };

export type NodeFacts = {
  readonly name: string;
  readonly capacity?: Bytes | undefined;
  readonly allocatable?: Bytes | undefined;
  readonly memoryPressure: boolean;
  readonly ready: boolean;
  /** SystemOOM and OOMKilling events of the last 10 minutes before the kill. */
  readonly oomEvents: readonly EventLine[];
  /** Its warnings and changes of condition of the hour before the kill, newest last. Absent when they were not read. */
  readonly events?: readonly EventLine[] | undefined;
};

export type NearbyKill = {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly at: Instant;
};

/** What the pods of a node ask for and may use together, whatever their namespace. */
export type NodeLoad = {
  /** Those that are not over. */
  readonly running: number;
  /** Sums over them; a container without a request or limit adds nothing. */
  readonly requested: Bytes;
  readonly limited: Bytes;
  readonly withoutLimit: number;
};

/** The pods of the killed one's node, itself included. */
export type NodePods = NodeLoad & {
  /** Containers of other pods killed for memory within ten minutes of this one, newest first, at most 10. */
  readonly kills: readonly NearbyKill[];
  /** They hold what the bot itself recorded too, not only what pods that are still there show. */
  readonly recorded?: true | undefined;
};

/** One revision of a workload's template, as far as the killed container is concerned. */
export type Revision = {
  /** As kubectl rollout history counts it: "7". */
  readonly number: string;
  /** When it was first made; undefined for one that was gone back to. */
  readonly since?: Instant | undefined;
  readonly image?: string | undefined;
  readonly limit?: Bytes | undefined;
};

export type Rollout = {
  /** What the killed pod was made from. */
  readonly running: Revision;
  /** It ran before, and was gone back to: not before `after`, and by `by`, where both are known. No object keeps the moment itself. */
  readonly wentBack?: { readonly after?: Instant | undefined; readonly by?: Instant | undefined } | undefined;
  readonly before?: Revision | undefined;
  /** Only when the template has changed since: pods made now are made from this. */
  readonly newest?: Revision | undefined;
};

/** Who would undo a live patch. */
export type FieldOwner = {
  readonly tool: 'argo-cd' | 'flux' | 'helm' | 'vpa' | 'hpa' | 'operator';
  /** The signal, word for word: "annotation argocd.argoproj.io/tracking-id". */
  readonly signal: string;
  readonly name?: string | undefined;
};

export type OwnerFacts = {
  /** From the pod's controller up to the top: ReplicaSet, then Deployment. Empty for a bare pod. */
  readonly chain: readonly WorkloadRef[];
  readonly top: WorkloadRef;
  /** Of the top, which rules of the policy may name; undefined when it could not be read. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly replicas?: number | undefined;
  readonly readyReplicas?: number | undefined;
  /** Pods that a rolling update adds on top. */
  readonly surge?: number | undefined;
  readonly fieldOwners: readonly FieldOwner[];
};

/** What a namespace and the cluster allow, with the names of the objects that say so. */
export type NamespaceBounds = {
  readonly limitRanges: readonly {
    readonly name: string;
    readonly maxLimit?: Bytes | undefined;
    /** A limit is at most this many times its request. */
    readonly maxRatio?: number | undefined;
  }[];
  /** What is left of limits.memory and requests.memory. */
  readonly quotas: readonly {
    readonly name: string;
    readonly limitsLeft?: Bytes | undefined;
    readonly requestsLeft?: Bytes | undefined;
  }[];
  /** VPAs and memory HPAs that steer this workload. */
  readonly controllers: readonly FieldOwner[];
  /** What the largest node has to give. */
  readonly largestNode?: Bytes | undefined;
};

export type Evidence = {
  readonly gatheredAt: Instant;
  readonly pod: Piece<PodFacts>;
  readonly describe: Piece<string>;
  readonly events: Piece<readonly EventLine[]>;
  readonly log: Piece<LogTail>;
  readonly usage: Piece<Usage>;
  readonly node: Piece<NodeFacts>;
  readonly owner: Piece<OwnerFacts>;
  /** Of the owners, up to the top. */
  readonly ownerEvents: Piece<readonly EventLine[]>;
  readonly rollout: Piece<Rollout>;
  readonly nodePods: Piece<NodePods>;
  /** Absent when nobody asked. */
  readonly bounds?: Piece<NamespaceBounds> | undefined;
};
