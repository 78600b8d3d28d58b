// Where in a YAML text a problem is: line and column of the value or key that a path names, and the nearest right key for a mistyped one.

import { distance } from 'fastest-levenshtein';
import type { Document, LineCounter } from 'yaml';
import { isMap, isNode, isScalar } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../../domain/base/nearest.ts';

export type Located = {
  readonly document: Document;
  readonly lines: LineCounter;
  /** Every key there is, for "did you mean". */
  readonly keys: readonly string[];
};

/** "policy.maxLimit (line 4, column 13): …", one for each thing that is wrong, in the order of the lines. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], located: Located): readonly string[] {
  return issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => describe([...issue.path, key], unknownWords(key, located.keys), located))
        : [describe(issue.path, issue.message, located)],
    )
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ words }) => words);
}

function describe(path: readonly PropertyKey[], message: string, located: Located) {
  const offset = position(path, located);
  return { offset: offset ?? 0, words: `${name(path)}${placeWords(offset, located)}: ${message}` };
}

/** " (line 4, column 13)". */
export function placeWords(offset: number | undefined, { lines }: Pick<Located, 'lines'>): string {
  if (offset === undefined) return '';
  const { line, col } = lines.linePos(offset);
  return ` (line ${line}, column ${col})`;
}

function name(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'top level' : path.map(String).join('.');
}

/** Of the key when the value is missing or unknown, of what surrounds it when the key is missing as well. */
function position(path: readonly PropertyKey[], { document }: Located): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsetOf(path.slice(0, length), document);
    if (offset !== undefined) return offset;
  }
  return undefined;
}

function offsetOf(path: readonly PropertyKey[], document: Document): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last);
    if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
  }
  const node: unknown = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

/** "is not a setting; did you mean maxLimit?": the question only when a key is near. */
function unknownWords(key: string, known: readonly string[]): string {
  if (known.includes(key)) return 'is a setting, but not in this place';
  const [meant] = nearest({ candidates: known, text: key, distance, limit: 1 });
  return `is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
