// What the bot itself remembers of a container when it explains a kill: earlier kills with the limits they hit, and daily peaks from before the source's
// own memory. The kill is written down on the way, so that the container is followed from now on. And what bounds a
// number there.

import type { Evidence } from '../../src/domain/evidence/evidence.ts';
import type { Dossier, Incident } from '../../src/domain/incident/incident.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { happenedAt } from '../../src/domain/kill/oom-kill.ts';
import { withLedger } from '../../src/domain/sizing/ledger.ts';
import type { PastKill } from '../../src/domain/sizing/size.ts';
import type { BoundsReader } from '../../src/ports/bounds-reader.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { Ledger } from '../../src/ports/ledger.ts';

export type RecallPorts = {
  readonly ledger: Ledger;
  readonly incidents: IncidentStore;
  readonly bounds: BoundsReader;
  readonly clock: Clock;
};

export type Recalled = {
  readonly evidence: Evidence;
  /** Without this one, oldest first. */
  readonly earlierKills: readonly PastKill[];
};

type Recalling = {
  readonly incident: Incident;
  readonly kill: Kill;
  readonly evidence: Evidence;
};

export async function recall(ports: RecallPorts, { incident, kill, evidence }: Recalling): Promise<Recalled> {
  const at = happenedAt(kill);
  const told = incident.killTimes.filter((each) => each < at);
  if (kill.how === 'node') return { evidence, earlierKills: told.map((each) => ({ at: each })) };
  const { key, workload, container, role } = incident;
  const bounds = await ports.bounds.read(workload);
  const before = await ports.incidents.dossier(incident.id);
  await ports.ledger.noteKill(
    { key, workload, container, role, kill },
    { at, limit: kill.limit, capped: wasCapped(kill, before) },
  );
  const page = await ports.ledger.read(key);
  const written = page.kills.filter((each) => each.at < at);
  const unwritten = told
    .filter((each) => !written.some((past) => past.at === each))
    .map((each) => ({ at: each, limit: kill.limit }));
  return {
    evidence: {
      ...evidence,
      usage: withLedger(evidence.usage, page, ports.clock.now()),
      bounds,
    },
    earlierKills: [...written, ...unwritten].toSorted((a, b) => a.at - b.at),
  };
}

/** The limit that was hit is one that a bound had cut down when it was suggested. */
function wasCapped({ limit }: Kill, before: Dossier | undefined): boolean | undefined {
  const suggested = before?.recommendation;
  return suggested?.kind === 'raise' && suggested.cappedBy !== undefined && suggested.limit === limit ? true : undefined;
}
