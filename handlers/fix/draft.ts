// What the review form starts from: the numbers there are and those to suggest, the ways that are open, and what to know before asking. With a proposal
// that is edited, its own numbers.

import type { ProposeInput, Refused, ReviewDraft } from '../../src/api/conversation.ts';
import type { Bytes } from '../../src/domain/base/memory.ts';
import { formatQuantity } from '../../src/domain/base/memory.ts';
import { valueOf } from '../../src/domain/base/piece.ts';
import type { Basis } from '../../src/domain/change/basis.ts';
import { measuredFrom } from '../../src/domain/change/basis.ts';
import { highestLimits } from '../../src/domain/change/policy/judge.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { requestWithin, withinShares } from '../../src/domain/change/policy/shares.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { appliedWords, ownerName, putsBack, takenBackAt } from '../../src/domain/evidence/field-owner.ts';
import { raiseDoubt } from '../../src/domain/sizing/raise-doubt.ts';
import { fieldOwnersOf, usualWay } from './ownership.ts';
import type { PreparePorts, Ready } from './prepare.ts';
import { refused } from './prepare.ts';
import type { Measured } from './reviewable.ts';

export type Editing = { readonly kind: 'editing'; readonly proposal: Proposal };

/** Undefined when nothing is edited. */
export async function editedProposal(
  ports: Pick<PreparePorts, 'proposals'>,
  { edits }: Pick<ProposeInput, 'edits'>,
): Promise<Editing | Refused | undefined> {
  if (edits === undefined) return undefined;
  const proposal = await ports.proposals.get(edits.proposalId);
  if (proposal === undefined) return refused(`${edits.proposalId} is not known any more.`);
  if (proposal.state.kind !== 'pending') return refused(`${proposal.id} is decided: it cannot be edited any more.`);
  if (proposal.revision !== edits.revision) return refused(`${proposal.id} changed since you looked at it; look at it again.`);
  if (proposal.undoes !== undefined) return refused(`${proposal.id} puts back what was there: there is nothing to edit.`);
  return { kind: 'editing', proposal };
}

export function draftOf(ready: Ready, policy: Policy, editing: Proposal | undefined): ReviewDraft {
  const { incident, template, container, ways, stuck, measured, owned } = ready;
  const { limit, request } = container.resources;
  const { most, by } = highest(ready, policy);
  return {
    kind: 'draft',
    lowers: measured === undefined ? undefined : measured.limit === measured.of ? 'request' : 'limit',
    incident,
    container: container.list === 'pod' ? 'the whole pod' : container.name,
    currentLimit: limit?.text ?? inPods(ready),
    currentRequest: request?.text,
    ...numbers(ready, editing, policy),
    reason: editing?.reason,
    edits: editing === undefined ? undefined : { proposalId: editing.id, revision: editing.revision },
    restart: template.restart,
    ways,
    usualWay: usualWay(ways, owned.owner),
    takenBackBy: owned.owner && ownerName(owned.owner),
    takenBackAt: owned.owner && takenBackAt(owned.owner),
    // Which of the two the form will change is not known yet.
    appliedWords: template.applied && appliedWords(template.applied, { container, changed: ['limit', 'request'] }),
    stuck,
    warnings: warningsFor(ready),
    bounds: { min: formatQuantity(policy.minLimit), max: formatQuantity(most), maxBy: by },
  };
}

/** The highest limit that may be asked for now, and what binds it. */
function highest({ container, dossier, furtherMost }: Ready, policy: Policy): { readonly most: Bytes; readonly by: string } {
  const allocatable = dossier === undefined ? undefined : valueOf(dossier.evidence.node)?.allocatable;
  const rules = highestLimits(policy, { currentLimit: container.resources.limit?.bytes, allocatable });
  const bounds = [
    ...rules.map(({ rule, bytes, by }) => ({ most: bytes, by: `${by} (policy.${rule})` })),
    ...(furtherMost === undefined ? [] : [{ most: furtherMost, by: 'the last raise after one that has not held' }]),
  ];
  return bounds.reduce((least, bound) => (bound.most < least.most ? bound : least));
}

