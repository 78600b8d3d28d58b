// What the steps that answer questions share: what was asked, finding what a name means, and offering several when it means several.

import type { Answer, Choice } from '../../src/api/answer.ts';
import type { Millis } from '../../src/domain/base/time.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import type { PersonId } from '../../src/domain/change/proposal.ts';
import type { WatchedNamespaces } from '../../src/domain/coverage/watched.ts';
import { placeInWords } from '../../src/domain/coverage/watched-namespaces.ts';
import type { WorkloadName } from '../../src/domain/query/directory.ts';
import type { Found, Thing, ThingKind } from '../../src/domain/query/find.ts';
import { findThing, thingName } from '../../src/domain/query/find.ts';
import { pageOf } from '../../src/domain/query/page.ts';
import type { Directory } from '../../src/ports/directory.ts';
import { PermanentError } from '../../src/ports/fault.ts';

export type QuerySettings = {
  readonly cluster: string;
  readonly watched: WatchedNamespaces;
  readonly policy: Policy;
  readonly evidenceDeadline: Millis;
};

export type Asked = {
  readonly words: readonly string[];
  /** The whole question, to ask it again for another page. */
  readonly text: string;
  readonly page: number;
  readonly person: PersonId;
  readonly signal: AbortSignal;
};

export type FindPorts = {
  readonly directory: Directory;
  /** How many edits turn one text into the other. */
  readonly distance: (a: string, b: string) => number;
};

export type Finding = {
  readonly wanted: readonly ThingKind[];
  readonly text: string;
  readonly signal: AbortSignal;
  readonly workloads?: readonly WorkloadName[] | undefined;
  /** For what changes something: every name that holds the text is offered, not only those that begin with it. */
  readonly surely?: boolean | undefined;
};

/** `unreadable`: the cluster does not let the bot list what there is; the reason is a sentence. */
export type FoundOrNot = Found | { readonly kind: 'unreadable'; readonly reason: string };

/** What there is may be some seconds old: a name that is not in it is looked for once more in what there is now. */
export async function finding(
  { directory, distance }: FindPorts,
  { wanted, text, signal, workloads = [], surely }: Finding,
): Promise<FoundOrNot> {
  try {
    const look = async (fresh: boolean): Promise<Found> => {
      const { pods } = await directory.pods(signal, fresh);
      return findThing({ pods, workloads, wanted, text, distance, surely });
    };
    const found = await look(false);
    return found.kind === 'none' ? await look(true) : found;
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { kind: 'unreadable', reason: `Names cannot be looked up: ${error.message}.` };
  }
}

/** What asking for exactly that thing is. */
export function choiceOf(thing: Thing): Choice {
  const name = thingName(thing);
  return { label: `${thing.kind} ${name}`, ask: `${thing.kind} ${name}` };
}

export type Picking = {
  /** As typed: what fits several. */
  readonly name: string;
  readonly things: readonly Thing[];
  readonly asked: Pick<Asked, 'text' | 'page'>;
  /** What to ask about the one picked; what it is, when left out. */
  readonly command?: string | undefined;
};

/** Asked again with one of these names in the place of the short one. */
export function pick({ name, things, asked, command }: Picking): Answer {
  const choices = things.map((thing): Choice => {
    const { label, ask } = choiceOf(thing);
    return { label, ask: command === undefined ? ask : `${command} ${thingName(thing)}` };
  });
  const question = `${name} fits several. Which one?`;
  return { kind: 'choice', question, choices: pageOf(choices, { page: asked.page, ask: asked.text }) };
}

export function missing(problem: string, near: readonly Thing[], command?: string): Answer {
  const nearest = near.map((thing): Choice => {
    const ask = command === undefined ? choiceOf(thing).ask : `${command} ${thingName(thing)}`;
    return { label: thingName(thing), ask };
  });
  return { kind: 'not-found', problem, nearest };
}

export function calledNothing({ cluster, watched }: Pick<QuerySettings, 'cluster' | 'watched'>, name: string): string {
  return `Nothing in ${placeInWords(cluster, watched)} is called ${name}.`;
}

/** One name out of one or two words: "payments/checkout-api" and "payments checkout-api" are the same. */
export function nameIn(words: readonly string[]): string | undefined {
  return words.length === 0 || words.length > 2 ? undefined : words.join('/');
}

export function usage(problem: string, command: string): Answer {
  return { kind: 'usage', problem, command, nearest: [] };
}
