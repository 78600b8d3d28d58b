// A change that goes by a repository: open the pull request once it is approved, follow it through review and merge until the tool has brought it to the
// cluster, and close it when nobody wants it. From there on it is a written change like any other.

import { addEntry, movedTo } from '../src/domain/incident.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Proposal, ProposalState } from '../src/domain/proposal.ts';
import { pullRequestText } from '../src/domain/pull-request-text.ts';
import type { PullRequest } from '../src/domain/repository.ts';
import { branchOf } from '../src/domain/repository.ts';
import type { Millis } from '../src/domain/time.ts';
import { after, between, formatDuration } from '../src/domain/time.ts';
import { PermanentError } from '../src/ports/fault.ts';
import type { Later } from '../src/ports/job-queue.ts';
import type { PullRequestState, Repositories } from '../src/ports/repositories.ts';
import type { WorkloadEditor } from '../src/ports/workload-editor.ts';
import type { ClosePorts } from './close.ts';
import { closeProposal } from './close.ts';
import { look } from './look.ts';
import { move } from './move.ts';

export type PullRequestPorts = ClosePorts & { readonly repositories: Repositories; readonly editor: WorkloadEditor };

export type PullRequestSettings = {
  readonly policy: Policy;
  readonly pullRequests: {
    readonly lookEvery: Millis;
    readonly closeAfter: Millis;
    readonly syncWithin: Millis;
  };
};

export type Opened =
  | { readonly kind: 'opened'; readonly url: string }
  | { readonly kind: 'not-applied'; readonly reason: string };

/** Called again after a crash: the branch is named after the proposal, and what is there is found. */
export async function openPullRequest(ports: PullRequestPorts, proposal: Proposal, signal: AbortSignal): Promise<Opened> {
  const { change, incidentId } = proposal;
  const incident = await ports.incidents.get(incidentId);
  if (change.edit === undefined || incident === undefined) return giveUp(ports, proposal, 'the reviewed edit is not stored');
  const dossier = await ports.incidents.dossier(incidentId);
  const text = pullRequestText({ proposal, incident, dossier });
  const request = { change, edit: change.edit, branch: branchOf(proposal.id), text };
  const result = await orRefusal(ports.repositories.open(request, signal));
  if (result instanceof PermanentError) return giveUp(ports, proposal, result.message);
  if (result.kind === 'drifted') return giveUp(ports, proposal, result.reason);
  await move(ports, proposal, { kind: 'pull-request', pullRequest: result.pullRequest });
  await ports.incidents.update(incidentId, (current) =>
    addEntry(movedTo(current, 'changing'), `outcome/${proposal.id}`, { kind: 'outcome', proposalId: proposal.id }),
  );
  await ports.queue.enqueue({ step: 'verify', cluster: change.workload.cluster, proposalId: proposal.id });
  await ports.queue.enqueue({ step: 'post', incidentId });
  const { url, number } = result.pullRequest;
  ports.log.info('pull request open', {
    incident: incidentId,
    proposal: proposal.id,
    repository: change.edit.repository,
    number,
  });
  return { kind: 'opened', url };
}

/** What the host refuses today it refuses tomorrow: a reason to be told, not a fault to meet again at every sweep. */
function orRefusal<T>(asked: Promise<T>): Promise<T | PermanentError> {
  return asked.catch((error: unknown) => {
    if (error instanceof PermanentError) return error;
    throw error;
  });
}

async function giveUp(ports: ClosePorts, proposal: Proposal, reason: string): Promise<Opened> {
  await closeProposal(ports, proposal, { kind: 'not-applied', reason });
  return { kind: 'not-applied', reason };
}

export type InReview = Extract<ProposalState, { readonly kind: 'in-review' }>;

export type Followed =
  | Later
  | { readonly kind: 'verdict'; readonly verdict: 'not-applied' | 'not-rolled-out' }
  | { readonly kind: 'written' };

type Following = { readonly proposal: Proposal; readonly state: InReview; readonly signal: AbortSignal };

export async function followPullRequest(
  ports: PullRequestPorts,
  settings: PullRequestSettings,
  following: Following,
): Promise<Followed> {
  const { proposal, state, signal } = following;
  const known = proposal.pullRequest;
  if (known === undefined) return closed(ports, proposal, 'its pull request is not stored');
  const now = await orRefusal(ports.repositories.look(known, signal));
  if (now instanceof PermanentError) {
    // A right that was taken away may come back while there is time.
    if (ports.clock.now() < after(state.at, settings.pullRequests.closeAfter)) throw now;
    return closed(ports, proposal, now.message);
  }
  const current = await noted(ports, proposal, now);
  switch (now.kind) {
    case 'open':
      return waitForMerge(ports, settings, { ...following, proposal: current });
    case 'closed':
      return closed(ports, current, 'the pull request was closed without a merge');
    case 'merged':
      return waitForSync(ports, settings, { ...following, proposal: current });
  }
}

/** What changed on the other side is stored and shown; nothing else makes a new version. */
async function noted(ports: PullRequestPorts, proposal: Proposal, { pullRequest }: PullRequestState): Promise<Proposal> {
  if (JSON.stringify(pullRequest) === JSON.stringify(proposal.pullRequest)) return proposal;
  const stored = await move(ports, proposal, { kind: 'pull-request', pullRequest });
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
  return stored ?? proposal;
}

async function closed(ports: ClosePorts, proposal: Proposal, reason: string): Promise<Followed> {
  await closeProposal(ports, proposal, { kind: 'not-applied', reason });
  return { kind: 'verdict', verdict: 'not-applied' };
}

async function waitForMerge(
  ports: PullRequestPorts,
  { pullRequests }: PullRequestSettings,
  following: Following,
): Promise<Followed> {
  const { proposal, state, signal } = following;
  const now = ports.clock.now();
  if (now < after(state.at, pullRequests.closeAfter))
    return later(pullRequests.lookEvery, 'the pull request waits for its merge');
  const reason = `nobody merged the pull request within ${formatDuration(pullRequests.closeAfter)}`;
  await closeOnHost(ports, proposal, { why: `Closed by Headroom: ${reason}.`, signal });
  return closed(ports, proposal, reason);
}

async function closeOnHost(
  ports: Pick<PullRequestPorts, 'repositories'>,
  { id, pullRequest }: { readonly id: string; readonly pullRequest?: PullRequest | undefined },
  { why, signal }: { readonly why: string; readonly signal: AbortSignal },
): Promise<void> {
  if (pullRequest !== undefined) await ports.repositories.close(pullRequest, { branch: branchOf(id), why }, signal);
}

/** Merged: the cluster has it when the tool has read it. */
async function waitForSync(
  ports: PullRequestPorts,
  { pullRequests }: PullRequestSettings,
  following: Following,
): Promise<Followed> {
  const { proposal, signal } = following;
  const seen = await look(ports.editor, proposal.change, signal);
  if (seen.kind === 'written') {
    await move(ports, proposal, { kind: 'written', generation: seen.generation });
    await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
    return { kind: 'written' };
  }
  const mergedAt = proposal.pullRequest?.merged?.at ?? ports.clock.now();
  if (between(mergedAt, ports.clock.now()) < pullRequests.syncWithin)
    return later(pullRequests.lookEvery, 'merged, and not yet in the cluster');
  const reason = `the pull request was merged, and ${formatDuration(pullRequests.syncWithin)} later the cluster does not have it`;
  await closeProposal(ports, proposal, { kind: 'not-rolled-out', reason });
  return { kind: 'verdict', verdict: 'not-rolled-out' };
}

function later(afterMs: number, reason: string): Later {
  return { kind: 'later', afterMs, reason };
}
