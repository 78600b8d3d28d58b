// Take a change back, as a proposal of its own: reviewed, rehearsed and approved like any other, and bringing back the values of before letter for
// letter. What cannot roll out is taken back without asking where the policy says so, and lets it at that moment; else people are asked. A raise that was
// killed again never is.

import type { ProposeOutcome, Refused, UndoInput } from '../../src/api/conversation.ts';
import { after, DAY, toMillis } from '../../src/domain/base/time.ts';
import type { Change, TemplateState } from '../../src/domain/change/change.ts';
import { endsInTemplate, isLowering } from '../../src/domain/change/change.ts';
import { containerOf } from '../../src/domain/change/now.ts';
import { buildChange } from '../../src/domain/change/patch.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import { policyScope } from '../../src/domain/change/policy/scope.ts';
import type { PersonId, Proposal, ProposalContent } from '../../src/domain/change/proposal.ts';
import { POLICY } from '../../src/domain/change/proposal.ts';
import { writingFindings } from '../../src/domain/change/review/review.ts';
import { reviewedText } from '../../src/domain/change/reviewed-text.ts';
import { canUndo } from '../../src/domain/change/verdict.ts';
import { ownerName } from '../../src/domain/evidence/field-owner.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { addEntry, movedTo } from '../../src/domain/incident/incident.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Log } from '../../src/ports/log.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { Repositories } from '../../src/ports/repositories.ts';
import type { WorkloadEditor } from '../../src/ports/workload-editor.ts';
import { authorize } from './authorize.ts';
import { expire } from './expire.ts';
import { fieldOwnersOf, gitOpsOwner, planIn, routeOf } from './ownership.ts';
import type { AuthorizePorts } from './question.ts';
import { changingBy } from './rules-now.ts';
import { move } from './transition.ts';

export type UndoPorts = AuthorizePorts & {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly editor: WorkloadEditor;
  readonly repositories: Pick<Repositories, 'plan'>;
  readonly queue: JobQueue;
  readonly log: Log;
};

type UndoSettings = { readonly policy: Policy; readonly cluster: string };

