// Write an approved change, once: check that nothing moved since the review, let the API server rehearse it, write, hand over to
// verify. A proposal found half-way after a crash or a lost answer is looked up in the cluster before anything is written.

import type { Change, TemplateContainer, TemplateState } from '../src/domain/change.ts';
import { hasDrifted } from '../src/domain/change.ts';
import { addEntry } from '../src/domain/incident.ts';
import { formatQuantity } from '../src/domain/memory.ts';
import type { Policy } from '../src/domain/policy.ts';
import { policyFor } from '../src/domain/policy.ts';
import type { Proposal, ProposalEvent } from '../src/domain/proposal.ts';
import { advance } from '../src/domain/proposal.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import type { JobQueue } from '../src/ports/job-queue.ts';
import type { Log } from '../src/ports/log.ts';
import type { Meter } from '../src/ports/meter.ts';
import type { ProposalStore } from '../src/ports/proposal-store.ts';
import type { WorkloadEditor, WriteResult } from '../src/ports/workload-editor.ts';
import { closeProposal } from './close.ts';

export type ApplyPorts = {
  readonly proposals: ProposalStore;
  readonly incidents: IncidentStore;
  readonly editor: WorkloadEditor;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

export type ApplyOutcome =
  | { readonly kind: 'written'; readonly generation: number }
  | { readonly kind: 'not-applied'; readonly reason: string }
  | { readonly kind: 'nothing-to-do'; readonly state: Proposal['state']['kind'] | 'unknown' };

const REHEARSED =
  'the API server would take it, and policy.dryRunOnly lets nothing be written here; set it to false in headroom.yaml to have changes made';

export function createApply(ports: ApplyPorts, settings: { readonly policy: Policy }) {
  return async function apply(input: { readonly proposalId: string }, signal: AbortSignal): Promise<ApplyOutcome> {
    const stored = await ports.proposals.get(input.proposalId);
    if (stored === undefined) return { kind: 'nothing-to-do', state: 'unknown' };
    const resumed = stored.state.kind === 'applying';
    const proposal = resumed ? stored : await move(ports, stored, { kind: 'begin' });
    if (proposal === undefined) return { kind: 'nothing-to-do', state: stored.state.kind };
    const template = await ports.editor.read(proposal.change.workload, signal);
    const container = findIn(template, proposal.change);
    if (resumed && template !== undefined && isWritten(proposal.change, container)) {
      return finish(ports, proposal, { generation: template.generation, signal });
    }
    if (hasDrifted(proposal.change, container)) {
      return giveUp(ports, proposal, driftWords(proposal.change, container));
    }
    const rehearsal = await ports.editor.dryRun(proposal.change, signal);
    if (rehearsal.kind === 'written' && policyFor(settings.policy, proposal.change.workload).dryRunOnly)
      return giveUp(ports, proposal, REHEARSED);
    const result = rehearsal.kind === 'written' ? await ports.editor.apply(proposal.change, signal) : rehearsal;
    if (result.kind === 'written') return finish(ports, proposal, { generation: result.generation, signal });
    return result.kind === 'drifted' ? lookAgain(ports, proposal, { result, signal }) : giveUp(ports, proposal, refusal(result));
  };
}

type Refused = { readonly result: Exclude<WriteResult, { readonly kind: 'written' }>; readonly signal: AbortSignal };

/** The old value is gone: perhaps because another worker, holding the same job, wrote the new one a moment ago. */
async function lookAgain(ports: ApplyPorts, proposal: Proposal, { result, signal }: Refused): Promise<ApplyOutcome> {
  const template = await ports.editor.read(proposal.change.workload, signal);
  if (template !== undefined && isWritten(proposal.change, findIn(template, proposal.change))) {
    return finish(ports, proposal, { generation: template.generation, signal });
  }
  return giveUp(ports, proposal, refusal(result));
}

/** The proposal after the event, stored; undefined when it is not in a state for it or somebody else moved it first. */
export async function move(
  ports: { readonly proposals: ProposalStore; readonly clock: Clock },
  proposal: Proposal,
  event: ProposalEvent,
): Promise<Proposal | undefined> {
  const moved = advance(proposal, event, ports.clock.now());
  if (moved.kind === 'not-allowed') return undefined;
  const stored = await ports.proposals.replace(moved.proposal);
  return stored.kind === 'stored' ? stored.proposal : undefined;
}

export function findIn(template: TemplateState | undefined, change: Change): TemplateContainer | undefined {
  return template?.containers.find((container) => container.name === change.container && container.list === change.list);
}

/** Whether the template already has the values the change wanted: written by an attempt whose answer was lost. */
function isWritten(change: Change, container: TemplateContainer | undefined): boolean {
  if (container?.resources.limit?.bytes !== change.after.limit) return false;
  return change.after.request === undefined || container.resources.request?.bytes === change.after.request;
}

export function driftWords(change: Change, container: TemplateContainer | undefined): string {
  const { kind, namespace, name } = change.workload;
  if (container === undefined) return `${kind} ${namespace}/${name} or its container ${change.container} is no longer there`;
  const now = container.resources.limit?.text ?? 'no limit';
  const then = change.before.limit?.text ?? 'no limit';
  if (now !== then) return `the limit was ${then} when this was reviewed and is ${now} now; review it again`;
  return `the request was ${change.before.request?.text ?? 'not set'} when this was reviewed and is ${container.resources.request?.text ?? 'not set'} now; review it again`;
}

function refusal(result: Exclude<WriteResult, { readonly kind: 'written' }>): string {
  switch (result.kind) {
    case 'drifted':
      return `the object changed since the review: ${result.message}`;
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
    addEntry({ ...incident, state: 'changing' }, `outcome/${proposal.id}`, { kind: 'outcome', proposalId: proposal.id }),
  );
  await ports.queue.enqueue({ step: 'verify', cluster: change.workload.cluster, proposalId: proposal.id });
  await ports.queue.enqueue({ step: 'post', incidentId });
  if (written !== undefined) {
    const approver = proposal.state.kind === 'applying' ? proposal.state.by : 'unknown';
    await ports.editor.note(change, { incidentId, proposalId: proposal.id, requester: proposal.requester, approver }, signal);
    ports.log.info('change written', {
      incident: incidentId,
      proposal: proposal.id,
      limit: formatQuantity(change.after.limit),
      generation,
    });
  }
  return { kind: 'written', generation };
}

async function giveUp(ports: ApplyPorts, proposal: Proposal, reason: string): Promise<ApplyOutcome> {
  await closeProposal(ports, proposal, { kind: 'not-applied', reason });
  return { kind: 'not-applied', reason };
}
