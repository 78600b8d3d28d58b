// What the kill of an incident that was explained last showed, for one that shows less.

import type { DiagnoseInput } from '../../src/domain/diagnosis/causes/case.ts';
import type { Dossier } from '../../src/domain/incident/incident.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';

export async function shownBefore(
  intake: Pick<KillIntake, 'kill'>,
  dossier: Dossier | undefined,
): Promise<DiagnoseInput['before']> {
  const shown = dossier?.diagnosis.shown;
  const kill = dossier?.killId === undefined || shown === undefined ? undefined : await intake.kill(dossier.killId);
  return kill === undefined || shown === undefined ? undefined : { kill, shown };
}
