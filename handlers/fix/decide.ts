// A person approves or refuses a proposal. Who may is read at the moment of the click; one decision wins, whoever clicks how often.
// Every refusal says why, to the person who clicked only.

import type { DecideInput, DecideOutcome, DecisionDraft, Refused } from '../../src/api/conversation.ts';
import { deniedAttempt } from '../../src/domain/audit/audit.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import type { PersonId, Proposal } from '../../src/domain/change/proposal.ts';
import { advance } from '../../src/domain/change/proposal.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import type { Audit } from '../../src/ports/audit.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Meter } from '../../src/ports/meter.ts';
import type { People } from '../../src/ports/people.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { WorkloadEditor } from '../../src/ports/workload-editor.ts';
import { alreadyDecided, countApproval } from './count-approval.ts';
import type { Look } from './drift.ts';
import { driftReason, look } from './drift.ts';
import { expire } from './expire.ts';
import { ownerSince } from './ownership.ts';
import { labelledNow, permission, placeOf } from './permission.ts';
import { changingBy, writingDenied } from './policy-check.ts';
import type { ProofPorts } from './proof.ts';
import { askedFor } from './proof.ts';
import { releaseIncident } from './release.ts';

export type DecidePorts = {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly people: People;
  readonly audit: Pick<Audit, 'history' | 'append' | 'ofProposal'>;
  readonly editor: WorkloadEditor;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
} & ProofPorts;

/** `cluster`: the one whose objects the editor reads. */
type Settings = { readonly policy: Policy; readonly cluster: string };
type DraftInput = { readonly proposalId: string; readonly version: number; readonly person: PersonId };

type Open = { readonly kind: 'open'; readonly proposal: Proposal; readonly incident: Incident };

