// What is wrong with a value of headroom.yaml, in plain words: what is written there, what it should be, and an example. For what zod itself would say in
// its own words; values with a meaning of their own bring theirs (config-values.ts).

import type { z } from 'zod';

/** What is written there, as a person would point at it. */
function shown(input: unknown): string {
  if (typeof input === 'string') return `"${input.slice(0, 40)}"`;
  if (typeof input === 'number' || typeof input === 'boolean') return String(input);
  return Array.isArray(input) ? 'a list' : 'a mapping';
}

/** "8 is not a size; write for example 8Mi". */
export function wrongValue(input: unknown, what: string, example: string): string {
  if (input === undefined || input === null)
    return `${input === null ? 'has no value' : 'is missing'}; write ${what}, for example ${example}`;
  return `${shown(input)} is not ${what}; write for example ${example}`;
}

const EXPECTED: ReadonlyMap<string, readonly [what: string, example: string]> = new Map([
  ['array', ['a list', '[first, second]']],
  ['object', ['a mapping of settings', '{ key: value }']],
  ['record', ['a mapping of names', '{ tier: gold }']],
  ['boolean', ['true or false', 'true']],
  ['number', ['a number', '3']],
  ['int', ['a whole number', '3']],
  ['string', ['a text', '"text", in quotes']],
]);

/** Undefined leaves it to zod. */
export function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type': {
      const [what, example] = EXPECTED.get(issue.expected) ?? [];
      return what === undefined || example === undefined ? undefined : wrongValue(input, what, example);
    }
    case 'invalid_value':
      return `${shown(input)} is not one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return boundWords(input, `at least ${String(issue.minimum)}`, issue.origin);
    case 'too_big':
      return boundWords(input, `at most ${String(issue.maximum)}`, issue.origin);
    default:
      return undefined;
  }
}

function boundWords(input: unknown, bound: string, origin: string): string {
  if (origin === 'array') return `a list of ${bound} is wanted`;
  return origin === 'string' ? 'is empty' : `${shown(input)} is not allowed; write ${bound}`;
}
