// May this be done now? The one place that says so, for everything on the way from a proposal to a write. For each stage the questions stand in the order
// in which they are asked; the first that is answered with no decides, and every no is recorded in the audit. docs/security.md shows the same table, and
// test/unit/handlers/fix/authorize.test.ts its cases. Nothing that was true earlier is taken for granted: Redis, Slack, the cluster and headroom.yaml are
// asked again at each stage.

import type { AuditAction, AuditEvent } from '../../src/domain/audit/audit.ts';
import { deniedAttempt } from '../../src/domain/audit/audit.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import { labelledNow, policyScope } from '../../src/domain/change/policy/scope.ts';
import { POLICY } from '../../src/domain/change/proposal.ts';
import {
  approvalsNoLongerCount,
  hasAnotherOwner,
  hasMoved,
  hasNoKeyToCheck,
  hasNoKeyToSeal,
  hasNoKeyToSign,
  isExpired,
  isNotApproved,
  isNotAskedFor,
  isNotProvenEnded,
  isNotProvenWritten,
  isNotWhatWasShown,
  mayNotApprove,
  mayNotAsk,
  mayNotByPresentLabels,
  placeOf,
  rulesDenyAsking,
  rulesDenyUndo,
  rulesDenyWriting,
  templateIn,
  wasWrittenBefore,
} from './answers.ts';
import type {
  AskedAt,
  Authorized,
  AuthorizePorts,
  Check,
  DenialReason,
  Denied,
  Gate,
  Looking,
  Question,
  Stage,
} from './question.ts';

/** What is asked at each stage, in this order. */
export const QUESTIONS: { readonly [Name in Stage]: readonly Check<AskedAt<Name>>[] } = {
  propose: [
    ['who', mayNotAsk],
    ['policy', rulesDenyAsking],
  ],
  show: [
    ['who', mayNotApprove],
    ['keys', hasNoKeyToSeal],
    ['proof', isNotAskedFor],
  ],
  reject: [['who', mayNotApprove]],
  approve: [
    ['who', mayNotApprove],
    ['keys', hasNoKeyToSign],
    ['shown', isNotWhatWasShown],
    ['proof', isNotAskedFor],
    ['expired', isExpired],
    ['drift', hasMoved],
    ['owner', hasAnotherOwner],
    ['policy', rulesDenyWriting],
    ['who', mayNotByPresentLabels],
  ],
  write: [
    ['keys', hasNoKeyToCheck],
    ['proof', isNotApproved],
    ['drift', hasMoved],
    ['expired', isExpired],
    ['written-before', wasWrittenBefore],
    ['owner', hasAnotherOwner],
    ['policy', rulesDenyWriting],
    ['approvals', approvalsNoLongerCount],
  ],
  resume: [
    ['keys', hasNoKeyToCheck],
    ['proof', isNotApproved],
  ],
  'carry-on': [
    ['keys', hasNoKeyToCheck],
    ['proof', isNotProvenWritten],
  ],
  'take-back': [
    ['keys', hasNoKeyToCheck],
    ['proof', isNotProvenEnded],
  ],
  'approve-undo': [
    ['keys', hasNoKeyToSeal],
    ['proof', isNotAskedFor],
    ['policy', rulesDenyUndo],
  ],
};

/** Throws a TransientError while it cannot be known, as while Slack does not say who is in a group at the moment of a write. */
export async function authorize(ports: AuthorizePorts, policy: Policy, asked: Question): Promise<Authorized> {
  const question = 'look' in asked ? { ...asked, look: once(asked.look) } : asked;
  const denied = await firstNo({ ports, policy }, question);
  if (denied === undefined) return { kind: 'allowed', needed: await neededFor(policy, question) };
  await ports.audit.append(attemptOf(ports, question, denied.words));
  return denied;
}

function firstNo(gate: Gate, question: Question): Promise<Denied | undefined> {
  switch (question.stage) {
    case 'propose':
      return askAll(QUESTIONS.propose, gate, question);
    case 'show':
      return askAll(QUESTIONS.show, gate, question);
    case 'reject':
      return askAll(QUESTIONS.reject, gate, question);
    case 'approve':
      return askAll(QUESTIONS.approve, gate, question);
    case 'write':
      return askAll(QUESTIONS.write, gate, question);
    case 'resume':
      return askAll(QUESTIONS.resume, gate, question);
    case 'carry-on':
      return askAll(QUESTIONS['carry-on'], gate, question);
    case 'take-back':
      return askAll(QUESTIONS['take-back'], gate, question);
    case 'approve-undo':
      return askAll(QUESTIONS['approve-undo'], gate, question);
  }
}

async function askAll<Asked extends Question>(
  checks: readonly Check<Asked>[],
  gate: Gate,
  question: Asked,
): Promise<Denied | undefined> {
  for (const [reason, no] of checks) {
    const answer = await no(gate, question);
    if (answer !== undefined) return denial(reason, question, answer.replace(/\.$/, ''));
  }
  return undefined;
}

function denial(reason: DenialReason, { stage }: Question, why: string): Denied {
  const clause = reason === 'policy' && stage !== 'propose' ? `the policy does not allow it now: ${why}` : why;
  return { kind: 'denied', reason, clause, words: sentence(reason, stage, { why, clause }) };
}

function sentence(
  reason: DenialReason,
  stage: Stage,
  { why, clause }: { readonly why: string; readonly clause: string },
): string {
  if (reason === 'who') return `${why}.`;
  if (reason === 'shown') return `${why}. Nothing was changed.`;
  if (reason === 'policy') return `The policy does not allow it${stage === 'propose' ? '' : ' now'}: ${why}.`;
  return `Nothing was changed: ${clause}.`;
}

async function neededFor(policy: Policy, question: Question): Promise<number> {
  if (question.stage === 'propose') return policyFor(policy, placeOf(question.changing)).approvals;
  const template = 'look' in question ? templateIn(await question.look()) : undefined;
  return policyFor(policy, policyScope(labelledNow(question.proposal, template))).approvals;
}

function once(look: Looking): Looking {
  let seen: ReturnType<Looking> | undefined;
  return () => (seen ??= look());
}

const ACTIONS: Readonly<Record<Exclude<Stage, 'propose'>, AuditAction>> = {
  show: 'approve',
  approve: 'approve',
  reject: 'refuse',
  write: 'write',
  resume: 'write',
  'carry-on': 'write',
  'take-back': 'undo',
  'approve-undo': 'undo',
};

function attemptOf({ clock }: AuthorizePorts, question: Question, why: string): AuditEvent {
  const at = clock.now();
  if (question.stage === 'propose') {
    const { person: by, action, incidentId, changing } = question;
    return deniedAttempt({ at, by, action, incidentId, target: changing, why });
  }
  const { proposal, stage } = question;
  const by = 'person' in question ? question.person : POLICY;
  return deniedAttempt({
    at,
    by,
    action: ACTIONS[stage],
    incidentId: proposal.incidentId,
    target: proposal.change,
    proposal,
    why,
  });
}
