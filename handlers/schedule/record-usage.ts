// Write down what containers that were killed or changed use: the highest sample of each day, from the series where there is one, else from what is
// used now. And say, some time after a change, how it went. Run by a clock; any run may be missed or made twice.

import type { AuditSizes } from '../../src/domain/audit/audit.ts';
import { auditTarget } from '../../src/domain/audit/audit.ts';
import type { Bytes } from '../../src/domain/base/memory.ts';
import { formatQuantity } from '../../src/domain/base/memory.ts';
import { valueOf } from '../../src/domain/base/piece.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import { SECOND } from '../../src/domain/base/time.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import { placeSeen } from '../../src/domain/change/policy/seen-place.ts';
import { watchedWithin } from '../../src/domain/coverage/watched.ts';
import type { UsagePoint } from '../../src/domain/evidence/evidence.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { addEntry, addFollowUp } from '../../src/domain/incident/incident.ts';
import type { ContainerUse, PodEntry } from '../../src/domain/query/directory.ts';
import type { FollowUp } from '../../src/domain/sizing/follow-up.ts';
import { dueStage, followUp } from '../../src/domain/sizing/follow-up.ts';
import type { LedgerSubject } from '../../src/domain/sizing/ledger.ts';
import type { Audit } from '../../src/ports/audit.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Directory, UseReader } from '../../src/ports/directory.ts';
import type { UsageReader } from '../../src/ports/evidence-reader.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { Log } from '../../src/ports/log.ts';
import { timeoutAfter } from '../../src/ports/timers.ts';
import type { WatchRecord } from '../../src/ports/watch-record.ts';
import { watchedFor } from '../fix/watched-for.ts';

export type RememberPorts = {
  readonly ledger: Ledger;
  readonly watched: WatchRecord;
  readonly usage: UsageReader;
  readonly directory: Directory;
  readonly uses: UseReader;
  readonly incidents: IncidentStore;
  readonly audit: Pick<Audit, 'append'>;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
};

export type RememberSettings = { readonly cluster: string; readonly policy: Policy };

export type RememberOutcome = { readonly followed: number; readonly written: number; readonly told: number };

const READ_WITHIN_MS = 10 * SECOND;
/** Far more than are killed in 56 days of a large cluster; the most recently killed come first. */
const MOST_READ = 500;

export function createRemember(ports: RememberPorts, settings: RememberSettings) {
  /** Stops after the container it is at when somebody else has taken over. */
  return async function remember(takenOver?: AbortSignal): Promise<RememberOutcome> {
    const subjects = (await ports.ledger.list(settings.cluster)).slice(0, MOST_READ);
    const outcome = { followed: subjects.length, written: 0, told: 0 };
    const now = subjects.length === 0 ? new Map<string, UsagePoint>() : await highestNow(ports);
    for (const subject of subjects) {
      if (takenOver?.aborted === true) break;
      const peaks = await peaksOf(ports, subject, now);
      await ports.ledger.notePeaks(subject.key, peaks);
      if (peaks.length > 0) outcome.written += 1;
      if (await tell(ports, settings.policy, subject)) outcome.told += 1;
    }
    ports.log.debug('remembered', outcome);
    return outcome;
  };
}

/** Of the days the source knows, all replicas together; up to now instead of up to the kill. */
async function peaksOf(
  ports: RememberPorts,
  subject: LedgerSubject,
  now: ReadonlyMap<string, UsagePoint>,
): Promise<readonly UsagePoint[]> {
  const at = ports.clock.now();
  const kill = { ...subject.kill, finishedAt: at, seenAt: at };
  const usage = valueOf(await ports.usage.read({ ref: kill.ref, kill }, timeoutAfter(READ_WITHIN_MS)));
  if (usage?.kind === 'series') return usage.dailyPeaks;
  const instant = now.get(placeOf(subject.workload, subject.container));
  return instant === undefined ? [] : [instant];
}

/** The highest of each workload's container over its pods now; empty when nobody can say. */
async function highestNow({ directory, uses, clock, log }: RememberPorts): Promise<ReadonlyMap<string, UsagePoint>> {
  const signal = timeoutAfter(READ_WITHIN_MS);
  const used = await uses.now(signal);
  if (used.kind === 'unavailable') return new Map();
  try {
    const { pods } = await directory.pods(signal);
    return highestOf(pods, used.value, clock.now());
  } catch (error) {
    log.warn('pods cannot be listed; peaks without a series are not written', { error });
    return new Map();
  }
}

function highestOf(pods: readonly PodEntry[], uses: readonly ContainerUse[], at: Instant): ReadonlyMap<string, UsagePoint> {
  const workloads = new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod.workload]));
  const highest = new Map<string, UsagePoint>();
  for (const { namespace, pod, container, bytes } of uses) {
    const workload = workloads.get(`${namespace}/${pod}`);
    if (workload === undefined) continue;
    const place = placeOf(workload, container);
    if ((highest.get(place)?.bytes ?? -1) < bytes) highest.set(place, { at, bytes });
  }
  return highest;
}

function placeOf(
  workload: { readonly namespace: string; readonly kind: string; readonly name: string },
  container: string,
): string {
  return [workload.namespace, workload.kind, workload.name, container].join('/');
}

/** True when something was said about a change. */
async function tell(ports: RememberPorts, policy: Policy, { key, workload }: LedgerSubject): Promise<boolean> {
  const page = await ports.ledger.read(key);
  const { change } = page;
  const now = ports.clock.now();
  if (change === undefined) return false;
  const dossier = await ports.incidents.dossier(change.incidentId);
  const { tightenAfter } = policyFor(policy, placeSeen(workload.namespace, dossier?.evidence));
  const stage = dueStage(change, now, tightenAfter);
  if (stage === undefined) return false;
  const incident = await ports.incidents.get(change.incidentId);
  if (incident !== undefined) {
    const { gaps } = watchedWithin(await watchedFor(ports.watched, incident.workload, change.at), { from: change.at, now });
    const said = { ...followUp({ change, page, stage, now, tightenAfter }), ...(gaps.length === 0 ? {} : { gaps }) };
    const { proposalId } = change;
    await ports.incidents.update(incident.id, (current) =>
      addEntry(addFollowUp(current, said), `follow-up/${proposalId}/${stage}`, { kind: 'follow-up', proposalId, stage }),
    );
    await auditMeasured(ports, incident, said);
    await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
    ports.log.info('change followed up', { incident: incident.id, proposal: proposalId, stage, kills: said.kills });
  }
  await ports.ledger.noteTold(key, { proposalId: change.proposalId, stage });
  return incident !== undefined;
}

/** What measuring under load came to: a lower limit, or to leave it. */
async function auditMeasured({ audit }: RememberPorts, incident: Incident, said: FollowUp): Promise<void> {
  if (said.lowering === undefined) return;
  const outcome = said.lowering.kind === 'lower' ? said.lowering.arithmetic : `left as it is: ${said.lowering.because}`;
  await audit.append({
    at: said.at,
    actor: { kind: 'headroom' },
    action: 'tighten',
    result: 'done',
    target: auditTarget({ workload: incident.workload, container: incident.container }),
    incidentId: incident.id,
    proposalId: said.proposalId,
    before: sizesOf(said),
    ...(said.lowering.kind === 'lower' ? { after: sizesOf(said.lowering) } : {}),
    outcome,
  });
}

function sizesOf({ limit, request }: { readonly limit: Bytes; readonly request?: Bytes | undefined }): AuditSizes {
  return { limit: formatQuantity(limit), request: request === undefined ? undefined : formatQuantity(request) };
}
