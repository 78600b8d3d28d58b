// Write an approved change, once: check that nothing moved since the review, let the API server rehearse it, write, hand over to
// verify. A proposal found half-way after a crash or a lost answer is looked up in the cluster before anything is written.

import { formatQuantity } from '../../src/domain/base/memory.ts';
import type { Change, TemplateState } from '../../src/domain/change/change.ts';
import { markOf } from '../../src/domain/change/change-mark.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import { labelledNow, policyScope } from '../../src/domain/change/policy/scope.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { addEntry, movedTo } from '../../src/domain/incident/incident.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Meter } from '../../src/ports/meter.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { Repositories } from '../../src/ports/repositories.ts';
import type { WorkloadEditor, WriteResult } from '../../src/ports/workload-editor.ts';
import { authorize } from './authorize.ts';
import { closeProposal } from './close.ts';
import type { Look } from './drift.ts';
import { driftReason, look } from './drift.ts';
import { openPullRequest, withdrawAndGiveUp } from './pull-request.ts';
import type { Authorized, AuthorizePorts } from './question.ts';
import { move } from './transition.ts';

export type ApplyPorts = AuthorizePorts & {
  readonly proposals: ProposalStore;
  readonly incidents: IncidentStore;
  readonly editor: WorkloadEditor;
  readonly repositories: Repositories;
  readonly queue: JobQueue;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

export type ApplyOutcome =
  | { readonly kind: 'written'; readonly generation: number }
  | { readonly kind: 'opened'; readonly url: string }
  | { readonly kind: 'not-applied'; readonly reason: string }
  | { readonly kind: 'nothing-to-do'; readonly state: Proposal['state']['kind'] | 'unknown' };

const REHEARSED =
  'the API server would take it, and policy.dryRunOnly lets nothing be written here; a headroom.yaml (HEADROOM_CONFIG) in which it is false has changes made';

export type ApplySettings = { readonly policy: Policy };

export function createApply(ports: ApplyPorts, settings: ApplySettings) {
  return async function apply(input: { readonly proposalId: string }, signal: AbortSignal): Promise<ApplyOutcome> {
    const stored = await ports.proposals.get(input.proposalId);
    if (stored === undefined) return { kind: 'nothing-to-do', state: 'unknown' };
    const resumed = stored.state.kind === 'applying';
    const proposal = resumed ? stored : await move(ports, stored, { kind: 'begin' });
    if (proposal === undefined) return { kind: 'nothing-to-do', state: stored.state.kind };
    const byPull = proposal.change.way === 'pull-request';
    // It may be open already, or even merged and in the cluster: the repository tells.
    if (resumed && byPull) return byRepository(ports, proposal, { settings, resumed, signal });
    const seen = await look(ports.editor, proposal.change, signal);
    if (resumed && seen.kind === 'written')
      return foundWritten(ports, proposal, { settings, generation: seen.generation, signal });
    if (byPull) return byRepository(ports, proposal, { settings, resumed, seen, signal });
    const authorized = await mayWrite(ports, settings, { proposal, seen });
    if (authorized.kind === 'denied') return giveUp(ports, proposal, authorized.clause);
    return write(ports, proposal, { settings, template: templateIn(seen), tries: MOST_TRIES, signal });
  };
}

type Asking = { readonly proposal: Proposal; readonly seen: Look | undefined };

async function mayWrite(ports: ApplyPorts, { policy }: ApplySettings, { proposal, seen }: Asking): Promise<Authorized> {
  const authorized = await authorize(ports, policy, { stage: 'write', proposal, look: async () => seen });
  if (authorized.kind === 'denied' && authorized.reason === 'proof')
    ports.log.error('not written: what is stored is not proven', { proposal: proposal.id, reason: authorized.clause });
  return authorized;
}

function templateIn(seen: Look | undefined): TemplateState | undefined {
  return seen?.kind === 'as-reviewed' ? seen.template : undefined;
}

type Found = Written & { readonly settings: ApplySettings };

/** By an earlier try whose answer was lost. */
async function foundWritten(
  ports: ApplyPorts,
  proposal: Proposal,
  { settings, generation, signal }: Found,
): Promise<ApplyOutcome> {
  const authorized = await authorize(ports, settings.policy, { stage: 'resume', proposal });
  return authorized.kind === 'denied'
    ? giveUp(ports, proposal, authorized.clause)
    : finish(ports, proposal, { generation, signal });
}

/** What is written names its proposal. */
function markedBy(proposal: Proposal): Change {
  return { ...proposal.change, mark: markOf(proposal) };
}

type Opening = {
  readonly settings: ApplySettings;
  readonly resumed: boolean;
  /** Absent after a crash: then the repository tells what there is. */
  readonly seen?: Look | undefined;
  readonly signal: AbortSignal;
};

async function byRepository(
  ports: ApplyPorts,
  proposal: Proposal,
  { settings, resumed, seen, signal }: Opening,
): Promise<ApplyOutcome> {
  const reason = isDryRunOnly(settings, proposal, templateIn(seen))
    ? REHEARSED
    : clauseOf(await mayWrite(ports, settings, { proposal, seen }));
  if (reason === undefined) return openPullRequest(ports, proposal, signal);
  // The rule may be younger than a try before a crash.
  return resumed ? withdrawAndGiveUp(ports, proposal, { reason, signal }) : giveUp(ports, proposal, reason);
}

function clauseOf(authorized: Authorized): string | undefined {
  return authorized.kind === 'denied' ? authorized.clause : undefined;
}

function isDryRunOnly({ policy }: ApplySettings, proposal: Proposal, template: TemplateState | undefined): boolean {
  return policyFor(policy, policyScope(labelledNow(proposal, template))).dryRunOnly;
}

type Writing = {
  readonly settings: ApplySettings;
  /** Undefined for pods in place. */
  readonly template: TemplateState | undefined;
  readonly tries: number;
  readonly signal: AbortSignal;
};

/** Each try after the first is for an object that moved, but not in what was reviewed: a controller's annotation, another container before it. */
const MOST_TRIES = 5;

async function write(ports: ApplyPorts, proposal: Proposal, writing: Writing): Promise<ApplyOutcome> {
  const { settings, template, signal } = writing;
  const change = markedBy(proposal);
  const rehearsal = await ports.editor.dryRun(change, signal);
  if (rehearsal.kind === 'written' && isDryRunOnly(settings, proposal, template)) return giveUp(ports, proposal, REHEARSED);
  const result = rehearsal.kind === 'written' ? await ports.editor.apply(change, signal) : rehearsal;
  if (result.kind === 'written') return finish(ports, proposal, { generation: result.generation, signal });
  return result.kind === 'drifted' ? lookAgain(ports, proposal, writing) : giveUp(ports, proposal, refusal(result));
}

/**
 * A test of the patch failed, so nothing was written: because another worker, holding the same job, wrote it a moment ago, because somebody changed
 * what was reviewed, or because something else moved, which is no reason not to write.
 */
async function lookAgain(ports: ApplyPorts, proposal: Proposal, writing: Writing): Promise<ApplyOutcome> {
  const { tries, signal } = writing;
  const seen = await look(ports.editor, proposal.change, signal);
  if (seen.kind === 'written') return finish(ports, proposal, { generation: seen.generation, signal });
  if (seen.kind !== 'as-reviewed') return giveUp(ports, proposal, driftReason(seen));
  if (tries > 1) return write(ports, proposal, { ...writing, template: templateIn(seen), tries: tries - 1 });
  return giveUp(ports, proposal, 'the object changes faster than it can be written');
}

function refusal(result: Exclude<WriteResult, { readonly kind: 'written' | 'drifted' }>): string {
  switch (result.kind) {
    case 'denied':
      return `the API server refused it: ${result.message}`;
    case 'forbidden':
      return `Headroom has no right to change it: ${result.message}`;
    case 'gone':
      return 'the workload is no longer there';
  }
}

type Written = { readonly generation: number; readonly signal: AbortSignal };

async function finish(ports: ApplyPorts, proposal: Proposal, { generation, signal }: Written): Promise<ApplyOutcome> {
  const written = await move(ports, proposal, { kind: 'written', generation });
  const { change, incidentId } = proposal;
  await ports.incidents.update(incidentId, (incident) =>
    addEntry(movedTo(incident, 'changing'), `outcome/${proposal.id}`, { kind: 'outcome', proposalId: proposal.id }),
  );
  await ports.queue.enqueue({ step: 'verify', cluster: change.workload.cluster, proposalId: proposal.id });
  await ports.queue.enqueue({ step: 'post', incidentId });
  if (written !== undefined) {
    const approver = proposal.state.kind === 'applying' ? proposal.state.by : 'unknown';
    await ports.editor.note(change, { incidentId, proposalId: proposal.id, requester: proposal.requester, approver }, signal);
    ports.log.info('change written', {
      incident: incidentId,
      proposal: proposal.id,
      limit: change.after.limit === undefined ? 'none' : formatQuantity(change.after.limit),
      generation,
    });
  }
  return { kind: 'written', generation };
}

async function giveUp(ports: ApplyPorts, proposal: Proposal, reason: string): Promise<ApplyOutcome> {
  await closeProposal(ports, proposal, { kind: 'not-applied', reason });
  return { kind: 'not-applied', reason };
}
