// Watch what a written change does: the rollout by kubectl's rules, then a quiet window. Ends in a verdict: quiet, killed again,
// not rolled out, or undone by someone. Asks to be called again later instead of waiting.

import type { Millis } from '../../src/domain/base/time.ts';
import { after, between } from '../../src/domain/base/time.ts';
import { endsInTemplate } from '../../src/domain/change/change.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import { policyScope } from '../../src/domain/change/policy/scope.ts';
import type { Proposal, ProposalState } from '../../src/domain/change/proposal.ts';
import { isFinal } from '../../src/domain/change/proposal.ts';
import type { Verdict } from '../../src/domain/change/verdict.ts';
import { isOverdue, watchWindow } from '../../src/domain/change/verdict.ts';
import { movedTo } from '../../src/domain/incident/incident.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { happenedAt } from '../../src/domain/kill/oom-kill.ts';
import type { Later } from '../../src/ports/job-queue.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';
import type { Repositories } from '../../src/ports/repositories.ts';
import type { WorkloadEditor } from '../../src/ports/workload-editor.ts';
import { authorize } from './authorize.ts';
import type { ClosePorts } from './close.ts';
import { closeProposal, isUndoneNext, settleIncident } from './close.ts';
import { look } from './drift.ts';
import { hasNewLimit, killsAfter } from './kills-after.ts';
import type { InReview, PullRequestSettings } from './pull-request.ts';
import { followPullRequest } from './pull-request.ts';
import type { AuthorizePorts } from './question.ts';
import type { ObservePorts } from './quiet-window.ts';
import { observe } from './quiet-window.ts';
import { move } from './transition.ts';
import { undoAutomatically } from './undo.ts';

export type VerifyPorts = ClosePorts &
  ObservePorts &
  AuthorizePorts & {
    readonly intake: KillIntake;
    readonly editor: WorkloadEditor;
    readonly repositories: Repositories;
  };

export type VerifySettings = PullRequestSettings & { readonly pollEvery: Millis };

export type VerifyOutcome =
  | Later
  | { readonly kind: 'verdict'; readonly verdict: Verdict['kind'] }
  | { readonly kind: 'nothing-to-do'; readonly state: ProposalState['kind'] | 'unknown' };

type Rolling = Extract<ProposalState, { readonly kind: 'rolling-out' }>;
type Observing = Extract<ProposalState, { readonly kind: 'observing' }>;

export function createVerify(ports: VerifyPorts, settings: VerifySettings) {
  return async function verify(input: { readonly proposalId: string }, signal: AbortSignal): Promise<VerifyOutcome> {
    const proposal = await ports.proposals.get(input.proposalId);
    if (proposal === undefined) return { kind: 'nothing-to-do', state: 'unknown' };
    const { state } = proposal;
    const { policy } = settings;
    if (state.kind === 'closed') await settle(ports, proposal, { state, policy, signal });
    if (isFinal(state)) return { kind: 'nothing-to-do', state: state.kind };
    if (state.kind === 'in-review') return inReview(ports, settings, { proposal, state, signal });
    if (state.kind !== 'rolling-out' && state.kind !== 'observing') return { kind: 'nothing-to-do', state: state.kind };
    const { undone, replicas } = await undoneVerdict(ports, proposal, signal);
    if (undone !== undefined) return close(ports, proposal, { verdict: undone, policy, signal });
    const again = await killedAgain(ports, { proposal, state });
    if (again !== undefined) return close(ports, proposal, { verdict: againVerdict(proposal, { state, again }), policy, signal });
    if (state.kind === 'rolling-out') return followRollout(ports, settings, { proposal, state, replicas, signal });
    const observed = await observe(ports, { proposal, state, pollEvery: settings.pollEvery });
    return observed.kind === 'later' ? observed : close(ports, proposal, { verdict: observed, policy, signal });
  };
}

async function inReview(
  ports: VerifyPorts,
  settings: VerifySettings,
  following: { readonly proposal: Proposal; readonly state: InReview; readonly signal: AbortSignal },
): Promise<VerifyOutcome> {
  const followed = await followPullRequest(ports, settings, following);
  return followed.kind === 'written'
    ? { kind: 'later', afterMs: settings.pollEvery, reason: 'in the cluster; rolling out' }
    : followed;
}

type Closing = { readonly verdict: Verdict; readonly policy: Policy; readonly signal: AbortSignal };

async function close(ports: VerifyPorts, proposal: Proposal, { verdict, policy, signal }: Closing): Promise<VerifyOutcome> {
  await closeProposal(ports, proposal, verdict);
  if (isUndoneNext(verdict)) await undoAutomatically(ports, { policy, proposalId: proposal.id, signal });
  return { kind: 'verdict', verdict: verdict.kind };
}

type Settling = {
  readonly state: Extract<ProposalState, { readonly kind: 'closed' }>;
  readonly policy: Policy;
  readonly signal: AbortSignal;
};

/** What a crash after the verdict left undone. */
async function settle(ports: VerifyPorts, proposal: Proposal, { state, policy, signal }: Settling): Promise<void> {
  await settleIncident(ports, proposal, state.at);
  if (isUndoneNext(state.verdict)) await undoAutomatically(ports, { policy, proposalId: proposal.id, signal });
}

/** Someone, or a GitOps tool, took the change back. Pods in place come and go, and a finished Job is cleared away: that is nobody's undoing. */
async function undoneVerdict(ports: VerifyPorts, proposal: Proposal, signal: AbortSignal): Promise<Seen> {
  if (!endsInTemplate(proposal.change)) return { undone: undefined };
  const seen = await look(ports.editor, proposal.change, signal);
  switch (seen.kind) {
    case 'written':
      return { undone: undefined, replicas: seen.replicas };
    case 'gone':
      return { undone: { kind: 'undone', foundLimit: 'the workload or its container is gone' } };
    case 'as-reviewed':
      return { undone: { kind: 'undone', foundLimit: `back at ${proposal.change.before.limit?.text ?? 'no limit'}` } };
    case 'drifted':
      return { undone: { kind: 'undone', foundLimit: seen.container.resources.limit?.text ?? 'no limit' } };
  }
}

