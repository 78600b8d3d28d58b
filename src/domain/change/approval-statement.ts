// What is signed when a person approves: which revision of which proposal, the hash of all that was shown, where it is written, who approved when, and
// until when that counts. An approval copied to another proposal, revision, cluster or time has another text.

import { canonicalJson } from '../base/canonical-json.ts';
import type { Approval, Proposal } from './proposal.ts';

/** The text under the signature of one approval. */
export function statementOf(
  { id, revision, hash, change, expiresAt }: Pick<Proposal, 'id' | 'revision' | 'hash' | 'change' | 'expiresAt'>,
  { by, at }: Pick<Approval, 'by' | 'at'>,
): string {
  const { cluster } = change.workload;
  return `headroom approval 1\n${canonicalJson({ proposal: id, revision, hash, cluster, by, at, expiresAt })}`;
}
