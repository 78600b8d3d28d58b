// What an approval covers, as one text: everything that an approver is shown and that the write depends on, the patch included. Its SHA-256 is
// `hash` of the proposal: form, approval, audit record and write each compare it with what is stored at that moment.

import { canonicalJson } from '../base/canonical-json.ts';
import type { Proposal } from './proposal.ts';

export type Reviewed = Pick<
  Proposal,
  | 'incidentId'
  | 'requester'
  | 'reason'
  | 'change'
  | 'labels'
  | 'route'
  | 'findings'
  | 'undoes'
  | 'automatic'
  | 'expiresAt'
  | 'dryRun'
  | 'temporary'
  | 'basis'
>;

/** Two proposals with the same text mean the same in every field that is listed here. */
export function reviewedText(reviewed: Reviewed): string {
  const { incidentId, requester, reason, change, labels, route, findings, undoes, automatic, expiresAt } = reviewed;
  const { dryRun, temporary, basis } = reviewed;
  return canonicalJson({
    ...{ incidentId, requester, reason, change, labels, route, findings, undoes, automatic, expiresAt },
    ...{ dryRun, temporary, basis },
  });
}
