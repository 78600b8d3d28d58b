// Explain a kill: gather evidence under one deadline, diagnose, recommend, open or join the incident, save, and have it posted.
// Every part may run twice for the same kill without a second incident, count or message.

import { valueOf } from '../../src/domain/base/piece.ts';
import type { Instant, Millis } from '../../src/domain/base/time.ts';
import { isRecentlyNoted, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import { placeSeen } from '../../src/domain/change/policy/seen-place.ts';
import type { DiagnoseInput } from '../../src/domain/diagnosis/causes/case.ts';
import { diagnose } from '../../src/domain/diagnosis/diagnose.ts';
import { weighSuspicion } from '../../src/domain/diagnosis/suspicion.ts';
import type { Evidence } from '../../src/domain/evidence/evidence.ts';
import { kernelNearby } from '../../src/domain/evidence/kernel-nearby.ts';
import { completed, hasLate } from '../../src/domain/evidence/late-evidence.ts';
import { wakeReason, woken } from '../../src/domain/incident/care.ts';
import type { Dossier, Incident } from '../../src/domain/incident/incident.ts';
import { addEntry, entryOf } from '../../src/domain/incident/incident.ts';
import { bystanderBecause } from '../../src/domain/kill/bystander.ts';
import { withEarlier } from '../../src/domain/kill/kernel-oom.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { containerIdOf, happenedAt, isLateMark, isOfSandbox } from '../../src/domain/kill/oom-kill.ts';
import { recommend } from '../../src/domain/sizing/recommend.ts';
import type { BoundsReader } from '../../src/ports/bounds-reader.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { EvidenceReader, UsageReader } from '../../src/ports/evidence-reader.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue, Later } from '../../src/ports/job-queue.ts';
import type { KernelReports } from '../../src/ports/kernel-reports.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { Log } from '../../src/ports/log.ts';
import type { MuteStore } from '../../src/ports/mute-store.ts';
import type { Namespaces } from '../../src/ports/namespaces.ts';
import { gather } from './gather.ts';
import type { Recalled } from './history.ts';
import { recall } from './history.ts';
import type { OpenSettings } from './open-incident.ts';
import { openAtOnce, openOrJoin } from './open-incident.ts';
import { withRecordedNearby } from './recorded-nearby.ts';
import { shownBefore } from './shown-before.ts';

export type EnrichPorts = {
  readonly intake: KillIntake;
  readonly incidents: IncidentStore;
  readonly evidence: EvidenceReader;
  readonly usage: UsageReader;
  readonly kernel: KernelReports;
  readonly ledger: Ledger;
  readonly mutes: MuteStore;
  readonly bounds: BoundsReader;
  readonly namespaces: Namespaces;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
};

export type EnrichSettings = OpenSettings & {
  readonly policy: Policy;
  /** What is not read by then is posted as missing, and added when it comes. */
  readonly evidenceDeadline: Millis;
  /** For a second look at what came too late. */
  readonly lateDeadline: Millis;
};

export type EnrichOutcome =
  | { readonly kind: 'unknown-kill' }
  /** SIGKILL without a mark and nothing points to memory, or the mark of another container's kill: nobody is told. */
  | { readonly kind: 'not-a-kill'; readonly because: string }
  | { readonly kind: 'explained'; readonly incidentId: string; readonly opened: boolean };

export type EnrichInput = { readonly killId: string; readonly late?: boolean | undefined };

const LATE_AGAIN_MS = 15 * SECOND;
const LATE_AT_MOST = 5 * MINUTE;

