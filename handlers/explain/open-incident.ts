// Which incident a kill belongs to: the open one of its container and workload, the one that was resolved a short while ago and opens again, or a new one. Known
// before anything else is read, so that people hear of a kill at once. Safe to run twice for the same kill.

import { valueOf } from '../../src/domain/base/piece.ts';
import type { Instant, Millis } from '../../src/domain/base/time.ts';
import { between, isRecentlyNoted, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { Evidence } from '../../src/domain/evidence/evidence.ts';
import { wakeReason, woken } from '../../src/domain/incident/care.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import {
  addKill,
  incidentKey,
  openIncident,
  reopenIncident,
  revealed,
  withSureKill,
} from '../../src/domain/incident/incident.ts';
import { isMuted, muteKey } from '../../src/domain/incident/mute.ts';
import { withReminder } from '../../src/domain/incident/reminder.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { presumedOwner } from '../../src/domain/kill/presumed-owner.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { EvidenceReader } from '../../src/ports/evidence-reader.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue, Later } from '../../src/ports/job-queue.ts';
import type { MuteStore } from '../../src/ports/mute-store.ts';
import type { Namespaces } from '../../src/ports/namespaces.ts';
import { timeoutAfter } from '../../src/ports/timers.ts';
import type { RouteSettings } from './route.ts';
import { askingFor, routeOf } from './route.ts';

export type OpenPorts = {
  readonly namespaces: Namespaces;
  readonly clock: Clock;
  readonly incidents: IncidentStore;
  readonly evidence: EvidenceReader;
  readonly mutes: MuteStore;
  readonly queue: JobQueue;
};

export type OpenSettings = RouteSettings & {
  /** From how many kills on an incident that goes on is told to its channel again. */
  readonly remindAfter: number;
  /** A kill so soon after an incident was resolved opens that one again. */
  readonly reopenWithin: Millis;
  readonly evidenceDeadline: Millis;
};

type Telling = { readonly kill: Kill; readonly signal: AbortSignal };

/** People hear of it before everything is read: what the kill itself says is enough to begin with. Only the owner has to be known, for it names the thread. */
export async function openAtOnce(ports: OpenPorts, settings: OpenSettings, { kill, signal }: Telling): Promise<Placed | Later> {
  const limit = AbortSignal.any([signal, timeoutAfter(settings.evidenceDeadline)]);
  const owner = await ports.evidence.owner({ ref: kill.ref, kill }, limit);
  const placed = await openOrJoin(ports, settings, { kill, owner });
  if (placed.kind === 'later') return placed;
  await ports.queue.enqueue({ step: 'post', incidentId: placed.incident.id });
  return placed;
}

type Owned = { readonly kill: Kill; readonly owner: Evidence['owner'] };
export type Placed = { readonly kind: 'placed'; readonly incident: Incident; readonly opened: boolean };

/** A kill told under its ReplicaSet, because nobody answered who owns that, would get a second thread with the next one: so it waits a little, at most so long. */
const OWNER_WITHIN = MINUTE;
const OWNER_AGAIN = 2 * SECOND;

function waitsForOwner({ clock }: OpenPorts, { kill, owner }: Owned): Later | undefined {
  if (owner.kind !== 'unavailable' || owner.late !== true || !isRecentlyNoted(kill.seenAt, clock.now(), OWNER_WITHIN))
    return undefined;
  return { kind: 'later', afterMs: OWNER_AGAIN, reason: owner.reason };
}

export async function openOrJoin(ports: OpenPorts, settings: OpenSettings, owned: Owned): Promise<Placed | Later> {
  const later = waitsForOwner(ports, owned);
  if (later !== undefined) return later;
  const { kill, owner } = owned;
  const workload = valueOf(owner)?.top ?? presumedOwner(kill);
  const now = ports.clock.now();
  const [route, muted] = await Promise.all([routeOf(ports, settings, askingFor(kill, workload)), activeMute(ports, workload)]);
  const told = (incident: Incident): Incident =>
    muted === undefined
      ? withReminder(revealed(woken(incident, wakeReason(incident, now), now)), settings.remindAfter, now)
      : incident;
  const { kind, incident } = await ports.incidents.count({
    key: incidentKey(workload, kill.ref.container),
    killId: kill.id,
    add: (found) => told(addKill(found, kill)),
    draft: (id, previousIncidentId) => openIncident({ id, kill, workload, ...route, now, previousIncidentId, muted }),
    reopen: (last) => {
      const opens = muted === undefined && isSoonAfter(last, { now, within: settings.reopenWithin });
      return opens ? revealed(reopenIncident(last, kill, now)) : undefined;
    },
  });
  if (kind !== 'known') return { kind: 'placed', incident, opened: kind !== 'counted' };
  // A second run for the same kill, which may be sure by now, or expected no longer.
  const known = await ports.incidents.update(incident.id, (current) => {
    const sure = withSureKill(current, kill);
    return current.state === 'resolved' ? sure : told(sure);
  });
  return { kind: 'placed', incident: known, opened: false };
}

function isSoonAfter({ resolvedAt }: Incident, { now, within }: { readonly now: Instant; readonly within: Millis }): boolean {
  return resolvedAt !== undefined && between(resolvedAt, now) < within;
}

/** Who expects this workload's kills now: then they are recorded, and nobody is told. */
async function activeMute({ mutes, clock }: OpenPorts, workload: WorkloadRef): Promise<Incident['muted']> {
  const mute = await mutes.get(muteKey({ cluster: workload.cluster, workload }));
  return isMuted(mute, clock.now()) ? { by: mute.by, until: mute.until } : undefined;
}
