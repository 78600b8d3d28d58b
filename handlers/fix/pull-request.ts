// A change that goes by a repository: open the pull request once it is approved, follow it through review and merge until the tool has brought it to the
// cluster, and close it when nobody wants it. From there on it is a written change like any other.

import type { Millis } from '../../src/domain/base/time.ts';
import { after, between, formatDuration } from '../../src/domain/base/time.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import type { Proposal, ProposalState } from '../../src/domain/change/proposal.ts';
import type { PullRequest } from '../../src/domain/change/repository/repository.ts';
import { branchOf } from '../../src/domain/change/repository/repository.ts';
import { addEntry, movedTo } from '../../src/domain/incident/incident.ts';
import { pullRequestText } from '../../src/domain/incident/pull-request-text.ts';
import { PermanentError } from '../../src/ports/fault.ts';
import type { Later } from '../../src/ports/job-queue.ts';
import type { PullRequestState, Repositories, Withdrawn } from '../../src/ports/repositories.ts';
import type { WorkloadEditor } from '../../src/ports/workload-editor.ts';
import type { ClosePorts } from './close.ts';
import { closeProposal } from './close.ts';
import { look } from './drift.ts';
import { move } from './transition.ts';

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
  const request = { change, edit: change.edit, branch: branchOf(proposal), text };
  const result = await orRefusal(ports.repositories.open(request, signal));
  if (result instanceof PermanentError) return withdrawAndGiveUp(ports, proposal, { reason: result.message, signal });
  if (result.kind === 'drifted') return withdrawAndGiveUp(ports, proposal, { reason: result.reason, signal });
  return follow(ports, proposal, result.pullRequest);
}

async function follow(ports: PullRequestPorts, proposal: Proposal, pullRequest: PullRequest): Promise<Opened> {
  const { change, incidentId } = proposal;
  await move(ports, proposal, { kind: 'pull-request', pullRequest });
  await ports.incidents.update(incidentId, (current) =>
    addEntry(movedTo(current, 'changing'), `outcome/${proposal.id}`, { kind: 'outcome', proposalId: proposal.id }),
  );
  await ports.queue.enqueue({ step: 'verify', cluster: change.workload.cluster, proposalId: proposal.id });
  await ports.queue.enqueue({ step: 'post', incidentId });
  const { repository, url, number } = pullRequest;
  ports.log.info('pull request open', { incident: incidentId, proposal: proposal.id, repository, number });
  return { kind: 'opened', url };
}

/** What the host refuses today it refuses tomorrow: a reason to be told, not a fault to meet again at every sweep. */
function orRefusal<T>(asked: Promise<T>): Promise<T | PermanentError> {
  return asked.catch((error: unknown) => {
    if (error instanceof PermanentError) return error;
    throw error;
  });
}

type Ending = { readonly reason: string; readonly signal: AbortSignal };

async function giveUp(ports: ClosePorts, proposal: Proposal, reason: string): Promise<Opened> {
  await closeProposal(ports, proposal, { kind: 'not-applied', reason });
  return { kind: 'not-applied', reason };
}

/** Ends an approved proposal without a pull request: what an earlier try left there is taken back; what people have merged all the same is followed. */
export async function withdrawAndGiveUp(
  ports: PullRequestPorts,
  proposal: Proposal,
  { reason, signal }: Ending,
): Promise<Opened> {
  const withdrawn = await withdraw(ports, proposal, { reason, signal });
  if (withdrawn.kind !== 'merged') return giveUp(ports, proposal, reasonWith(reason, withdrawn));
  return follow(ports, proposal, withdrawn.pullRequest);
}

type Taken = Withdrawn | { readonly kind: 'refused'; readonly why: string };

async function withdraw(ports: PullRequestPorts, proposal: Proposal, { reason, signal }: Ending): Promise<Taken> {
  const repository = proposal.pullRequest?.repository ?? proposal.change.edit?.repository;
  if (repository === undefined) return { kind: 'withdrawn' };
  const request = { repository, branch: branchOf(proposal), why: `Closed by Headroom: ${reason}.` };
  const taken = await orRefusal(ports.repositories.withdraw(request, signal));
  if (!(taken instanceof PermanentError)) return taken;
  const left = proposal.pullRequest?.url ?? `the branch ${request.branch} of ${repository}`;
  return { kind: 'refused', why: `${left} could not be taken back, see to it by hand: ${taken.message}` };
}

function reasonWith(reason: string, taken: Taken): string {
  return taken.kind === 'refused' ? `${reason}; ${taken.why}` : reason;
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
  const { proposal, signal } = following;
  const known = proposal.pullRequest;
  if (known === undefined) return closed(ports, proposal, 'its pull request is not stored');
  // From here on only the cluster has news.
  if (known.merged !== undefined) return waitForSync(ports, settings, following);
  const now = await orRefusal(ports.repositories.look(known, signal));
  if (now instanceof PermanentError) return unseen(ports, settings, { ...following, refusal: now });
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

/** It may have been merged all the same: the cluster tells. A right that was taken away may come back while there is time. */
async function unseen(
  ports: PullRequestPorts,
  { pullRequests }: PullRequestSettings,
  { proposal, state, signal, refusal }: Following & { readonly refusal: PermanentError },
): Promise<Followed> {
  const seen = await look(ports.editor, proposal.change, signal);
  if (seen.kind === 'written') return arrived(ports, proposal, seen.generation);
  if (ports.clock.now() < after(state.at, pullRequests.closeAfter)) {
    ports.log.warn('a pull request cannot be looked at', {
      incident: proposal.incidentId,
      proposal: proposal.id,
      error: refusal,
    });
    return later(pullRequests.lookEvery, refusal.message);
  }
  return closed(ports, proposal, `what became of the pull request cannot be seen: ${refusal.message}`);
}

/** What changed on the other side is stored and shown; nothing else makes a new version. */
async function noted(
  ports: PullRequestPorts,
  proposal: Proposal,
  { pullRequest }: Pick<PullRequestState, 'pullRequest'>,
): Promise<Proposal> {
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
  const withdrawn = await withdraw(ports, proposal, { reason, signal });
  if (withdrawn.kind !== 'merged') return closed(ports, proposal, reasonWith(reason, withdrawn));
  await noted(ports, proposal, withdrawn);
  return later(pullRequests.lookEvery, 'merged at the last moment');
}

/** Merged: the cluster has it when the tool has read it. */
async function waitForSync(
  ports: PullRequestPorts,
  { pullRequests }: PullRequestSettings,
  following: Following,
): Promise<Followed> {
  const { proposal, signal } = following;
  const seen = await look(ports.editor, proposal.change, signal);
  if (seen.kind === 'written') return arrived(ports, proposal, seen.generation);
  const mergedAt = proposal.pullRequest?.merged?.at ?? ports.clock.now();
  if (between(mergedAt, ports.clock.now()) < pullRequests.syncWithin)
    return later(pullRequests.lookEvery, 'merged, and not yet in the cluster');
  const reason = `the pull request was merged, and ${formatDuration(pullRequests.syncWithin)} later the cluster does not have it`;
  await closeProposal(ports, proposal, { kind: 'not-rolled-out', reason });
  return { kind: 'verdict', verdict: 'not-rolled-out' };
}

async function arrived(ports: PullRequestPorts, proposal: Proposal, generation: number): Promise<Followed> {
  await move(ports, proposal, { kind: 'written', generation });
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
  return { kind: 'written' };
}

function later(afterMs: number, reason: string): Later {
  return { kind: 'later', afterMs, reason };
}
