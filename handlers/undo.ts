// Take a change back, as a proposal of its own: reviewed, rehearsed and approved like any other, and bringing back the values of before letter for
// letter. What cannot roll out is taken back without asking where the policy says so; a raise that was killed again never is.

import type { Change } from '../src/domain/change.ts';
import { buildChange, isLowering } from '../src/domain/change.ts';
import { intentOf } from '../src/domain/change-intent.ts';
import type { Incident } from '../src/domain/incident.ts';
import { addEntry, movedTo } from '../src/domain/incident.ts';
import type { Policy } from '../src/domain/policy.ts';
import { policyFor } from '../src/domain/policy.ts';
import type { PersonId, Proposal, ProposalContent } from '../src/domain/proposal.ts';
import { advance, POLICY } from '../src/domain/proposal.ts';
import type { Millis } from '../src/domain/time.ts';
import { after, DAY, toMillis } from '../src/domain/time.ts';
import { canUndo } from '../src/domain/verdict.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { ProposeOutcome, Refused, UndoInput } from '../src/ports/conversation.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import type { JobQueue } from '../src/ports/job-queue.ts';
import type { Log } from '../src/ports/log.ts';
import type { People } from '../src/ports/people.ts';
import type { ProposalStore } from '../src/ports/proposal-store.ts';
import type { WorkloadEditor } from '../src/ports/workload-editor.ts';
import { expire } from './expire.ts';
import { findIn } from './look.ts';
import { placeOf, proposalDenied } from './permission.ts';
import type { PolicyPorts } from './policy-check.ts';
import { changingBy, proposingDenied } from './policy-check.ts';

export type UndoPorts = UndoingPorts & PolicyPorts & { readonly people: People };

export type UndoingPorts = {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly editor: WorkloadEditor;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** SHA-256, as a text, of a text. */
  readonly digest: (text: string) => string;
};

type UndoSettings = { readonly policy: Policy; readonly cluster: string };

