// The highest memory use of every container over the last days, for hints at limits that are too wide.

import type { Piece } from '../domain/base/piece.ts';
import type { ContainerUse } from '../domain/query/directory.ts';

export interface PeakReader {
  /** Highest of hourly samples over seven days: a lower bound. Never throws: what cannot be read says why. */
  peaks(signal: AbortSignal): Promise<Piece<readonly ContainerUse[]>>;
}
