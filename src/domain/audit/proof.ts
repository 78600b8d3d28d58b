// Whether the audit stands for a proposal: that exactly this was asked for, that exactly this was approved by those who count, and that nothing has come
// of it yet. Reads the sealed records of one proposal, oldest first. Each answer is a clause for people, undefined when all is well.

import type { Approval, Proposal } from '../change/proposal.ts';
import { POLICY } from '../change/proposal.ts';
import type { AuditEvent } from './audit.ts';
import { verdictOutcome } from './audit.ts';

type Asked = Pick<Proposal, 'id' | 'hash' | 'requester'>;

const NOT_AS_ASKED = 'what is stored is not what was asked for: the audit has no record of it';
const NOT_AS_APPROVED = 'what is stored is not what was approved: the audit has no record of it';

/** The newest record of asking is of exactly this. */
export function askedProblem({ hash, requester }: Asked, records: readonly AuditEvent[]): string | undefined {
  const asked = records.findLast(({ action, result }) => result === 'done' && ['propose', 'undo', 'edit'].includes(action));
  return asked !== undefined && asked.hash === hash && isBy(asked, requester) ? undefined : NOT_AS_ASKED;
}

/** Each approval that counts has a record of exactly this. */
export function approvedProblem(
  { hash, approvals }: Pick<Proposal, 'hash' | 'approvals'>,
  records: readonly AuditEvent[],
): string | undefined {
  const isRecorded = (approval: Approval): boolean =>
    records.some(
      (event) =>
        event.action === 'approve' &&
        event.result === 'done' &&
        event.hash === hash &&
        event.at === approval.at &&
        isBy(event, approval.by),
    );
  return approvals.length > 0 && approvals.every(isRecorded) ? undefined : NOT_AS_APPROVED;
}

/** It was decided against, or carried out, and may not be carried out again. */
export function endedProblem(records: readonly AuditEvent[]): string | undefined {
  const ended = records.find(
    ({ action, result }) => result !== 'denied' && ['refuse', 'expire', 'write', 'pull-request', 'close'].includes(action),
  );
  return ended === undefined ? undefined : `it is over already: the audit has a record of it (${ended.action})`;
}

/** Exactly this was written, by Headroom's own record. */
export function writtenProblem({ hash }: Pick<Proposal, 'hash'>, records: readonly AuditEvent[]): string | undefined {
  const isWritten = records.some(({ action, result, hash: of }) => action === 'write' && result === 'done' && of === hash);
  return isWritten ? undefined : 'the audit has no record that this was written';
}

/** And ended with exactly that verdict. */
export function verdictProblem(
  { hash, state }: Pick<Proposal, 'hash' | 'state'>,
  records: readonly AuditEvent[],
): string | undefined {
  const outcome = state.kind === 'closed' ? verdictOutcome(state.verdict) : undefined;
  const isRecorded = records.some((event) => event.action === 'close' && event.hash === hash && event.outcome === outcome);
  return outcome !== undefined && isRecorded ? undefined : 'the audit has no record of this verdict';
}

function isBy({ actor }: AuditEvent, person: string): boolean {
  return person === POLICY ? actor.kind === 'headroom' : actor.kind === 'person' && actor.id === person;
}
