// Adds to what the pods of a node show the kills there that the bot itself has recorded: a pod that is gone, or was killed again since, shows them no more.
// One line of the explanation: what cannot be read in time is left out, and nothing is held up or refused for it.

import type { Millis } from '../../src/domain/base/time.ts';
import { toInstant } from '../../src/domain/base/time.ts';
import type { Evidence } from '../../src/domain/evidence/evidence.ts';
import type { Recorded } from '../../src/domain/evidence/nearby-kills.ts';
import { MOST_INCIDENTS, NEARBY_WITHIN, withRecorded, worthLookingUp } from '../../src/domain/evidence/nearby-kills.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { happenedAt } from '../../src/domain/kill/oom-kill.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';
import type { Log } from '../../src/ports/log.ts';
import { timeoutAfter } from '../../src/ports/timers.ts';

export type RecordPorts = {
  readonly incidents: Pick<IncidentStore, 'killedSince'>;
  readonly intake: Pick<KillIntake, 'kill'>;
  readonly log: Pick<Log, 'warn'>;
};

/** `deadline`: that of the evidence. */
export type Nearby = {
  readonly kill: Kill;
  readonly evidence: Evidence;
  readonly signal: AbortSignal;
  readonly deadline: Millis;
};

/** Of the deadline: the evidence has had it, and what comes after waits for this. */
const SHARE = 0.2;

export async function withRecordedNearby(ports: RecordPorts, { kill, evidence, signal, deadline }: Nearby): Promise<Evidence> {
  if (evidence.nodePods.kind === 'unavailable') return evidence;
  const until = AbortSignal.any([signal, timeoutAfter(Math.floor(SHARE * deadline))]);
  try {
    return withRecorded(evidence, kill, await Promise.race([recordedNear(ports, kill), aborted(until)]));
  } catch (error) {
    ports.log.warn('recorded kills nearby could not be read', { kill: kill.id, error });
    return evidence;
  }
}

async function recordedNear({ incidents, intake }: RecordPorts, kill: Kill): Promise<Recorded> {
  const since = toInstant(happenedAt(kill) - NEARBY_WITHIN);
  const killed = await incidents.killedSince(since, MOST_INCIDENTS);
  const { ids, all } = worthLookingUp(killed, kill);
  const earlier = await Promise.all(ids.map((id) => intake.kill(id)));
  const kills = [...killed.map(({ lastKill }) => lastKill), ...earlier.flatMap((each) => each ?? [])];
  return { kills, all: all && killed.length < MOST_INCIDENTS };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = (): void => reject(new Error('it took too long', { cause: signal.reason }));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
