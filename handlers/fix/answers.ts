// The answers of the gate (authorize.ts), each to one question at this moment: why not, in a clause, or undefined when nothing stands against it.

import { canonicalJson } from '../../src/domain/base/canonical-json.ts';
import { markOf } from '../../src/domain/change/change-mark.ts';
import { labelledNow } from '../../src/domain/change/policy/scope.ts';
import type { PersonId, Proposal } from '../../src/domain/change/proposal.ts';
import type { Keys } from '../../src/ports/keys.ts';
import type { Look } from './drift.ts';
import { driftReason } from './drift.ts';
import { ownerSince } from './ownership.ts';
import { approvedFor, askedFor, endedWith, writtenFor } from './proof.ts';
import type { Answer, AskedAt, Gate, Looking } from './question.ts';
import type { Changing } from './rules-now.ts';
import { automaticDenied, changingBy, proposingDenied, writingDenied } from './rules-now.ts';
import { approvalsDenied, approvingDenied, askingDenied } from './who.ts';

type Proposed = { readonly proposal: Proposal };
type Approving = Proposed & { readonly person: PersonId };
type Writing = Proposed & { readonly look: Looking };

export function mayNotAsk({ ports, policy }: Gate, { person, changing }: AskedAt<'propose'>): Answer {
  return askingDenied(ports.people, policy, { person, place: placeOf(changing) });
}

export function rulesDenyAsking({ ports, policy }: Gate, { changing }: AskedAt<'propose'>): Answer {
  return proposingDenied(ports, policy, changing);
}

function missing(key: Keys[keyof Keys]): string | undefined {
  return key.kind === 'missing' ? key.words : undefined;
}

export function hasNoKeyToCheck({ ports: { keys } }: Gate): Answer {
  return missing(keys.verifier) ?? missing(keys.seal);
}

export function hasNoKeyToSeal({ ports: { keys } }: Gate): Answer {
  return missing(keys.seal);
}

export function hasNoKeyToSign({ ports: { keys } }: Gate): Answer {
  return missing(keys.signer) ?? missing(keys.seal);
}

/** The form carried another hash than what is stored. */
export function isNotWhatWasShown(_: Gate, { proposal, shown }: AskedAt<'approve'>): Answer {
  return proposal.hash === shown ? undefined : `${proposal.id} is not what you were shown; look at it again`;
}

export function isNotAskedFor({ ports }: Gate, { proposal }: Proposed): Answer {
  return askedFor(ports, proposal);
}

export function isNotApproved({ ports }: Gate, { proposal }: Proposed): Answer {
  return approvedFor(ports, proposal);
}

export function isNotProvenWritten({ ports }: Gate, { proposal }: Proposed): Answer {
  return writtenFor(ports, proposal);
}

export function isNotProvenEnded({ ports }: Gate, { proposal }: Proposed): Answer {
  return endedWith(ports, proposal);
}

export function mayNotApprove({ ports, policy }: Gate, asked: Approving): Answer {
  return approvingDenied(ports.people, policy, asked);
}

/** The same person as a moment ago, unless the workload has other labels than when it was reviewed. */
export async function mayNotByPresentLabels(
  { ports, policy }: Gate,
  { person, proposal, look }: Approving & Writing,
): Promise<string | undefined> {
  const labelled = labelledNow(proposal, templateIn(await look()));
  if (canonicalJson(labelled.labels) === canonicalJson(proposal.labels)) return undefined;
  return approvingDenied(ports.people, policy, { person, proposal: labelled });
}

export function isExpired({ ports }: Gate, { proposal }: Proposed): Answer {
  return proposal.expiresAt <= ports.clock.now() ? 'it expired before it could be written' : undefined;
}

export async function hasMoved(_: Gate, { look }: Writing): Promise<string | undefined> {
  const seen = await look();
  return seen === undefined || seen.kind === 'as-reviewed' ? undefined : driftReason(seen);
}

export async function wasWrittenBefore(_: Gate, { proposal, look }: Writing): Promise<string | undefined> {
  if (templateIn(await look())?.mark !== markOf(proposal)) return undefined;
  return 'it was written before, and somebody has taken it back since; review it again';
}

export async function hasAnotherOwner(_: Gate, { proposal, look }: Writing): Promise<string | undefined> {
  return ownerSince(proposal, templateIn(await look()));
}

export async function rulesDenyWriting(gate: Gate, { proposal, look }: Writing): Promise<string | undefined> {
  return writingDenied(gate.ports, gate.policy, await changingNow(gate, proposal, await look()));
}

export async function approvalsNoLongerCount({ ports, policy }: Gate, { proposal, look }: Writing): Promise<string | undefined> {
  return approvalsDenied(ports.people, policy, labelledNow(proposal, templateIn(await look())));
}

export async function rulesDenyUndo(gate: Gate, { proposal }: Proposed): Promise<string | undefined> {
  return automaticDenied(gate.ports, gate.policy, await changingNow(gate, proposal, undefined));
}

async function changingNow({ ports }: Gate, proposal: Proposal, seen: Look | undefined): Promise<Changing> {
  const dossier = await ports.incidents.dossier(proposal.incidentId);
  return changingBy(proposal, { template: templateIn(seen), dossier });
}

export function templateIn(seen: Look | undefined) {
  return seen?.kind === 'as-reviewed' ? seen.template : undefined;
}

export function placeOf({ workload, labels }: Changing) {
  return { namespace: workload.namespace, labels };
}