export function createEnrich(ports: EnrichPorts, settings: EnrichSettings) {
  return async function enrich(input: EnrichInput, signal: AbortSignal): Promise<EnrichOutcome | Later> {
    const stored = await ports.intake.kill(input.killId);
    if (stored === undefined) return { kind: 'unknown-kill' };
    const reported = await withKernelReport(ports, stored);
    const early = await openedEarly(ports, settings, { kill: reported, signal });
    if (early?.kind === 'later') return early;
    const deadline = input.late === true ? settings.lateDeadline : settings.evidenceDeadline;
    const read = await gather(ports, { ref: stored.ref, kill: reported }, { signal, deadline });
    const found = await withRecordedNearby(ports, { kill: reported, evidence: read, signal, deadline });
    const kill = { ...reported, kernel: reported.kernel ?? kernelNearby(reported, found) };
    const none = await whyNone(ports, kill, found);
    if (none !== undefined) return none;
    const placed = early ?? (await openOrJoin(ports, settings, { kill, owner: found.owner }));
    if (placed.kind === 'later') return placed;
    const { incident, opened } = placed;
    const before = await ports.incidents.dossier(incident.id);
    const looked = input.late === true ? before : undefined;
    // Another kill was explained meanwhile: its message is the newer one. This one may be counted only now, when it had been dropped before.
    if (looked !== undefined && looked.killId !== kill.id) {
      await handOn(ports, incident, kill);
      return { kind: 'explained', incidentId: incident.id, opened };
    }
    const evidence = looked === undefined ? found : completed(looked.evidence, found);
    const recalled = await recall(ports, { incident, kill, evidence });
    const dossier = judge(ports, settings, { kill, incident, ...recalled, before: await shownBefore(ports.intake, before) });
    await ports.incidents.saveDossier(incident.id, dossier);
    await explainOnce(ports, incident, { before, dossier, kill });
    await handOn(ports, incident, kill);
    await leaveWord(ports, kill);
    ports.log.info('kill explained', { incident: incident.id, kill: kill.id, cause: dossier.diagnosis.cause, opened });
    return (await lookAgain(ports, input, { kill, evidence })) ?? { kind: 'explained', incidentId: incident.id, opened };
  };
}

type Telling = { readonly kill: Kill; readonly signal: AbortSignal };

/** What may turn out to be no kill of this container is weighed before anybody hears of it. */
async function openedEarly(ports: EnrichPorts, settings: EnrichSettings, telling: Telling) {
  const { kill } = telling;
  return kill.how === 'suspected' || isLateMark(kill) ? undefined : openAtOnce(ports, settings, telling);
}

/** To be shown, and to whoever watches the change under way. */
async function handOn({ queue }: EnrichPorts, { id, proposalId }: Incident, { ref }: Kill): Promise<void> {
  await queue.enqueue({ step: 'post', incidentId: id });
  if (proposalId !== undefined) await queue.enqueue({ step: 'verify', cluster: ref.cluster, proposalId });
}

type Found = { readonly kill: Kill; readonly evidence: Evidence };

/** What was late is asked for by a job of its own, so that nothing waits for it; that one asks again until a kill is old news. */
async function lookAgain(
  ports: EnrichPorts,
  { killId, late }: EnrichInput,
  { kill, evidence }: Found,
): Promise<Later | undefined> {
  if (!hasLate(evidence) || !isRecentlyNoted(kill.seenAt, ports.clock.now(), LATE_AT_MOST)) return undefined;
  if (late === true) return { kind: 'later', afterMs: LATE_AGAIN_MS, reason: 'evidence is still missing' };
  await ports.queue.enqueue({ step: 'enrich', cluster: kill.ref.cluster, killId, late: true });
  return undefined;
}

/** Clocks differ, and the kernel's is read back from the machine's uptime. */
const KERNEL_WITHIN = 5 * MINUTE;

/**
 * What the node's kernel said about it, where somebody listened. An earlier kill of a child in the same container explains no later death, but it does
 * explain the mark that the runtime kept of it.
 */
async function withKernelReport({ kernel }: EnrichPorts, kill: Kill): Promise<Kill> {
  const containerId = containerIdOf(kill);
  if (kill.kernel !== undefined || (containerId === undefined && !isOfSandbox(kill))) return kill;
  // The kernel's report of a sandbox carries an id of its own, and no container of the pod had one yet.
  const reports =
    containerId === undefined ? await kernel.inPod(kill.ref) : await kernel.find({ cluster: kill.ref.cluster, containerId });
  const at = happenedAt(kill);
  const own = reports.find((report) => isLateMark(kill) || Math.abs(report.at - at) <= KERNEL_WITHIN);
  // Of a sandbox they are earlier tries.
  const earlier = containerId === undefined ? [] : reports.filter(({ at: each }) => own !== undefined && each < own.at);
  return { ...kill, kernel: own && withEarlier(own.kill, earlier.length) };
}

