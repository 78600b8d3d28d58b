// What bounds a workload's memory, read when a kill is explained: cheap enough for a storm of kills. Never throws: what may not be read is missing.

import type { NamespaceBounds } from '../domain/evidence.ts';
import type { Piece } from '../domain/piece.ts';
import type { WorkloadRef } from '../domain/workload.ts';

export interface BoundsReader {
  read(workload: WorkloadRef): Promise<Piece<NamespaceBounds>>;
}
