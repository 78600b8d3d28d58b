// Reads what stands around a workload when a kill is explained or a change reviewed. Only a fault of the reader itself throws; what may not be read is a missing piece.

import type { TemplateState } from '../domain/change.ts';
import type { Surroundings } from '../domain/surroundings.ts';

export interface SurroundingsReader {
  read(of: Pick<TemplateState, 'workload' | 'podLabels'>, signal: AbortSignal): Promise<Surroundings>;
}
