// One value taken out of a YAML text, as the reverse of adding it: its line goes, and with it limits, requests or resources that would be left empty. Everything
// else stays as it is; afterwards the text is read again, and if it differs in anything else, the edit is refused.

import type { YAMLMap } from 'yaml';
import { isMap, isScalar, parseAllDocuments } from 'yaml';
import { canonicalJson } from '../../domain/base/canonical-json.ts';
import type { Edited, Spot } from './yaml-edit.ts';
import { insideOf, leafEnd } from './yaml-edit.ts';
import type { Step } from './yaml-path.ts';
import { pairOf, walk, words } from './yaml-path.ts';

/** Kubernetes takes them empty for not there. */
const NOTHING_WHEN_EMPTY: readonly Step[] = ['limits', 'requests', 'resources'];

/** A value that is not there is taken out already. */
export function removeValue(text: string, spot: Spot): Edited {
  const { inside } = spot;
  if (inside !== undefined) return insideOf(text, spot, (inner) => removeValue(inner, inside));
  const document = parseAllDocuments(text)[spot.document];
  if (document === undefined || document.errors.length > 0)
    return { kind: 'refused', reason: 'the file is not readable as YAML' };
  const walked = walk(document, spot.path);
  if (walked.kind === 'refused') return walked;
  if (walked.rest.length > 0) return { kind: 'edited', text };
  if (spot.path.at(-1) !== 'memory') return { kind: 'refused', reason: `${words(spot.path)} cannot be without a value` };
  let path = spot.path;
  for (let map = mapAt(document, path); map?.items.length === 1 && isNothingWhenEmpty(path); map = mapAt(document, path))
    path = path.slice(0, -1);
  const map = mapAt(document, path);
  const edited =
    map === undefined ? undefined : map.flow === true ? cutFromFlow(text, map, path.at(-1)) : cutLines(text, map, path.at(-1));
  return edited !== undefined && isOnlyWithout(text, edited, { ...spot, path })
    ? { kind: 'edited', text: edited }
    : { kind: 'refused', reason: `${words(spot.path)} cannot be taken out there` };
}

/** The map that holds the last step of the path. */
function mapAt(document: Parameters<typeof walk>[0], path: readonly Step[]): YAMLMap | undefined {
  const walked = walk(document, path.slice(0, -1));
  return walked.kind === 'reached' && walked.rest.length === 0 && isMap(walked.node) ? walked.node : undefined;
}

function isNothingWhenEmpty(path: readonly Step[]): boolean {
  const parent = path.at(-2);
  return parent !== undefined && NOTHING_WHEN_EMPTY.includes(parent);
}

type Place = { readonly index: number; readonly start: number; readonly end: number };

function placeIn(map: YAMLMap, key: Step | undefined): Place | undefined {
  const pair = typeof key === 'string' ? pairOf(map, key) : undefined;
  const start = startOf(pair?.key);
  const end = pair === undefined ? undefined : leafEnd(pair);
  return pair === undefined || start === undefined || end === undefined
    ? undefined
    : { index: map.items.indexOf(pair), start, end };
}

function startOf(key: unknown): number | undefined {
  return isScalar(key) ? key.range?.[0] : undefined;
}

function cutFromFlow(text: string, map: YAMLMap, key: Step | undefined): string | undefined {
  const place = placeIn(map, key);
  if (place === undefined) return undefined;
  const [next, previous] = [startOf(map.items[place.index + 1]?.key), map.items[place.index - 1]];
  const before = previous === undefined ? undefined : leafEnd(previous);
  if (next !== undefined) return cut(text, place.start, next);
  return cut(text, before ?? place.start, place.end);
}

/** Only when the lines hold nothing else. */
function cutLines(text: string, map: YAMLMap, key: Step | undefined): string | undefined {
  const place = placeIn(map, key);
  if (place === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', place.start - 1) + 1;
  if (text.slice(lineStart, place.start).trim() !== '') return undefined;
  const lineEnd = text.indexOf('\n', place.end);
  // The last line of a text without a line end takes the one before it along.
  return lineEnd < 0 ? text.slice(0, lineStart).replace(/\r?\n$/, '') : cut(text, lineStart, lineEnd + 1);
}

function cut(text: string, start: number, end: number): string {
  return `${text.slice(0, start)}${text.slice(end)}`;
}

function isOnlyWithout(before: string, after: string, { document, path }: Spot): boolean {
  const [old, next] = [parseAllDocuments(before), parseAllDocuments(after)];
  if (old.length !== next.length || next.some(({ errors }) => errors.length > 0)) return false;
  return old.every((each, index) => {
    const content: unknown = each.toJS();
    const wanted = index === document ? without(content, path) : content;
    return canonicalJson(wanted) === canonicalJson(next[index]?.toJS());
  });
}

function without(content: unknown, [step, ...rest]: readonly Step[]): unknown {
  if (Array.isArray(content)) return content.map((item: unknown, index) => (index === step ? without(item, rest) : item));
  const entries = Object.entries(typeof content === 'object' && content !== null ? content : {});
  const kept = rest.length === 0 ? entries.filter(([key]) => key !== step) : entries;
  return Object.fromEntries(kept.map(([key, value]): [string, unknown] => [key, key === step ? without(value, rest) : value]));
}