type Seen = { readonly undone: Verdict | undefined; readonly replicas?: number | undefined };

type RollingOut = {
  readonly proposal: Proposal;
  readonly state: Rolling;
  readonly replicas: number | undefined;
  readonly signal: AbortSignal;
};

async function followRollout(ports: VerifyPorts, settings: VerifySettings, following: RollingOut): Promise<VerifyOutcome> {
  const { proposal, state, signal } = following;
  const { way, releaseStuck } = proposal.change;
  if (way === 'recreate' || releaseStuck === true) {
    // Pods are deleted and a Job's copy is started only for what was approved and written.
    const authorized = await authorize(ports, settings.policy, { stage: 'carry-on', proposal });
    if (authorized.kind === 'denied') return notRolledOut(ports, settings, { proposal, reason: authorized.clause, signal });
  }
  const done = await ports.editor.proceed(proposal.change, signal);
  if (done.length > 0) {
    ports.log.info('change carried on', { incident: proposal.incidentId, proposal: proposal.id, done });
    return { kind: 'later', afterMs: settings.pollEvery, reason: done.join('; ') };
  }
  const status = await ports.editor.rollout(proposal.change, state.generation, signal);
  switch (status.kind) {
    case 'complete':
      return rolledOut(ports, settings, { proposal, signal });
    case 'progressing':
      if (!isLate(ports, following)) return { kind: 'later', afterMs: settings.pollEvery, reason: status.message };
      return notRolledOut(ports, settings, { proposal, reason: `it took too long: ${status.message}`, signal });
    case 'stuck':
    case 'failed':
      // A Deployment says that it failed until the pods of before count again.
      if (proposal.undoes !== undefined && !isLate(ports, following))
        return { kind: 'later', afterMs: settings.pollEvery, reason: status.message };
      return notRolledOut(ports, settings, { proposal, reason: status.message, signal });
  }
}

function isLate(ports: VerifyPorts, { proposal, state, replicas = 1 }: RollingOut): boolean {
  const { change, undoes } = proposal;
  if (change.workload.kind === 'Deployment' && endsInTemplate(change) && undoes === undefined) return false;
  return isOverdue({ startedAt: state.at, now: ports.clock.now(), replicas });
}

type Failed = { readonly proposal: Proposal; readonly reason: string; readonly signal: AbortSignal };

/** What cannot roll out may be taken back; an undo that cannot is left to people. */
async function notRolledOut(ports: VerifyPorts, settings: VerifySettings, failed: Failed): Promise<VerifyOutcome> {
  const { proposal, reason, signal } = failed;
  const automatic =
    policyFor(settings.policy, policyScope(proposal)).undoAutomatically &&
    proposal.undoes === undefined &&
    proposal.change.way === 'template';
  const verdict: Verdict = { kind: 'not-rolled-out', reason, undo: automatic ? 'automatic' : 'offered' };
  return close(ports, proposal, { verdict, policy: settings.policy, signal });
}

async function rolledOut(
  ports: VerifyPorts,
  settings: VerifySettings,
  { proposal, signal }: { readonly proposal: Proposal; readonly signal: AbortSignal },
): Promise<VerifyOutcome> {
  const { policy } = settings;
  if (proposal.undoes !== undefined) return close(ports, proposal, { verdict: { kind: 'restored' }, policy, signal });
  const window = watchWindow(proposal.livedMs, { floor: policy.watchFloor, ceiling: policy.watchCeiling });
  await move(ports, proposal, { kind: 'rolled-out', until: after(ports.clock.now(), window) });
  await ports.incidents.update(proposal.incidentId, (incident) => movedTo(incident, 'observing'));
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
  return { kind: 'later', afterMs: settings.pollEvery, reason: 'rolled out; watching' };
}

/** A pod that was resized and is still the same pod: whether it died at its old size, by the kernel's own number where that was read (Kubernetes #138760). */
function oldCgroupOf({ change }: Proposal, { ref, kernel }: Kill): 'known' | 'possible' | undefined {
  if (change.way !== 'resize' || change.pods?.some(({ uid }) => uid === ref.podUid) !== true) return undefined;
  const { limit } = change.after;
  if (kernel?.limit === undefined || limit === undefined) return 'possible';
  return kernel.limit < limit ? 'known' : undefined;
}

type Again = { readonly state: Rolling | Observing; readonly again: Kill };

function againVerdict(proposal: Proposal, { state, again }: Again): Verdict {
  const at = happenedAt(again);
  const oldCgroup = oldCgroupOf(proposal, again);
  return { kind: 'killed-again', at, afterMs: between(state.at, at), ...(oldCgroup === undefined ? {} : { oldCgroup }) };
}

/**
 * A kill after the write, of a container that already had the new limit: old pods may still die while the rollout replaces them. A rollout whose new pods
 * are killed never ends, and must not be taken for one that has no room.
 */
async function killedAgain(
  ports: VerifyPorts,
  { proposal, state }: { readonly proposal: Proposal; readonly state: Rolling | Observing },
): Promise<Kill | undefined> {
  // What puts a smaller limit back is known to be hit again.
  if (proposal.undoes !== undefined) return undefined;
  return (await killsAfter(ports, proposal, state.at)).find((kill) => hasNewLimit(proposal, kill));
}
