// Watch what a written change does: the rollout by kubectl's rules, then a quiet window. Ends in a verdict: quiet, killed again,
// not rolled out, or undone by someone. Asks to be called again later instead of waiting.

import { hasDrifted } from '../src/domain/change.ts';
import type { Kill } from '../src/domain/oom-kill.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Proposal, ProposalState } from '../src/domain/proposal.ts';
import { isFinal } from '../src/domain/proposal.ts';
import type { Millis } from '../src/domain/time.ts';
import { after, between, SECOND } from '../src/domain/time.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import { watchWindow } from '../src/domain/verdict.ts';
import type { Later } from '../src/ports/job-queue.ts';
import type { KillIntake } from '../src/ports/kill-intake.ts';
import type { WorkloadEditor } from '../src/ports/workload-editor.ts';
import { findIn, move } from './apply.ts';
import type { ClosePorts } from './close.ts';
import { closeProposal, settleIncident } from './close.ts';

export type VerifyPorts = ClosePorts & { readonly intake: KillIntake; readonly editor: WorkloadEditor };

export type VerifySettings = { readonly policy: Pick<Policy, 'watchFloor' | 'watchCeiling'>; readonly pollEvery: Millis };

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
    if (state.kind === 'closed') await settleIncident(ports, proposal, state.at);
    if (isFinal(state)) return { kind: 'nothing-to-do', state: state.kind };
    if (state.kind !== 'rolling-out' && state.kind !== 'observing') return { kind: 'nothing-to-do', state: state.kind };
    const undone = await undoneVerdict(ports, proposal, signal);
    if (undone !== undefined) return close(ports, proposal, undone);
    if (state.kind === 'rolling-out') return followRollout(ports, settings, { proposal, state, signal });
    return observe(ports, settings, { proposal, state });
  };
}

async function close(ports: VerifyPorts, proposal: Proposal, verdict: Verdict): Promise<VerifyOutcome> {
  await closeProposal(ports, proposal, verdict);
  return { kind: 'verdict', verdict: verdict.kind };
}

/** Someone, or a GitOps tool, took the change back. */
async function undoneVerdict(ports: VerifyPorts, proposal: Proposal, signal: AbortSignal): Promise<Verdict | undefined> {
  const container = findIn(await ports.editor.read(proposal.change.workload, signal), proposal.change);
  if (container === undefined) return { kind: 'undone', foundLimit: 'the workload or its container is gone' };
  const { limit } = container.resources;
  if (limit?.bytes === proposal.change.after.limit) return undefined;
  // Back at the reviewed value, or at a third one: either way not what was approved.
  return {
    kind: 'undone',
    foundLimit: hasDrifted(proposal.change, container) ? (limit?.text ?? 'no limit') : `back at ${limit?.text ?? 'no limit'}`,
  };
}

type RollingOut = { readonly proposal: Proposal; readonly state: Rolling; readonly signal: AbortSignal };

async function followRollout(
  ports: VerifyPorts,
  settings: VerifySettings,
  { proposal, state, signal }: RollingOut,
): Promise<VerifyOutcome> {
  const status = await ports.editor.rollout(proposal.change.workload, state.generation, signal);
  if (status.kind === 'failed') return close(ports, proposal, { kind: 'not-rolled-out', reason: status.message });
  if (status.kind === 'progressing') return { kind: 'later', afterMs: settings.pollEvery, reason: status.message };
  const window = watchWindow(proposal.livedMs, { floor: settings.policy.watchFloor, ceiling: settings.policy.watchCeiling });
  await move(ports, proposal, { kind: 'rolled-out', until: after(ports.clock.now(), window) });
  await ports.incidents.update(proposal.incidentId, (incident) => ({ ...incident, state: 'observing' }));
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
  return { kind: 'later', afterMs: settings.pollEvery, reason: 'rolled out; watching' };
}

type Watching = { readonly proposal: Proposal; readonly state: Observing };

async function observe(ports: VerifyPorts, settings: VerifySettings, { proposal, state }: Watching): Promise<VerifyOutcome> {
  const again = await killedAgain(ports, { proposal, state });
  if (again !== undefined) {
    const at = again.finishedAt ?? again.seenAt;
    return close(ports, proposal, { kind: 'killed-again', at, afterMs: between(state.at, at) });
  }
  const now = ports.clock.now();
  if (now < state.until) {
    return { kind: 'later', afterMs: Math.min(settings.pollEvery, between(now, state.until) + 1), reason: 'watching' };
  }
  return close(ports, proposal, { kind: 'quiet', watchedMs: between(state.rolledOutAt, now), delaysOnly: proposal.temporary });
}

/** A kill after the write, of a container that already had the new limit: old pods may still die while the rollout replaces them. */
async function killedAgain(ports: VerifyPorts, { proposal, state }: Watching): Promise<Kill | undefined> {
  const incident = await ports.incidents.get(proposal.incidentId);
  for (const id of (incident?.killIds ?? []).toReversed()) {
    const kill = await ports.intake.kill(id);
    if (kill === undefined) continue;
    // finishedAt has whole seconds only, so a kill in the second of the write counts.
    if ((kill.finishedAt ?? kill.seenAt) + SECOND <= state.at) break;
    if (kill.limit === proposal.change.after.limit) return kill;
  }
  return undefined;
}
