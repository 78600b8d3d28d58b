// Reads as much of an object as can be read. A field that is wrong is left out as if it were absent; where it cannot be absent, the part around it is.

import type { z } from 'zod';

export type Tolerated<Value> = {
  /** Undefined when nothing of it can be used. */
  readonly value: Value | undefined;
  /** What was left out and why, without any content: "status.containerStatuses.*.restartCount: Invalid input: expected number, received string". */
  readonly problems: readonly string[];
};

/** Each round leaves out at most one thing of each entry of a list; what is wrong after so many is nonsense from end to end. */
const MOST_ROUNDS = 20;

export function parseTolerantly<Value>(schema: z.ZodType<Value>, content: unknown): Tolerated<Value> {
  const problems = new Set<string>();
  let rest = content;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { value: parsed.data, problems: [...problems] };
    for (const { path, message } of onePerEntry(parsed.error.issues)) {
      problems.add(words(path, message));
      rest = without(rest, path);
    }
    if (rest === undefined) break;
  }
  return { value: undefined, problems: [...problems] };
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/** From the last to the first, so that what is taken out of a list moves nothing that is still to come. */
function onePerEntry(issues: readonly Issue[]): readonly Issue[] {
  const places = new Map<string, Issue>();
  for (const issue of issues.toReversed()) {
    const index = issue.path.findIndex((key) => typeof key === 'number');
    const place = (index < 0 ? issue.path : issue.path.slice(0, index + 1)).map(String).join('/');
    if (!places.has(place)) places.set(place, issue);
  }
  return [...places.values()];
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
