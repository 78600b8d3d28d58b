// The kill that a stored explanation is of: while a newer one of the same incident is counted, its evidence is still being read.

import type { Dossier, Incident } from '../../src/domain/incident/incident.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';

export async function explainedKill(
  intake: Pick<KillIntake, 'kill'>,
  { lastKill }: Incident,
  { killId }: Dossier,
): Promise<Kill> {
  if (killId === undefined || killId === lastKill.id) return lastKill;
  return (await intake.kill(killId)) ?? lastKill;
}
