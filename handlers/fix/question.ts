// What the gate is asked (authorize.ts), and what it answers.

import type { AuditAction } from '../../src/domain/audit/audit.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import type { PersonId, Proposal } from '../../src/domain/change/proposal.ts';
import type { Audit } from '../../src/ports/audit.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { People } from '../../src/ports/people.ts';
import type { Look } from './drift.ts';
import type { ProofPorts } from './proof.ts';
import type { Changing, PolicyPorts } from './rules-now.ts';

/** What is to be done. `look`: reads the object as it is now, asked at most once; undefined where this process cannot read it. */
export type Question =
  /** A person asks for a change, edits one, or asks to take one back. */
  | {
      readonly stage: 'propose';
      readonly action: Extract<AuditAction, 'propose' | 'edit' | 'undo'>;
      readonly person: PersonId;
      readonly incidentId: string;
      readonly changing: Changing;
    }
  /** The form to approve opens. */
  | { readonly stage: 'show'; readonly person: PersonId; readonly proposal: Proposal }
  | { readonly stage: 'reject'; readonly person: PersonId; readonly proposal: Proposal }
  /** The form comes back; `shown`: the hash that it carried. */
  | {
      readonly stage: 'approve';
      readonly person: PersonId;
      readonly proposal: Proposal;
      readonly shown: string;
      readonly look: Looking;
    }
  | { readonly stage: 'write'; readonly proposal: Proposal; readonly look: Looking }
  /** A write whose answer was lost is found in the cluster. */
  | { readonly stage: 'resume'; readonly proposal: Proposal }
  /** After the write: pods are deleted, a Job's copy is started. */
  | { readonly stage: 'carry-on'; readonly proposal: Proposal }
  /** The policy takes back what did not roll out: first this, of that change; then the undo itself is approved. */
  | { readonly stage: 'take-back'; readonly proposal: Proposal }
  | { readonly stage: 'approve-undo'; readonly proposal: Proposal };

export type Looking = () => Promise<Look | undefined>;

export type Stage = Question['stage'];
export type DenialReason =
  | 'keys'
  | 'shown'
  | 'proof'
  | 'who'
  | 'expired'
  | 'drift'
  | 'written-before'
  | 'owner'
  | 'policy'
  | 'approvals';

/** `clause`: why, for a verdict; `words`: the same as a sentence for a person. */
export type Denied = { readonly kind: 'denied'; readonly reason: DenialReason; readonly clause: string; readonly words: string };
/** `needed`: how many different people have to approve, by the rules of this moment. */
export type Authorized = { readonly kind: 'allowed'; readonly needed: number } | Denied;

export type AuthorizePorts = ProofPorts &
  PolicyPorts & {
    readonly people: People;
    readonly incidents: Pick<IncidentStore, 'dossier'>;
    readonly audit: Pick<Audit, 'history' | 'ofProposal' | 'append'>;
  };

export type Gate = { readonly ports: AuthorizePorts; readonly policy: Policy };
/** Why not, in a clause; undefined when nothing stands against it. */
export type Answer = Promise<string | undefined> | string | undefined;
export type Check<Asked extends Question> = readonly [reason: DenialReason, no: (gate: Gate, asked: Asked) => Answer];
export type AskedAt<Name extends Stage> = Extract<Question, { readonly stage: Name }>;