export function createUndo(ports: UndoPorts, settings: UndoSettings) {
  return async function undo(input: UndoInput, signal: AbortSignal): Promise<ProposeOutcome> {
    const proposal = await ports.proposals.get(input.proposalId);
    if (proposal === undefined) return refused(`${input.proposalId} is not known any more.`);
    const reason = whyNot(proposal, settings.cluster);
    if (reason !== undefined) return refused(reason);
    const incident = await ports.incidents.get(proposal.incidentId);
    if (incident === undefined) return refused(`${proposal.incidentId} is not known any more.`);
    const back = await undoing(ports, proposal, signal);
    if (typeof back === 'string') return refused(back);
    const { change, template } = back;
    const asked = { ...written(back), undoes: proposal.id };
    const changing = changingBy(asked, { template, dossier: undefined });
    const { person } = input;
    const asking = { stage: 'propose', action: 'undo', person, incidentId: incident.id, changing } as const;
    const authorized = await authorize(ports, settings.policy, asking);
    if (authorized.kind === 'denied') return refused(authorized.words);
    const rehearsal = await ports.editor.dryRun(change, signal);
    if (rehearsal.kind === 'denied') return refused(`The API server would refuse it: ${rehearsal.message}`);
    const rules = policyFor(settings.policy, policyScope(proposal));
    const made = await create(ports, proposal, { back, rules, by: input.person, reason: input.reason });
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
  if (!endsInTemplate(change)) return `${id} did not change a template: there is nothing to put back.`;
  if (change.workload.cluster !== cluster)
    return `${id} is of the cluster ${change.workload.cluster}; this process only reads ${cluster}.`;
  return undefined;
}

/** Nothing else is under way for it. */
function isFree(incident: Incident, undone: Proposal): boolean {
  return incident.proposalId === undefined || incident.proposalId === undone.id;
}

type Back = { readonly change: Change; readonly template: TemplateState };

/** The change back, on the template of this moment; a sentence when the values are no longer those that were written. */
async function undoing(ports: UndoPorts, { change }: Proposal, signal: AbortSignal): Promise<Back | string> {
  const template = await ports.editor.read(change.workload, signal);
  const container = containerOf(template, change);
  if (template === undefined || container === undefined) return 'The workload or its container is no longer there.';
  const { limit, request } = container.resources;
  if (limit?.bytes !== change.after.limit || request?.bytes !== change.after.request)
    return 'Somebody has changed it since: there is nothing left to undo.';
  const { before } = change;
  const back = buildChange(template, container, {
    limit: before.limit?.bytes ?? 'none',
    request: before.request?.bytes ?? 'none',
    texts: { limit: before.limit?.text, request: before.request?.text },
  });
  return change.way === 'pull-request' ? backByRepository(ports, { change: back, template }, signal) : { change: back, template };
}

/** What came by a pull request goes by one. */
async function backByRepository(ports: UndoPorts, back: Back, signal: AbortSignal): Promise<Back | string> {
  const change: Change = { ...back.change, way: 'pull-request' };
  const plan = await planIn(ports.repositories, change, signal);
  if (plan.kind === 'planned') return { ...back, change: { ...change, edit: plan.edit } };
  return `No pull request is possible: ${plan.reason}.`;
}

function written({ change, template }: Back): Pick<ProposalContent, 'change' | 'labels' | 'route'> {
  return { change, labels: template.labels, route: routeOf(change.way, gitOpsOwner(template)) };
}

type Making = {
  readonly back: Back;
  readonly rules: Pick<Policy, 'dryRunOnly' | 'proposalExpiry'>;
  readonly by: PersonId;
  readonly reason: string;
  readonly automatic?: boolean;
};

async function create(ports: UndoPorts, undone: Proposal, { back, rules, by, reason, automatic }: Making): Promise<Proposal> {
  const now = ports.clock.now();
  const reviewed = {
    ...written(back),
    incidentId: undone.incidentId,
    undoes: undone.id,
    ...(automatic === true ? { automatic } : {}),
    requester: by,
    reason,
    findings: [...writingFindings(rules), ...findingsOf(undone, back)],
    dryRun: { kind: 'not-checked' as const, reason: 'it comes right before the write' },
    temporary: false,
    expiresAt: after(now, rules.proposalExpiry),
  };
  const hash = ports.digest(reviewedText(reviewed));
  return ports.proposals.create((id) => ({
    ...reviewed,
    hash,
    id,
    version: 1,
    revision: 1,
    createdAt: now,
    approvals: [],
    state: { kind: 'pending' },
  }));
}

function findingsOf({ id }: Proposal, { template }: Back): ProposalContent['findings'] {
  return [
    ...fieldOwnersOf(template, undefined).map((owner) => ({
      about: 'owner' as const,
      level: 'warns' as const,
      words: `${ownerName(owner)} manages this object (${owner.signal}) and has the last word about it.`,
    })),
    { about: 'restart', level: 'tells', words: `Takes back ${id}, letter for letter.` },
  ];
}

async function attach(ports: UndoPorts, made: Proposal, isFreeNow: (incident: Incident) => boolean): Promise<ProposeOutcome> {
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

type Automatically = { readonly policy: Policy; readonly proposalId: string; readonly signal: AbortSignal };

/** Made, shown and approved by the policy in that order; a crash in between is carried on by the sweep. Does nothing a second time. */
export async function undoAutomatically(ports: UndoPorts, { policy, proposalId, signal }: Automatically): Promise<void> {
  const proposal = await ports.proposals.get(proposalId);
  const incident = proposal === undefined ? undefined : await ports.incidents.get(proposal.incidentId);
  if (proposal === undefined || incident?.proposalId !== proposal.id) return;
  const authorized = await authorize(ports, policy, { stage: 'take-back', proposal });
  const back = authorized.kind === 'denied' ? authorized.clause : await undoing(ports, proposal, signal);
  if (typeof back === 'string') {
    ports.log.warn('nothing to undo', { proposal: proposal.id, reason: back });
    await ports.incidents.update(incident.id, (current) =>
      current.proposalId === proposal.id ? { ...movedTo(current, 'open'), proposalId: undefined } : current,
    );
    return;
  }
  const made = await create(ports, proposal, {
    back,
    rules: { ...policyFor(policy, policyScope(proposal)), proposalExpiry: AUTOMATIC_EXPIRY },
    by: POLICY,
    reason: `${proposal.id} did not roll out, and the policy has such changes taken back.`,
    automatic: true,
  });
  const attached = await attach(ports, made, (current) => current.proposalId === proposal.id);
  if (attached.kind === 'proposed') await approveByPolicy(ports, policy, made);
}

type ApprovingPorts = AuthorizePorts & Pick<UndoPorts, 'proposals' | 'incidents' | 'queue' | 'log'>;

/** By the policy as it is at this moment; what it does not let happen by itself is left to people, with the reason. */
export async function approveByPolicy(ports: ApprovingPorts, policy: Policy, proposal: Proposal): Promise<void> {
  const authorized = await authorize(ports, policy, { stage: 'approve-undo', proposal });
  if (authorized.kind === 'denied') {
    const { reason, clause } = authorized;
    if (reason === 'policy') return leaveToPeople(ports, policy, { proposal, against: clause });
    ports.log.error('not approved by the policy', { proposal: proposal.id, reason: clause });
    await expire(ports, proposal, clause);
    return;
  }
  await move(ports, proposal, { kind: 'approve', by: POLICY, needed: 1, hash: proposal.hash });
  await ports.queue.enqueue({ step: 'apply', cluster: proposal.change.workload.cluster, proposalId: proposal.id });
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
}

type Leaving = { readonly proposal: Proposal; readonly against: string };

async function leaveToPeople(ports: ApprovingPorts, policy: Policy, { proposal, against }: Leaving): Promise<void> {
  const { proposalExpiry } = policyFor(policy, policyScope(proposal));
  const reason = `${proposal.reason} Not by itself now, so somebody has to decide: ${against}.`;
  const expiresAt = after(ports.clock.now(), proposalExpiry);
  const hash = ports.digest(reviewedText({ ...proposal, reason, expiresAt, automatic: undefined }));
  await move(ports, proposal, { kind: 'leave-to-people', reason, expiresAt, hash });
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
  ports.log.info('undo left to people', { incident: proposal.incidentId, proposal: proposal.id, reason: against });
}
