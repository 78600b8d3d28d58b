// A person wants the limit changed: draft the numbers to start from, then check, rehearse and store a proposal for a second person. An edit does the
// same for a proposal that waits, and voids the approvals it has. Nothing is written to the cluster here but dry runs.

import type {
  InputProblem,
  ProposeInput,
  ProposeOutcome,
  Refused,
  ReviewDraft,
  ReviewDraftInput,
} from '../../src/api/conversation.ts';
import { valueOf } from '../../src/domain/base/piece.ts';
import { after } from '../../src/domain/base/time.ts';
import type { Change, Way } from '../../src/domain/change/change.ts';
import { checkProposedLimits } from '../../src/domain/change/limits-check.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import type { Proposal, ProposalContent } from '../../src/domain/change/proposal.ts';
import { advance } from '../../src/domain/change/proposal.ts';
import type { Finding } from '../../src/domain/change/review/finding.ts';
import { writingFindings } from '../../src/domain/change/review/review.ts';
import { reviewedText } from '../../src/domain/change/reviewed-text.ts';
import { addEntry, movedTo } from '../../src/domain/incident/incident.ts';
import { livedFor } from '../../src/domain/kill/oom-kill.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Meter } from '../../src/ports/meter.ts';
import type { PodRehearsal } from '../../src/ports/workload-editor.ts';
import { basisOf, draftOf, editedProposal } from './draft.ts';
import { expire } from './expire.ts';
import { planIn, routeOf, usualWay } from './ownership.ts';
import type { PreparePorts, Ready, ReviewSettings } from './prepare.ts';
import { changeFor, findingsFor, prepare, refused } from './prepare.ts';
import { hasRoom } from './reviewable.ts';

export type ProposePorts = PreparePorts & {
  readonly queue: JobQueue;
  readonly log: Log;
  readonly meter: Meter;
};

const REASON_LENGTH = { min: 10, max: 500 } as const;

export function createPropose(ports: ProposePorts, settings: ReviewSettings) {
  return {
    /** What the review modal starts from, or why there is nothing to review. */
    async draft(input: ReviewDraftInput, signal: AbortSignal): Promise<ReviewDraft | Refused> {
      const editing = await editedProposal(ports, input);
      if (editing?.kind === 'refused') return editing;
      const ready = await prepare(ports, settings, { ...input, editing: editing?.proposal, signal });
      if (ready.kind === 'refused') return ready;
      return draftOf(ready, policyOf(settings, ready), editing?.proposal);
    },

    async propose(input: ProposeInput, signal: AbortSignal): Promise<ProposeOutcome> {
      const outcome = await propose(ports, settings, { input, signal });
      ports.meter.count('headroom_proposals_total', { outcome: outcome.kind });
      return outcome;
    },
  };
}

type Asking = { readonly input: ProposeInput; readonly signal: AbortSignal };

async function propose(ports: ProposePorts, settings: ReviewSettings, { input, signal }: Asking): Promise<ProposeOutcome> {
  const editing = await editedProposal(ports, input);
  if (editing?.kind === 'refused') return editing;
  const { incidentId, requester: person } = input;
  const ready = await prepare(ports, settings, { incidentId, person, editing: editing?.proposal, signal });
  if (ready.kind === 'refused') return ready;
  const checked = check(policyOf(settings, ready), ready, input);
  if ('problems' in checked) return { kind: 'invalid', problems: checked.problems };
  const chosen = changeFor(ports, ready, { ...checked, releaseStuck: input.releaseStuck === true });
  const change = await withEdit(ports, chosen, signal);
  if ('kind' in change) return change;
  const reviewed = await rehearse(ports, ready, { change, signal });
  if ('kind' in reviewed) return reviewed;
  const content = contentOf(ports, policyOf(settings, ready), { input, ready, change, ...reviewed });
  return editing === undefined ? store(ports, ready, content) : edit(ports, editing.proposal, content);
}

/** A change that goes by a repository has its edit found now: that is what is reviewed. */
async function withEdit(
  ports: ProposePorts,
  change: Change,
  signal: AbortSignal,
): Promise<Change | Extract<ProposeOutcome, { readonly kind: 'invalid' }>> {
  if (change.way !== 'pull-request') return change;
  const plan = await planIn(ports.repositories, change, signal);
  if (plan.kind === 'planned') return { ...change, edit: plan.edit };
  return { kind: 'invalid', problems: [{ field: 'way', message: `No pull request is possible: ${plan.reason}.` }] };
}

/** As it is for the workload. */
function policyOf({ policy }: ReviewSettings, { template }: Ready): Policy {
  return policyFor(policy, { namespace: template.workload.namespace, labels: template.labels });
}

type Checked = { readonly way: Way; readonly wanted: Parameters<typeof changeFor>[2]['wanted'] };

function check(
  policy: Policy,
  { container, dossier, incident, furtherMost, measured, owned, ways }: Ready,
  input: ProposeInput,
): Checked | { readonly problems: readonly InputProblem[] } {
  const allocatable = dossier === undefined ? undefined : valueOf(dossier.evidence.node)?.allocatable;
  const checked = checkProposedLimits({
    limitText: input.limit,
    requestText: input.request,
    current: container.resources,
    hit: incident.lastKill.limit,
    most: furtherMost,
    measured,
    policy,
    allocatable,
  });
  const way = input.way ?? usualWay(ways, owned.owner);
  const problems: readonly InputProblem[] = [
    ...reasonProblems(input.reason),
    ...(checked.kind === 'problems' ? checked.problems : []),
    ...(way === undefined || !ways.includes(way)
      ? [{ field: 'way' as const, message: 'Choose how: this way is not open to it now, or has to be chosen knowingly.' }]
      : []),
  ];
  if (checked.kind === 'problems' || way === undefined || problems.length > 0) return { problems };
  return { way, wanted: { limit: checked.limit, request: checked.request } };
}

