// Reads what the cluster knows about a container. Every piece is present or says why not; only a fault of the reader itself throws.

import type { Piece } from '../domain/base/piece.ts';
import type { PodFacts } from '../domain/base/pod.ts';
import type { Millis } from '../domain/base/time.ts';
import type { ContainerRef } from '../domain/base/workload.ts';
import type { Evidence, Usage } from '../domain/evidence/evidence.ts';
import type { Kill } from '../domain/kill/oom-kill.ts';

/** What to read about: a kill, or a container someone asks about. */
export type EvidenceSubject = {
  readonly ref: ContainerRef;
  readonly kill?: Kill | undefined;
};

export interface EvidenceReader {
  /** Who owns the pod, as its kill recorded it: one or two quick reads, so that people can be told before the rest is read. */
  owner(subject: EvidenceSubject, signal: AbortSignal): Promise<Evidence['owner']>;
  /** All pieces but usage, read concurrently, none longer than `pieceWithin`; pieces not there when the signal fires are unavailable with "took longer than …". */
  read(subject: EvidenceSubject, signal: AbortSignal, pieceWithin?: Millis): Promise<Omit<Evidence, 'usage'>>;
}

export interface UsageReader {
  /** Never throws for an unreachable or empty source: that is an unavailable piece with the reason. */
  read(subject: EvidenceSubject, signal: AbortSignal): Promise<Piece<Usage>>;
}

export interface PodFinder {
  find(namespace: string, name: string, signal: AbortSignal): Promise<PodFacts | undefined>;
  /** The pod with that uid on that node, as the node's agent knows it. */
  onNode(node: string, uid: string, signal: AbortSignal): Promise<PodFacts | undefined>;
  /** "namespace/name" of the pods there are, at most 5,000, for suggestions. */
  names(namespace: string | undefined, signal: AbortSignal): Promise<readonly string[]>;
}
