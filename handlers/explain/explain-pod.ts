// Explains one pod now, killed or not: the same reading, diagnosis and number that a kill's thread shows, with what the bot itself remembers. Nothing is
// stored.

import type { Answer } from '../../src/api/answer.ts';
import { valueOf } from '../../src/domain/base/piece.ts';
import type { PodContainer, PodFacts } from '../../src/domain/base/pod.ts';
import { effectiveLimit } from '../../src/domain/base/pod.ts';
import type { Millis } from '../../src/domain/base/time.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import { placeSeen } from '../../src/domain/change/policy/seen-place.ts';
import type { DiagnoseInput } from '../../src/domain/diagnosis/causes/case.ts';
import { diagnose } from '../../src/domain/diagnosis/diagnose.ts';
import { weighSuspicion } from '../../src/domain/diagnosis/suspicion.ts';
import type { Evidence } from '../../src/domain/evidence/evidence.ts';
import { incidentKey } from '../../src/domain/incident/incident.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { findKills, happenedAt } from '../../src/domain/kill/oom-kill.ts';
import { EMPTY_PAGE, withLedger } from '../../src/domain/sizing/ledger.ts';
import { recommend } from '../../src/domain/sizing/recommend.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { EvidenceReader, UsageReader } from '../../src/ports/evidence-reader.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { Log } from '../../src/ports/log.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import { gather } from './gather.ts';
import { withRecordedNearby } from './recorded-nearby.ts';
import { shownBefore } from './shown-before.ts';
import { standingOf } from './standing.ts';

export type ExplainPorts = {
  readonly evidence: EvidenceReader;
  readonly usage: UsageReader;
  readonly ledger: Pick<Ledger, 'read'>;
  readonly incidents: Pick<IncidentStore, 'findOpen' | 'list' | 'killedSince' | 'dossier'>;
  readonly intake: Pick<KillIntake, 'kill'>;
  readonly proposals: Pick<ProposalStore, 'get'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
};

export type ExplainSettings = { readonly cluster: string; readonly policy: Policy; readonly evidenceDeadline: Millis };

export type Explained = Extract<Answer, { readonly kind: 'explanation' }>;

/** Undefined for a pod without containers. */
export async function explain(
  ports: ExplainPorts,
  settings: ExplainSettings,
  { pod, signal }: { readonly pod: PodFacts; readonly signal: AbortSignal },
): Promise<Explained | undefined> {
  const now = ports.clock.now();
  const shown = latest(findKills(pod, now));
  const container = pod.containers.find(({ name }) => name === shown?.ref.container) ?? mostTelling(pod);
  if (container === undefined) return undefined;
  const ref = {
    cluster: settings.cluster,
    namespace: pod.namespace,
    pod: pod.name,
    podUid: pod.uid,
    container: container.name,
    role: container.role,
  };
  const deadline = settings.evidenceDeadline;
  const read = await gather(ports, { ref, kill: shown }, { signal, deadline });
  const found = shown === undefined ? read : await withRecordedNearby(ports, { kill: shown, evidence: read, signal, deadline });
  // SIGKILL by a probe, say, is no memory kill: then it is told what it was.
  const isOther = shown?.how === 'suspected' && weighSuspicion(shown, found).kind === 'dropped';
  const kill = isOther ? undefined : shown;
  const { evidence, earlierKills, before } = await remembered(ports, { found, kill, container: container.name });
  const standing = await standingOf(ports, { evidence, container: container.name });
  const { incident } = standing ?? {};
  const diagnosis = diagnose({ kill, evidence, now, earlierKills: earlierKills.map(({ at }) => at), before, incident });
  const policy = policyFor(settings.policy, placeSeen(pod.namespace, evidence));
  // What is said of another container's limit in its thread is not about this one's.
  const own = incident?.container === container.name ? incident : undefined;
  const recommendation = recommend({ kill, evidence, diagnosis, earlierKills, policy, now, incident: own });
  return { kind: 'explanation', ref, kill, dossier: { killId: kill?.id, evidence, diagnosis, recommendation }, standing };
}

type Remembering = { readonly found: Evidence; readonly kill: Kill | undefined; readonly container: string };

async function remembered(ports: ExplainPorts, { found, kill, container }: Remembering) {
  const top = valueOf(found.owner)?.top;
  const key = top === undefined ? undefined : incidentKey(top, container);
  const page = key === undefined ? EMPTY_PAGE : await ports.ledger.read(key);
  const now = ports.clock.now();
  const at = kill === undefined ? now : happenedAt(kill);
  return {
    evidence: { ...found, usage: withLedger(found.usage, page, now) },
    earlierKills: page.kills.filter((each) => each.at < at),
    before: key === undefined || kill === undefined ? undefined : await shownInIncident(ports, key),
  };
}

/** What the thread of the same container says, so that both say the same. */
async function shownInIncident({ incidents, intake }: ExplainPorts, key: string): Promise<DiagnoseInput['before']> {
  const open = await incidents.findOpen(key);
  return open === undefined ? undefined : shownBefore(intake, await incidents.dossier(open.id));
}

function latest(kills: readonly Kill[]): Kill | undefined {
  return kills.toSorted((a, b) => happenedAt(b) - happenedAt(a))[0];
}

/** Nobody was killed: the container that is not running, else the one that restarted most, else the one with a limit. */
function mostTelling(pod: PodFacts): PodContainer | undefined {
  const weight = (container: PodContainer): number =>
    (container.state.kind === 'running' ? 0 : 4) +
    Math.min(container.restartCount, 3) +
    (effectiveLimit(pod, container) === undefined ? 0 : 0.5);
  return pod.containers.toSorted((a, b) => weight(b) - weight(a)).find(({ role }) => role !== 'ephemeral');
}
