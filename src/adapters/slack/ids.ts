// What a click carries: which action, on which incident or which version of which proposal. Never a number to write, never who may.

import { z } from 'zod';

export const ACTION = {
  review: 'review_fix',
  /** Looks after an incident: acknowledge, snooze, more, undo. */
  care: 'care',
  explain: 'explain_incident',
  output: 'full_output',
  approve: 'approve_change',
  refuse: 'refuse_change',
  edit: 'edit_change',
  undo: 'undo_change',
  /** Reads the Home tab again. */
  home: 'home_refresh',
  /** Asks something again: another page, one of several, the same for all to see. */
  ask: 'ask',
} as const;

export const CALLBACK = {
  review: 'review_submit',
  approve: 'approve_submit',
  refuse: 'refuse_submit',
  undo: 'undo_submit',
  assign: 'assign_submit',
  expect: 'expect_submit',
} as const;

/** Callback ids of the manifest's shortcuts. */
export const SHORTCUT = { explain: 'explain_oom' } as const;

export const EVENT_TYPE = 'oom_incident';

/** Input blocks of the modals; the action inside has the same name. */
export const FIELD = {
  limit: 'limit',
  request: 'request',
  reason: 'reason',
  read: 'read',
  way: 'way',
  release: 'release',
  person: 'person',
  length: 'length',
} as const;

const incidentRef = z.object({ incident: z.string().regex(/^OOM-[0-9]{1,15}$/) });
const proposalRef = z.object({ proposal: z.string().regex(/^P-[0-9]{1,15}$/), version: z.int().min(1), incident: z.string() });

const careRef = incidentRef.extend({
  care: z.enum([
    'acknowledge',
    '1h',
    'tomorrow',
    '1w',
    'assign',
    'expect',
    'undo-acknowledge',
    'undo-assign',
    'undo-snooze',
    'undo-expect',
  ]),
});

/** A question, as typed after /oom; the page counts from 0. */
const askRef = z.object({ ask: z.string().min(1).max(1000), page: z.int().min(0).max(10_000).default(0) });

export type IncidentRef = z.infer<typeof incidentRef>;
export type ProposalRef = z.infer<typeof proposalRef>;
export type CareRef = z.infer<typeof careRef>;
export type AskRef = z.infer<typeof askRef>;
/** Where something was clicked: what is said to that person only goes there. */
export type Origin = { readonly channel: string; readonly thread?: string | undefined };

export function encode(
  value:
    | IncidentRef
    | ProposalRef
    | AskRef
    | CareRef
    | { readonly ref: IncidentRef | ProposalRef; readonly edits?: ProposalRef | undefined; readonly hash?: string },
): string {
  return JSON.stringify(value);
}

/** Undefined for anything that is not ours: a forged or outdated value. */
export function decodeIncident(text: string | undefined): IncidentRef | undefined {
  return decoded(incidentRef, text);
}

export function decodeProposal(text: string | undefined): ProposalRef | undefined {
  return decoded(proposalRef, text);
}

export function decodeCare(text: string | undefined): CareRef | undefined {
  return decoded(careRef, text);
}

/** Of a modal opened from an incident. */
export function decodeOpened(text: string | undefined): IncidentRef | undefined {
  return decodeReview(text)?.ref;
}

/** Of a button; what a select offers is the question itself. */
export function decodeAsk(text: string | undefined): AskRef | undefined {
  return decoded(askRef, text);
}

export type ReviewSent = {
  readonly ref: IncidentRef;
  /** The revision of a proposal that the form would replace. */
  readonly edits?: ProposalRef | undefined;
};

export function decodeReview(text: string | undefined): ReviewSent | undefined {
  return decoded(z.object({ ref: incidentRef, edits: proposalRef.optional() }), text);
}

export function decodeDecision(text: string | undefined): { readonly ref: ProposalRef } | undefined {
  return decoded(z.object({ ref: proposalRef }), text);
}

/** Of the form that approves: `hash` is of exactly what it showed. */
export function decodeApproval(text: string | undefined): { readonly ref: ProposalRef; readonly hash: string } | undefined {
  return decoded(z.object({ ref: proposalRef, hash: z.string().regex(/^[0-9a-f]{64}$/) }), text);
}

function decoded<Value>(schema: z.ZodType<Value>, text: string | undefined): Value | undefined {
  if (text === undefined) return undefined;
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
