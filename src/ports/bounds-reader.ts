// What bounds a workload's memory, read when a kill is explained: cheap enough for a storm of kills. Never throws: what may not be read is missing.

import type { Piece } from '../domain/base/piece.ts';
import type { WorkloadRef } from '../domain/base/workload.ts';
import type { NamespaceBounds } from '../domain/evidence/evidence.ts';

export interface BoundsReader {
  read(workload: WorkloadRef): Promise<Piece<NamespaceBounds>>;
}