/** What is suggested to this workload now: what a follow-up measured, else what its last kill asks for, within what may be asked for. */
export function basisOf(ready: Ready, policy: Policy): Basis {
  const { measured, dossier } = ready;
  if (measured !== undefined) return lowered(ready, measured, policy);
  if (dossier === undefined) return { why: 'No evidence is stored for this incident.' };
  const { recommendation, evidence } = dossier;
  const from = measuredFrom(evidence.usage);
  if (recommendation.kind === 'advise')
    return { why: [recommendation.reason, ...recommendation.advice].join(' '), doubt: raiseDoubt(dossier), from };
  const { most, by } = highest(ready, policy);
  const limit = recommendation.limit > most ? most : recommendation.limit;
  const cut = limit === recommendation.limit ? [] : [`At most ${formatQuantity(most)} may be asked for: ${by}.`];
  const wanted = recommendation.request ?? ready.container.resources.request?.bytes;
  const asked = wanted === undefined ? undefined : requestFor(wanted, limit, policy);
  const words = asked?.why ?? recommendation.requestWords;
  const why = [recommendation.arithmetic, ...cut, ...(words === undefined ? [] : [words])].join(' ');
  return { suggested: { limit, request: asked?.request }, why, from };
}

/** The nearest request that may be asked for beside the limit; `why` where that is not the one that was wanted. */
function requestFor(wanted: Bytes, limit: Bytes, policy: Policy): { readonly request: Bytes; readonly why?: string } {
  const bounded = wanted > limit ? limit : wanted;
  const request = withinShares(bounded, limit, policy);
  if (request === wanted) return { request };
  const by = request === bounded ? 'it may not be above the limit' : 'the policy’s shares of the limit make it that';
  return { request, why: `New request ${formatQuantity(request)}: ${by}.` };
}

/** What was measured, as the reason for the numbers; a request above the new limit comes down with it. */
function lowered({ container, incident }: Ready, { limit, request: less, arithmetic }: Measured, policy: Policy): Basis {
  const now = container.resources.request?.bytes;
  const keepsEqual = now !== undefined && now === container.resources.limit?.bytes;
  const request = less ?? (now === undefined ? undefined : keepsEqual || now > limit ? limit : now);
  const at = incident.followUps?.at(-1)?.at;
  return {
    suggested: { limit, request: request === undefined ? undefined : withinShares(request, limit, policy) },
    why: arithmetic,
    from: at === undefined ? undefined : { source: 'daily peaks that Headroom keeps', at },
  };
}

type Numbers = Pick<ReviewDraft, 'basis' | 'suggestedLimit' | 'suggestedRequest'>;

/** Those of the proposal that is edited, else those suggested. */
function numbers(ready: Ready, editing: Proposal | undefined, policy: Policy): Numbers {
  const basis = basisOf(ready, policy);
  const { most } = highest(ready, policy);
  const wanted = editing?.change.after.limit ?? basis.suggested?.limit;
  const limit = wanted !== undefined && wanted > most ? most : wanted;
  const request = editing?.change.after.request ?? basis.suggested?.request ?? ready.container.resources.request?.bytes;
  return {
    basis,
    suggestedLimit: limit === undefined ? '' : formatQuantity(limit),
    suggestedRequest: requestWithin(request, limit, policy),
  };
}

/** A limit that the pods have and the template has not: a LimitRange, or somebody's webhook, gave it. */
function inPods({ dossier, incident }: Ready): string | undefined {
  const pod = dossier === undefined ? undefined : valueOf(dossier.evidence.pod);
  const limit = pod?.containers.find(({ name }) => name === incident.container)?.resources.limit;
  return limit === undefined ? undefined : `none in the template, ${limit.text} in the pod`;
}

function warningsFor({ template, dossier, furtherMost, owned }: Ready): readonly string[] {
  return [
    ...(furtherMost === undefined
      ? []
      : [`A raise has not held already. This is the last one: at most ${formatQuantity(furtherMost)}, then it is up to people.`]),
    ...(template.noEffect === undefined ? [] : [template.noEffect]),
    ...fieldOwnersOf(template, dossier).map((owner) => `${putsBack(owner)}.`),
    ...(owned.reason === undefined ? [] : [`No pull request is possible: ${owned.reason}.`]),
  ];
}