export function createUndo(ports: UndoPorts, settings: UndoSettings) {
  return async function undo(input: UndoInput, signal: AbortSignal): Promise<ProposeOutcome> {
    const proposal = await ports.proposals.get(input.proposalId);
    if (proposal === undefined) return refused(`${input.proposalId} is not known any more.`);
    const reason = whyNot(proposal, settings.cluster);
    const denied = await proposalDenied(ports.people, settings.policy, { place: placeOf(proposal), person: input.person });
    if ((reason ?? denied) !== undefined) return refused(reason ?? denied ?? '');
    const incident = await ports.incidents.get(proposal.incidentId);
    if (incident === undefined) return refused(`${proposal.incidentId} is not known any more.`);
    const change = await undoing(ports, proposal, signal);
    if (typeof change === 'string') return refused(change);
    const dossier = await ports.incidents.dossier(incident.id);
    const changing = changingBy(change, { labels: proposal.labels, undoes: true, dossier });
    const against = await proposingDenied(ports, settings.policy, changing);
    if (against !== undefined) return refused(against);
    const rehearsal = await ports.editor.dryRun(change, signal);
    if (rehearsal.kind === 'denied') return refused(`The API server would refuse it: ${rehearsal.message}`);
    const { proposalExpiry: expiry } = policyFor(settings.policy, placeOf(proposal));
    const made = await create(ports, proposal, { change, expiry, by: input.person, reason: input.reason });
    return attach(ports, made, (current) => isFree(current, proposal));
  };
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

function whyNot({ id, state, change }: Proposal, cluster: string): string | undefined {
  if (state.kind !== 'closed' || !canUndo(state.verdict, isLowering(change))) {
    return state.kind === 'closed' && state.verdict.kind === 'killed-again'
      ? `${id} is not taken back: the smaller limit would only be hit sooner.`
      : `${id} is not in a state that could be undone.`;
  }
  if (change.way !== 'template') return `${id} did not change a template: there is nothing to put back.`;
  if (change.workload.cluster !== cluster)
    return `${id} is of the cluster ${change.workload.cluster}; this process only reads ${cluster}.`;
  return undefined;
}

/** Nothing else is under way for it. */
function isFree(incident: Incident, undone: Proposal): boolean {
  return incident.proposalId === undefined || incident.proposalId === undone.id;
}

/** The change back, on the template of this moment; a sentence when the values are no longer those that were written. */
async function undoing(ports: UndoingPorts, { change }: Proposal, signal: AbortSignal): Promise<Change | string> {
  const template = await ports.editor.read(change.workload, signal);
  const container = findIn(template, change);
  if (template === undefined || container === undefined) return 'The workload or its container is no longer there.';
  const { limit, request } = container.resources;
  if (limit?.bytes !== change.after.limit || request?.bytes !== change.after.request)
    return 'Somebody has changed it since: there is nothing left to undo.';
  const { before } = change;
  return buildChange(template, container, {
    limit: before.limit?.bytes ?? 'none',
    request: before.request?.bytes ?? 'none',
    texts: { limit: before.limit?.text, request: before.request?.text },
  });
}

type Making = {
  readonly change: Change;
  readonly expiry: Millis;
  readonly by: PersonId;
  readonly reason: string;
  readonly automatic?: boolean;
};

async function create(
  ports: UndoingPorts,
  undone: Proposal,
  { change, expiry, by, reason, automatic }: Making,
): Promise<Proposal> {
  const now = ports.clock.now();
  const content: ProposalContent = {
    requester: by,
    reason,
    change,
    hash: ports.digest(intentOf(change)),
    labels: undone.labels,
    findings: [{ about: 'restart', level: 'tells', words: `Takes back ${undone.id}, letter for letter.` }],
    dryRun: { kind: 'not-checked', reason: 'it comes right before the write' },
    temporary: false,
    expiresAt: after(now, expiry),
  };
  return ports.proposals.create((id) => ({
    ...content,
    id,
    version: 1,
    revision: 1,
    incidentId: undone.incidentId,
    createdAt: now,
    approvals: [],
    undoes: undone.id,
    ...(automatic === true ? { automatic } : {}),
    state: { kind: 'pending' },
  }));
}

async function attach(ports: UndoingPorts, made: Proposal, isFreeNow: (incident: Incident) => boolean): Promise<ProposeOutcome> {
  const updated = await ports.incidents.update(made.incidentId, (current) =>
    isFreeNow(current)
      ? addEntry({ ...movedTo(current, 'proposed'), proposalId: made.id }, `proposal/${made.id}`, {
          kind: 'proposal',
          proposalId: made.id,
        })
      : current,
  );
  if (updated.proposalId !== made.id) {
    await expire(ports, made, 'something else came first');
    return refused(`${updated.proposalId ?? 'Another fix'} is already under way for ${updated.id}.`);
  }
  await ports.queue.enqueue({ step: 'post', incidentId: made.incidentId });
  ports.log.info('undo proposed', { incident: made.incidentId, proposal: made.id, undoes: made.undoes });
  return { kind: 'proposed', proposalId: made.id };
}

const AUTOMATIC_EXPIRY = toMillis(DAY);

/** Made, shown and approved by the policy in that order; a crash in between is carried on by the sweep. Does nothing a second time. */
export async function undoAutomatically(ports: UndoingPorts, proposalId: string, signal: AbortSignal): Promise<void> {
  const proposal = await ports.proposals.get(proposalId);
  const incident = proposal === undefined ? undefined : await ports.incidents.get(proposal.incidentId);
  if (proposal === undefined || incident?.proposalId !== proposal.id) return;
  const change = await undoing(ports, proposal, signal);
  if (typeof change === 'string') {
    ports.log.warn('nothing to undo', { proposal: proposal.id, reason: change });
    await ports.incidents.update(incident.id, (current) =>
      current.proposalId === proposal.id ? { ...movedTo(current, 'open'), proposalId: undefined } : current,
    );
    return;
  }
  const made = await create(ports, proposal, {
    change,
    expiry: AUTOMATIC_EXPIRY,
    by: proposal.requester,
    reason: `${proposal.id} did not roll out, and the policy has such changes taken back.`,
    automatic: true,
  });
  const attached = await attach(ports, made, (current) => current.proposalId === proposal.id);
  if (attached.kind === 'proposed') await approveByPolicy(ports, made);
}

export async function approveByPolicy(
  ports: Pick<UndoingPorts, 'proposals' | 'queue' | 'clock'>,
  proposal: Proposal,
): Promise<void> {
  const moved = advance(proposal, { kind: 'approve', by: POLICY, needed: 1 }, ports.clock.now());
  if (moved.kind === 'not-allowed') return;
  await ports.proposals.replace(moved.proposal);
  await ports.queue.enqueue({ step: 'apply', cluster: proposal.change.workload.cluster, proposalId: proposal.id });
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
}
