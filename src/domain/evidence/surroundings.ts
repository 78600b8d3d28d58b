// What stands around a workload and has a say in its memory: rules of its namespace, whatever scales it, and the room on the nodes. Each part is there
// or says why it is not.

import type { Bytes } from '../base/memory.ts';
import type { Piece } from '../base/piece.ts';

/** One item of a LimitRange that is about memory. */
export type LimitRangeRule = {
  readonly name: string;
  readonly type: 'Container' | 'Pod';
  readonly min?: Bytes | undefined;
  readonly max?: Bytes | undefined;
  /** What a container without a limit, or without a request, gets. */
  readonly defaultLimit?: Bytes | undefined;
  readonly defaultRequest?: Bytes | undefined;
  /** The limit is at most this many times the request. */
  readonly maxRatio?: number | undefined;
};

export type QuotaRule = {
  readonly name: string;
  readonly about: 'limits' | 'requests';
  readonly hard: Bytes;
  readonly used: Bytes;
};

/** An autoscaler that counts memory. */
export type Scaler = {
  readonly kind: 'HorizontalPodAutoscaler' | 'ScaledObject';
  readonly name: string;
  /** percent: of the request, so that another request means other numbers of pods. */
  readonly target: { readonly kind: 'percent'; readonly percent: number } | { readonly kind: 'average' };
};

export type Vertical = {
  readonly name: string;
  /** Off, Initial, Recreate, Auto, InPlaceOrRecreate, InPlace. */
  readonly mode: string;
  readonly controlsLimits: boolean;
};

export type Budget = { readonly name: string; readonly allowed: number };

export type Room = {
  readonly nodes: number;
  /** The most that one node has to give, and has left by the requests of its pods. */
  readonly largestAllocatable: Bytes;
  readonly largestFree?: Bytes | undefined;
  /** How many pods of a request fit at this moment; absent without largestFree. */
  readonly free: readonly Bytes[];
};

export type Surroundings = {
  readonly limitRanges: Piece<readonly LimitRangeRule[]>;
  readonly quotas: Piece<readonly QuotaRule[]>;
  readonly scalers: Piece<readonly Scaler[]>;
  readonly verticals: Piece<readonly Vertical[]>;
  readonly budgets: Piece<readonly Budget[]>;
  readonly room: Piece<Room>;
};
