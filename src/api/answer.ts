// What a question is answered with, in domain words: the Slack edge draws it. Names in it are as the cluster spells them, not yet escaped.

import type { AuditEvent } from '../domain/audit/audit.ts';
import type { Bytes } from '../domain/base/memory.ts';
import type { Piece } from '../domain/base/piece.ts';
import type { Instant } from '../domain/base/time.ts';
import type { ContainerRef } from '../domain/base/workload.ts';
import type { PersonId, Proposal } from '../domain/change/proposal.ts';
import type { WatchedNamespaces } from '../domain/coverage/watched.ts';
import type { NodeFacts, NodeLoad } from '../domain/evidence/evidence.ts';
import type { Dossier, Incident } from '../domain/incident/incident.ts';
import type { Mute } from '../domain/incident/mute.ts';
import type { Kill } from '../domain/kill/oom-kill.ts';
import type { ContainerLine, WorkloadName } from '../domain/query/directory.ts';
import type { Page } from '../domain/query/page.ts';

export type Question = {
  /** As typed, without the command itself: "pod payments/checkout-api". */
  readonly text: string;
  readonly person: PersonId;
  /** From 0. */
  readonly page?: number | undefined;
};

/** Something to pick, and what asking for it is. */
export type Choice = { readonly label: string; readonly ask: string };

/** What a page of containers is about. */
export type Scope =
  | { readonly kind: 'cluster'; readonly cluster: string; readonly watched: WatchedNamespaces }
  | { readonly kind: 'namespace'; readonly name: string; readonly pods: number }
  | { readonly kind: 'workload'; readonly workload: WorkloadName; readonly pods: number; readonly mute?: Mute | undefined }
  | {
      readonly kind: 'node';
      readonly name: string;
      readonly pods: number;
      readonly facts: Piece<NodeFacts>;
      /** Of all its pods. */
      readonly load: Piece<NodeLoad>;
      readonly watched: WatchedNamespaces;
      /** Sums over the containers listed, for where those of all pods are not known. */
      readonly promised: { readonly requests: Bytes; readonly limits: Bytes; readonly withoutLimit: number };
    };

/** When the use of memory was read and where, or why it was not. */
export type UseKnown = Piece<Instant>;

/** The workload's incident that is open or was resolved lately, with the change that was asked for last. */
export type Standing = { readonly incident: Incident; readonly proposal?: Proposal | undefined };

export type Answer =
  | {
      readonly kind: 'explanation';
      readonly ref: ContainerRef;
      readonly kill?: Kill | undefined;
      readonly dossier: Dossier;
      /** Which pod was picked, when the name alone did not say. */
      readonly note?: string | undefined;
      readonly standing?: Standing | undefined;
    }
  | {
      readonly kind: 'recommendation';
      readonly ref: ContainerRef;
      readonly kill?: Kill | undefined;
      readonly dossier: Dossier;
      readonly note?: string | undefined;
      /** Where the number can be asked for, while it is open. */
      readonly standing?: Standing | undefined;
    }
  | {
      readonly kind: 'containers';
      readonly scope: Scope;
      readonly lines: Page<ContainerLine>;
      readonly use: UseKnown;
      readonly incidents: readonly Incident[];
      /** Not all pods could be looked at. */
      readonly truncated: boolean;
    }
  | { readonly kind: 'incidents'; readonly which: 'open' | 'recent'; readonly incidents: Page<Incident> }
  | {
      readonly kind: 'history';
      readonly workload: WorkloadName;
      readonly incidents: Page<Incident>;
      /** Of the incidents of this page, newest first. */
      readonly proposals: readonly Proposal[];
      /** From the audit, newest first: who did or tried what. */
      readonly records: readonly AuditEvent[];
    }
  | { readonly kind: 'approvals'; readonly mine: readonly Proposal[]; readonly others: readonly Proposal[] }
  | { readonly kind: 'mutes'; readonly mutes: readonly Mute[] }
  | { readonly kind: 'muted' | 'unmuted'; readonly mute: Mute }
  | { readonly kind: 'choice'; readonly question: string; readonly choices: Page<Choice> }
  | { readonly kind: 'help'; readonly command?: string | undefined }
  /** Not asked as it can be answered; `nearest` is what may have been meant. */
  | {
      readonly kind: 'usage';
      readonly problem: string;
      readonly command?: string | undefined;
      readonly nearest: readonly Choice[];
    }
  | { readonly kind: 'not-found'; readonly problem: string; readonly nearest: readonly Choice[] };