/** The node's agent may be slower than the kubelet: its report then asks who missed it. One that came meanwhile, before the word was left, is here now. */
async function leaveWord(ports: EnrichPorts, kill: Kill): Promise<void> {
  const containerId = containerIdOf(kill);
  if (kill.kernel !== undefined || containerId === undefined) return;
  const { cluster } = kill.ref;
  await ports.kernel.missed({ cluster, containerId }, kill.id);
  const { kernel } = await withKernelReport(ports, kill);
  if (kernel !== undefined) await ports.queue.enqueue({ step: 'enrich', cluster, killId: kill.id, late: true, kernel: true });
}

/** How long a suspicion is weighed again before it is dropped, and how often: a scrape and what the kubelet tells of a node take a minute. */
const WEIGHED_FOR = 2 * MINUTE;
const WEIGHED_EVERY = 30 * SECOND;

type None = Extract<EnrichOutcome, { readonly kind: 'not-a-kill' }> | Later;

/** Why it is no memory kill of this container after all, or not yet known to be one. */
async function whyNone(ports: EnrichPorts, kill: Kill, evidence: Evidence): Promise<None | undefined> {
  const { kernel, clock, log } = ports;
  const suspicion = kill.how === 'suspected' ? weighSuspicion(kill, evidence) : undefined;
  if (suspicion?.kind === 'open' && isRecentlyNoted(kill.seenAt, clock.now(), WEIGHED_FOR))
    return { kind: 'later', afterMs: WEIGHED_EVERY, reason: suspicion.because };
  const isDropped = suspicion?.kind === 'dropped' || (suspicion?.kind === 'open' && suspicion.leaning === 'dropped');
  const because = isDropped ? suspicion.because : await bystander(kernel, kill, evidence);
  if (because === undefined) return undefined;
  // The kernel has the last word, however late it is heard.
  await leaveWord(ports, kill);
  log.info('not a memory kill', { kill: kill.id, because });
  return { kind: 'not-a-kill', because };
}

async function bystander(kernel: KernelReports, kill: Kill, evidence: Evidence): Promise<string | undefined> {
  if (!isLateMark(kill)) return undefined;
  return bystanderBecause(kill, { reports: await kernel.inPod(kill.ref), pod: valueOf(evidence.pod) });
}

type Judged = Pick<DiagnoseInput, 'before'> & { readonly kill: Kill; readonly incident: Incident };

function judge(
  ports: EnrichPorts,
  settings: EnrichSettings,
  { kill, evidence, incident, earlierKills, before }: Recalled & Judged,
): Dossier {
  const now = ports.clock.now();
  const own = happenedAt(kill);
  const earlier: readonly Instant[] = incident.killTimes.filter((at) => at < own);
  const diagnosis = diagnose({ kill, evidence, now, earlierKills: earlier, before });
  const recommendation = recommend({
    kill,
    evidence,
    diagnosis,
    earlierKills,
    policy: policyFor(settings.policy, placeSeen(incident.workload.namespace, evidence)),
    now,
  });
  return { killId: kill.id, evidence, diagnosis, recommendation };
}

type Explained = { readonly before: Dossier | undefined; readonly dossier: Dossier; readonly kill: Kill };

/** The first kill is explained in the thread; a later one only when its cause is another. */
async function explainOnce(ports: EnrichPorts, incident: Incident, { before, dossier, kill }: Explained): Promise<void> {
  if (entryOf(incident, 'root') === undefined) return;
  if (before !== undefined && before.diagnosis.cause === dossier.diagnosis.cause && incident.thread.length > 1) return;
  // A second look at the same kill mends its message, whatever it comes to.
  if (incident.thread.some(({ subject }) => subject.kind === 'explanation' && subject.killId === kill.id)) return;
  const now = ports.clock.now();
  const changed = before !== undefined && before.diagnosis.cause !== dossier.diagnosis.cause;
  await ports.incidents.update(incident.id, (current) => {
    const told = addEntry(current, `explanation/${dossier.diagnosis.cause}`, { kind: 'explanation', killId: kill.id });
    return woken(told, wakeReason(told, now, changed), now);
  });
}
