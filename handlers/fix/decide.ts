// A person approves or refuses a proposal. Who may is read at the moment of the click; one decision wins, whoever clicks how often.
// Every refusal says why, to the person who clicked only.

import type { DecideInput, DecideOutcome, DecisionDraft, Refused } from '../../src/api/conversation.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import type { PersonId, Proposal } from '../../src/domain/change/proposal.ts';
import { advance } from '../../src/domain/change/proposal.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Meter } from '../../src/ports/meter.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { WorkloadEditor } from '../../src/ports/workload-editor.ts';
import { authorize } from './authorize.ts';
import { alreadyDecided, countApproval } from './count-approval.ts';
import { look } from './drift.ts';
import { expire } from './expire.ts';
import type { AuthorizePorts, DenialReason } from './question.ts';
import { releaseIncident } from './release.ts';

export type DecidePorts = AuthorizePorts & {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly editor: WorkloadEditor;
  readonly queue: JobQueue;
  readonly log: Log;
  readonly meter: Meter;
};

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
      const { proposal, incident } = open;
      const authorized = await authorize(ports, settings.policy, { stage: 'show', person: input.person, proposal });
      return authorized.kind === 'denied' ? refused(authorized.words) : { kind: 'ready', proposal, incident };
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

type Deciding = { readonly input: DecideInput; readonly signal: AbortSignal };

async function decide(ports: DecidePorts, settings: Settings, { input, signal }: Deciding): Promise<DecideOutcome> {
  const open = await openProposal(ports, input);
  if (open.kind === 'refused') return open;
  const { proposal } = open;
  const { decider: person, decision } = input;
  if (decision.kind === 'approve') return approve(ports, settings, { proposal, person, shown: decision.hash, signal });
  const authorized = await authorize(ports, settings.policy, { stage: 'reject', person, proposal });
  return authorized.kind === 'denied'
    ? refused(authorized.words)
    : refuse(ports, proposal, { by: person, reason: decision.reason });
}

type Approving = {
  readonly proposal: Proposal;
  readonly person: PersonId;
  /** The hash that the form carried: of what this person has seen. */
  readonly shown: string;
  readonly signal: AbortSignal;
};

async function approve(
  ports: DecidePorts,
  { cluster, policy }: Settings,
  { proposal, person, shown, signal }: Approving,
): Promise<DecideOutcome> {
  // Of another cluster nothing is known here; whoever writes looks again anyway.
  const isHere = proposal.change.workload.cluster === cluster;
  const seeing = async () => (isHere ? look(ports.editor, proposal.change, signal) : undefined);
  const authorized = await authorize(ports, policy, { stage: 'approve', person, proposal, shown, look: seeing });
  if (authorized.kind === 'denied') {
    if (VOIDED_BY.includes(authorized.reason)) await expire(ports, proposal, authorized.clause);
    return refused(authorized.words);
  }
  const { needed } = authorized;
  const counted = await countApproval(ports, proposal, { by: person, needed });
  if (counted.kind === 'refused') return counted;
  const { state, approvals, change, id, incidentId } = counted.proposal;
  await ports.queue.enqueue({ step: 'post', incidentId });
  if (state.kind === 'pending') return { kind: 'counted', missing: Math.max(0, needed - approvals.length) };
  await ports.queue.enqueue({ step: 'apply', cluster: change.workload.cluster, proposalId: id });
  return { kind: 'approved' };
}

/** What was reviewed is no longer what is there: nobody can approve it any more. */
const VOIDED_BY: readonly DenialReason[] = ['drift', 'owner'];

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