function reasonProblems(reason: string): readonly InputProblem[] {
  const length = reason.trim().length;
  if (length >= REASON_LENGTH.min && length <= REASON_LENGTH.max) return [];
  return [
    {
      field: 'reason',
      message: `Say why in ${REASON_LENGTH.min} to ${REASON_LENGTH.max} characters: the approver and the audit read it.`,
    },
  ];
}

type Reviewed = { readonly dryRun: Proposal['dryRun']; readonly findings: readonly Finding[] };

async function rehearse(
  ports: ProposePorts,
  ready: Ready,
  { change, signal }: { readonly change: Change; readonly signal: AbortSignal },
): Promise<Reviewed | Exclude<ProposeOutcome, { readonly kind: 'proposed' }>> {
  const [rehearsal, pod, findings] = await Promise.all([
    ports.editor.dryRun(change, signal),
    ports.editor.rehearsePod(change, signal),
    findingsFor(ports, ready, { change, signal }),
  ]);
  if (rehearsal.kind === 'denied') return onLimit(`The API server would refuse it: ${rehearsal.message}`);
  if (rehearsal.kind === 'drifted' || rehearsal.kind === 'gone')
    return refused('The workload changed while you were looking at it; open the review again.');
  if (pod.kind === 'denied') return onLimit(`The API server would refuse the new pods: ${pod.message}`);
  const [blocking] = findings.filter(({ level }) => level === 'blocks');
  if (blocking !== undefined) return onLimit(blocking.words);
  // The role that talks to Slack needs no right to write; the worker rehearses before it writes.
  const dryRun: Proposal['dryRun'] =
    rehearsal.kind === 'forbidden' ? { kind: 'not-checked', reason: 'it comes right before the write' } : { kind: 'passed' };
  return { dryRun, findings: [...findings, ...podFinding(pod)] };
}

function onLimit(message: string): Exclude<ProposeOutcome, { readonly kind: 'proposed' }> {
  return { kind: 'invalid', problems: [{ field: 'limit', message }] };
}

function podFinding(pod: Exclude<PodRehearsal, { readonly kind: 'denied' }>): readonly Finding[] {
  return [
    pod.kind === 'passed'
      ? {
          about: 'pod',
          level: 'tells',
          words: 'A pod made from the new template passes admission, LimitRange and quota in a dry run.',
        }
      : { about: 'pod', level: 'not-checked', words: `Dry run of a pod made from the new template: ${pod.reason}.` },
  ];
}

type Storing = Reviewed & { readonly input: ProposeInput; readonly ready: Ready; readonly change: Change };

function contentOf(ports: ProposePorts, policy: Policy, { input, ready, change, dryRun, findings }: Storing): ProposalContent {
  const { dossier, template, measured, incident } = ready;
  const content = {
    requester: input.requester,
    reason: input.reason.trim(),
    change,
    labels: template.labels,
    route: routeOf(change.way, ready.owned.owner),
    findings: [...writingFindings(policy), ...findings],
    dryRun,
    temporary: measured === undefined && dossier?.recommendation.kind === 'raise' && dossier.recommendation.temporary,
    basis: basisOf(ready, policy),
    expiresAt: after(ports.clock.now(), policy.proposalExpiry),
  };
  return { ...content, hash: ports.digest(reviewedText({ ...content, incidentId: incident.id })) };
}

async function edit(ports: ProposePorts, proposal: Proposal, content: ProposalContent): Promise<ProposeOutcome> {
  const moved = advance(proposal, { kind: 'edit', content }, ports.clock.now());
  if (moved.kind === 'not-allowed') return refused(`${proposal.id} is decided: it cannot be edited any more.`);
  const stored = await ports.proposals.replace(moved.proposal);
  if (stored.kind === 'conflict') return refused(`${proposal.id} changed while you were editing it; look at it again.`);
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
  ports.log.info('proposal edited', { incident: proposal.incidentId, proposal: proposal.id, requester: content.requester });
  return { kind: 'proposed', proposalId: proposal.id };
}

async function store(ports: ProposePorts, ready: Ready, content: ProposalContent): Promise<ProposeOutcome> {
  const { incident } = ready;
  const proposal = await ports.proposals.create(
    (id): Proposal => ({
      ...content,
      id,
      version: 1,
      revision: 1,
      incidentId: incident.id,
      createdAt: ports.clock.now(),
      approvals: [],
      livedMs: livedFor(incident.lastKill),
      state: { kind: 'pending' },
    }),
  );
  const updated = await ports.incidents.update(incident.id, (current) =>
    hasRoom(current, ready)
      ? addEntry({ ...movedTo(current, 'proposed'), proposalId: proposal.id }, `proposal/${proposal.id}`, {
          kind: 'proposal',
          proposalId: proposal.id,
        })
      : current,
  );
  if (updated.proposalId !== proposal.id) {
    await expire(ports, proposal);
    return refused(`Somebody else was faster: ${updated.proposalId ?? 'another fix'} is already under way for ${incident.id}.`);
  }
  await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
  ports.log.info('change proposed', { incident: incident.id, proposal: proposal.id, requester: content.requester });
  return { kind: 'proposed', proposalId: proposal.id };
}
