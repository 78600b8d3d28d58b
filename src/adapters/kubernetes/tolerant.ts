// Reads as much of an object as can be read. A field that is wrong is left out as if it were absent; where it cannot be absent, the part around it is.

import type { z } from 'zod';

export type Tolerated<Value> = {
  /** Undefined when nothing of it can be used. */
  readonly value: Value | undefined;
  /** What was left out and why, without any content: "status.containerStatuses.*.restartCount: Invalid input: expected number, received string". */
  readonly problems: readonly string[];
};

/** More than this is nonsense from end to end. */
const MOST_PROBLEMS = 50;

export function parseTolerantly<Value>(schema: z.ZodType<Value>, content: unknown): Tolerated<Value> {
  const problems: string[] = [];
  let rest = content;
  while (problems.length < MOST_PROBLEMS) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { value: parsed.data, problems };
    const [issue] = parsed.error.issues;
    problems.push(words(issue?.path ?? [], issue?.message ?? 'unreadable'));
    rest = without(rest, issue?.path ?? []);
    if (rest === undefined) break;
  }
  return { value: undefined, problems };
}

/** Places in lists are alike, and keys of labels and annotations are somebody's text. */
function words(path: readonly PropertyKey[], message: string): string {
  const places = path.map((key) => (typeof key === 'string' && /^[A-Za-z]+$/.test(key) ? key : '*'));
  return `${places.join('.') || 'the object'}: ${message}`;
}

/** The value without what is at the path; undefined when nothing is left, as when what is missing is the value's own. */
function without(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (key === undefined || value === null || typeof value !== 'object') return undefined;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const found = entries.find(([name]) => name === String(key));
  if (found === undefined) return undefined;
  const inner = without(found[1], rest);
  if (Array.isArray(value)) return entries.flatMap((entry) => replaced(entry, found, inner)).map(([, each]) => each);
  return Object.fromEntries(entries.flatMap((entry) => replaced(entry, found, inner)));
}

type Entry = readonly [string, unknown];

function replaced(entry: Entry, found: Entry, inner: unknown): readonly Entry[] {
  if (entry !== found) return [entry];
  return inner === undefined ? [] : [[entry[0], inner]];
}
