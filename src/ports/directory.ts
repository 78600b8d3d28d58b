// What runs in the cluster now, by name, and what it uses now. For people's questions: never for finding kills.

import type { Piece } from '../domain/base/piece.ts';
import type { NodeFacts, NodeLoad } from '../domain/evidence/evidence.ts';
import type { ContainerUse, PodEntry } from '../domain/query/directory.ts';

export type Listing = {
  readonly pods: readonly PodEntry[];
  /** There are more than were read. */
  readonly truncated: boolean;
};

export interface Directory {
  /** All pods of the watched namespaces, at most some seconds old; read anew when `fresh`. Throws when they may not be listed. */
  pods(signal: AbortSignal, fresh?: boolean): Promise<Listing>;
  /** What a node has to give. Never throws: what cannot be read says why. */
  node(name: string, signal: AbortSignal): Promise<Piece<NodeFacts>>;
  /** All pods of a node, also those of namespaces that are not watched. Never throws: without the right to list them it says so. */
  nodeLoad(name: string, signal: AbortSignal): Promise<Piece<NodeLoad>>;
}

export interface UseReader {
  /** Every container's working set now, of the whole cluster. Never throws: what cannot be read says why. */
  now(signal: AbortSignal): Promise<Piece<readonly ContainerUse[]>>;
}
