// Reads what stands around a workload when a change of it is reviewed. Only a fault of the reader itself throws; what may not be read is a missing piece.

import type { TemplateState } from '../domain/change/change.ts';
import type { Surroundings } from '../domain/evidence/surroundings.ts';

export interface SurroundingsReader {
  read(template: TemplateState, signal: AbortSignal): Promise<Surroundings>;
}