export function createDecide(ports: DecidePorts, settings: Settings) {
  return {
    /** What the approval modal shows, or why this person may not decide. */
    async draft(input: DraftInput): Promise<DecisionDraft | Refused> {
      const open = await openProposal(ports, input);
      if (open.kind === 'refused') return open;
      const refusal = await refusalFor(ports, settings.policy, {
        proposal: open.proposal,
        person: input.person,
        action: 'approve',
      });
      if (refusal !== undefined) return refusal;
      const problem = await askedFor(ports, open.proposal);
      if (problem !== undefined) return refused(nothingDone(problem));
      return { kind: 'ready', proposal: open.proposal, incident: open.incident };
    },

    async decide(input: DecideInput, signal: AbortSignal): Promise<DecideOutcome> {
      const outcome = await decide(ports, settings, { input, signal });
      ports.meter.count('headroom_decisions_total', { outcome: outcome.kind });
      ports.log.info('decision', {
        proposal: input.proposalId,
        decider: input.decider,
        wanted: input.decision.kind,
        outcome: outcome.kind,
        ...(outcome.kind === 'refused' ? { reason: outcome.reason } : {}),
      });
      return outcome;
    },
  };
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

async function openProposal(
  ports: DecidePorts,
  input: { readonly proposalId: string; readonly version: number },
): Promise<Open | Refused> {
  const proposal = await ports.proposals.get(input.proposalId);
  if (proposal === undefined) return refused(`${input.proposalId} is not known any more.`);
  if (proposal.state.kind !== 'pending') return refused(alreadyDecided(proposal));
  if (proposal.revision !== input.version) return refused(`${proposal.id} changed since you looked at it; look at it again.`);
  if (proposal.expiresAt <= ports.clock.now()) {
    await expire(ports, proposal);
    return refused(`${proposal.id} expired before anybody approved it. Review the fix again to ask anew.`);
  }
  const incident = await ports.incidents.get(proposal.incidentId);
  if (incident === undefined) return refused(`${proposal.incidentId} is not known any more.`);
  if (incident.proposalId !== proposal.id) return refused(`${proposal.id} is no longer the fix under review for ${incident.id}.`);
  return { kind: 'open', proposal, incident };
}

type Asked = {
  readonly proposal: Proposal;
  readonly person: PersonId;
  readonly action: 'approve' | 'refuse';
};

/** Who may not is told why, and that it was tried is recorded. */
async function refusalFor(ports: DecidePorts, policy: Policy, asked: Asked): Promise<Refused | undefined> {
  const verdict = await permission(ports.people, policy, asked);
  return verdict.kind === 'may' ? undefined : denied(ports, asked, verdict.words);
}

async function denied(ports: DecidePorts, { proposal, person, action }: Asked, why: string): Promise<Refused> {
  await ports.audit.append(deniedAttempt({ at: ports.clock.now(), by: person, action, proposal, why }));
  return refused(why);
}

type Decision = { readonly input: DecideInput; readonly signal: AbortSignal };

async function decide(ports: DecidePorts, settings: Settings, { input, signal }: Decision): Promise<DecideOutcome> {
  const open = await openProposal(ports, input);
  if (open.kind === 'refused') return open;
  const { proposal } = open;
  const action = input.decision.kind;
  const refusal = await refusalFor(ports, settings.policy, { proposal, person: input.decider, action });
  if (refusal !== undefined) return refusal;
  return input.decision.kind === 'approve'
    ? approve(ports, settings, { proposal, by: input.decider, shown: input.decision.hash, signal })
    : refuse(ports, proposal, { by: input.decider, reason: input.decision.reason });
}

type Approving = {
  readonly proposal: Proposal;
  readonly by: PersonId;
  /** The hash that the form carried: of what this person has seen. */
  readonly shown: string;
  readonly signal: AbortSignal;
};

async function approve(
  ports: DecidePorts,
  { cluster, policy }: Settings,
  { proposal, by, shown, signal }: Approving,
): Promise<DecideOutcome> {
  const unproven = await unprovenFor(ports, { proposal, shown });
  if (unproven !== undefined) return denied(ports, { proposal, person: by, action: 'approve' }, unproven);
  const seen = proposal.change.workload.cluster === cluster ? await look(ports.editor, proposal.change, signal) : undefined;
  const reason = moved(proposal, seen);
  if (reason !== undefined) {
    await expire(ports, proposal, reason);
    return refused(`Nothing was changed: ${reason}.`);
  }
  const template = seen?.kind === 'as-reviewed' ? seen.template : undefined;
  const dossier = await ports.incidents.dossier(proposal.incidentId);
  const against = await writingDenied(ports, policy, changingBy(proposal, { template, dossier }));
  if (against !== undefined)
    return denied(ports, { proposal, person: by, action: 'approve' }, `The policy does not allow it now: ${against}.`);
  const labelled = labelledNow(proposal, template);
  // The same people as a moment ago, unless the workload has other labels than when it was reviewed.
  const refusal = await refusalFor(ports, policy, { proposal: labelled, person: by, action: 'approve' });
  if (refusal !== undefined) return refusal;
  const needed = policyFor(policy, placeOf(labelled)).approvals;
  const counted = await countApproval(ports, proposal, { by, needed });
  if (counted.kind === 'refused') return counted;
  const { state, approvals, change, id, incidentId } = counted.proposal;
  await ports.queue.enqueue({ step: 'post', incidentId });
  if (state.kind === 'pending') return { kind: 'counted', missing: Math.max(0, needed - approvals.length) };
  await ports.queue.enqueue({ step: 'apply', cluster: change.workload.cluster, proposalId: id });
  return { kind: 'approved' };
}

/** Why an approval cannot count for what is stored, in a sentence. */
async function unprovenFor(
  ports: DecidePorts,
  { proposal, shown }: Pick<Approving, 'proposal' | 'shown'>,
): Promise<string | undefined> {
  const { signer } = ports.keys;
  if (signer.kind === 'missing') return nothingDone(signer.words);
  if (proposal.hash !== shown) return `${proposal.id} is not what you were shown; look at it again. Nothing was changed.`;
  const problem = await askedFor(ports, proposal);
  return problem === undefined ? undefined : nothingDone(problem);
}

function nothingDone(problem: string): string {
  return `Nothing was changed: ${problem.replace(/\.$/, '')}.`;
}

/** Told early, to the person who approves. Of another cluster nothing is known here; whoever writes looks again anyway. */
function moved(proposal: Proposal, seen: Look | undefined): string | undefined {
  if (seen === undefined) return undefined;
  return seen.kind === 'as-reviewed' ? ownerSince(proposal, seen.template) : driftReason(seen);
}

async function refuse(
  ports: DecidePorts,
  proposal: Proposal,
  { by, reason }: { readonly by: PersonId; readonly reason: string },
): Promise<DecideOutcome> {
  const next = advance(proposal, { kind: 'refuse', by, reason: reason.trim() }, ports.clock.now());
  if (next.kind === 'not-allowed') return refused(alreadyDecided(proposal));
  const stored = await ports.proposals.replace(next.proposal);
  if (stored.kind === 'conflict') return refused(alreadyDecided(stored.current));
  await releaseIncident(ports, stored.proposal);
  return { kind: 'refused-by-you' };
}
