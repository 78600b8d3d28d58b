// Whether a stored proposal is what people saw and decided. Redis is not believed: the hash is computed again, each approval has to be signed for exactly
// this, and the audit's own sealed records have to tell the same story. Every answer is a clause for people, undefined when all is well.

import { approvedProblem, askedProblem, endedProblem, verdictProblem, writtenProblem } from '../../src/domain/audit/proof.ts';
import { statementOf } from '../../src/domain/change/approval-statement.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { POLICY } from '../../src/domain/change/proposal.ts';
import { reviewedText } from '../../src/domain/change/reviewed-text.ts';
import type { Audit } from '../../src/ports/audit.ts';
import type { ApprovalVerifier, Keys } from '../../src/ports/keys.ts';

export type ProofPorts = {
  readonly audit: Pick<Audit, 'ofProposal'>;
  readonly keys: Keys;
  /** SHA-256, as a text, of a text. */
  readonly digest: (text: string) => string;
};

const CHANGED = 'somebody has changed it in the store';
const NOT_AS_ASKED = `what is stored is not what was asked for: ${CHANGED}`;
const NOT_AS_APPROVED = `what is stored is not what was approved: ${CHANGED}`;

/** Exactly this was asked for, and nothing has come of it. Asked before it is shown to an approver, and before a decision counts. */
export async function askedFor(ports: ProofPorts, proposal: Proposal): Promise<string | undefined> {
  const { seal } = ports.keys;
  if (seal.kind === 'missing') return seal.words;
  if (!isWhole(ports, proposal)) return NOT_AS_ASKED;
  const records = await ports.audit.ofProposal(proposal.id);
  return askedProblem(proposal, records) ?? endedProblem(records);
}

/** And exactly this was approved, by those who are named. Asked before a write. */
export async function approvedFor(ports: ProofPorts, proposal: Proposal): Promise<string | undefined> {
  const { seal, verifier } = ports.keys;
  if (seal.kind === 'missing') return seal.words;
  if (verifier.kind === 'missing') return verifier.words;
  if (!isWhole(ports, proposal)) return NOT_AS_APPROVED;
  const records = await ports.audit.ofProposal(proposal.id);
  return (
    askedProblem(proposal, records) ??
    signatureProblem(verifier, proposal) ??
    approvedProblem(proposal, records) ??
    endedProblem(records)
  );
}

/** And it was written. Asked before an approved write is carried on: pods deleted, a Job's copy started. */
export async function writtenFor(ports: ProofPorts, proposal: Proposal): Promise<string | undefined> {
  const { seal, verifier } = ports.keys;
  if (seal.kind === 'missing') return seal.words;
  if (verifier.kind === 'missing') return verifier.words;
  if (!isWhole(ports, proposal)) return NOT_AS_APPROVED;
  const records = await ports.audit.ofProposal(proposal.id);
  return (
    askedProblem(proposal, records) ??
    signatureProblem(verifier, proposal) ??
    approvedProblem(proposal, records) ??
    writtenProblem(proposal, records)
  );
}

/** And it ended with the verdict that is stored. Asked before the policy takes it back without asking. */
export async function endedWith(ports: ProofPorts, proposal: Proposal): Promise<string | undefined> {
  const problem = await writtenFor(ports, proposal);
  return problem ?? verdictProblem(proposal, await ports.audit.ofProposal(proposal.id));
}

function isWhole({ digest }: ProofPorts, proposal: Proposal): boolean {
  return digest(reviewedText(proposal)) === proposal.hash;
}

/** Each approval is signed for exactly this, and nobody counts twice. What the policy approves is signed by nobody: the audit stands for it. */
function signatureProblem(verifier: ApprovalVerifier, proposal: Proposal): string | undefined {
  const { approvals, hash } = proposal;
  const isTwice = new Set(approvals.map(({ by }) => by)).size < approvals.length;
  const unsigned = approvals.filter(({ by }) => by !== POLICY || proposal.automatic !== true);
  const wrong = unsigned.find(
    ({ by, at, hash: of, signature }) =>
      of !== hash || signature === undefined || !verifier.isSigned(statementOf(proposal, { by, at }), signature),
  );
  return isTwice || wrong !== undefined ? 'an approval is not signed for what is stored; review it again' : undefined;
}
