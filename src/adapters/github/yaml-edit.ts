// One value set in a YAML text, by its position: comments, order, quotes, indentation and line ends stay, nothing else is touched. Afterwards the text is
// read again: if it differs in anything but that value, the edit is refused. A missing value is added below the nearest parent there is.

import type { Node, Pair, YAMLMap } from 'yaml';
import { isMap, isNode, isScalar, isSeq, parseAllDocuments, Scalar } from 'yaml';
import { canonicalJson } from '../../domain/base/canonical-json.ts';
import { withEmbedded } from './embedded.ts';
import type { Step } from './yaml-path.ts';
import { walk, words } from './yaml-path.ts';

/** Which document of the text, and where in it; `inside`: where in the text that stands there. */
export type Spot = { readonly document: number; readonly path: readonly Step[]; readonly inside?: Spot | undefined };

export type Edited = { readonly kind: 'edited'; readonly text: string } | { readonly kind: 'refused'; readonly reason: string };

export type Value =
  | { readonly kind: 'value'; readonly text: string | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/** The value as it is spelled; undefined when there is none. */
export function valueAt(text: string, { document, path, inside }: Spot): Value {
  const parsed = parseAllDocuments(text)[document];
  if (parsed === undefined || parsed.errors.length > 0) return { kind: 'refused', reason: 'the file is not readable as YAML' };
  const walked = walk(parsed, path);
  if (walked.kind === 'refused') return walked;
  if (walked.rest.length > 0 || walked.node === undefined) return { kind: 'value', text: undefined };
  if (!isScalar(walked.node)) return { kind: 'refused', reason: `${words(path)} is not a single value` };
  const value = spelled(walked.node);
  return inside === undefined ? { kind: 'value', text: value } : valueAt(String(walked.node.value), inside);
}

function spelled({ value, source }: Scalar): string | undefined {
  if (value === null) return undefined;
  return source ?? (typeof value === 'string' ? value : JSON.stringify(value));
}

/** The text with the value set there. */
export function setValue(text: string, spot: Spot, value: string): Edited {
  const { inside } = spot;
  if (inside !== undefined) return insideOf(text, spot, (inner) => setValue(inner, inside, value));
  const document = parseAllDocuments(text)[spot.document];
  if (document === undefined || document.errors.length > 0)
    return { kind: 'refused', reason: 'the file is not readable as YAML' };
  const walked = walk(document, spot.path);
  if (walked.kind === 'refused') return walked;
  const edited =
    walked.rest.length === 0 && isScalar(walked.node) && walked.node.value !== null
      ? replaced(text, walked.node, value)
      : added(text, { ...walked, rest: walked.rest, value });
  if (typeof edited !== 'string')
    return { kind: 'refused', reason: edited?.reason ?? `${words(spot.path)} cannot be added there` };
  return isOnly(text, edited, { ...spot, value })
    ? { kind: 'edited', text: edited }
    : { kind: 'refused', reason: `setting ${words(spot.path)} would change something else as well` };
}

/** The text that stands at the spot is edited as one of its own, and put back. */
export function insideOf(text: string, spot: Spot, edit: (inner: string) => Edited): Edited {
  const document = parseAllDocuments(text)[spot.document];
  const walked = document === undefined ? undefined : walk(document, spot.path);
  if (walked?.kind === 'refused') return walked;
  const node = walked?.node;
  if (!isScalar(node) || typeof node.value !== 'string') return { kind: 'refused', reason: `${words(spot.path)} is not a text` };
  const inner = edit(node.value);
  if (inner.kind === 'refused') return inner;
  const edited = withEmbedded(text, node, inner.text);
  return edited !== undefined && isOnly(text, edited, { ...spot, value: inner.text })
    ? { kind: 'edited', text: edited }
    : { kind: 'refused', reason: `${words(spot.path)} is written folded or with escapes` };
}

type Problem = { readonly reason: string };

function replaced(text: string, node: Scalar, value: string): string | Problem {
  const [start, end] = node.range ?? [];
  if (start === undefined || end === undefined) return { reason: 'its position is not known' };
  switch (node.type) {
    case Scalar.PLAIN:
      return splice(text, { start, end }, value);
    case Scalar.QUOTE_DOUBLE:
      return splice(text, { start, end }, `"${value}"`);
    case Scalar.QUOTE_SINGLE:
      return splice(text, { start, end }, `'${value}'`);
    default:
      return { reason: 'it is written as a block of text' };
  }
}

function splice(text: string, { start, end }: { readonly start: number; readonly end: number }, insert: string): string {
  return `${text.slice(0, start)}${insert}${text.slice(end)}`;
}

type Adding = {
  readonly node: Node | undefined;
  readonly pair: Pair | undefined;
  readonly rest: readonly Step[];
  readonly value: string;
};

function added(text: string, adding: Adding): string | Problem | undefined {
  const { node, rest } = adding;
  if (rest.some((step) => typeof step === 'number')) return undefined;
  if (isMap(node))
    return node.flow === true ? intoFlow(text, node, adding) : node.items.length > 0 ? intoBlock(text, node, adding) : undefined;
  return belowKey(text, adding);
}

/** `{ cpu: 1 }` becomes `{ cpu: 1, memory: 1Gi }`. */
function intoFlow(text: string, map: YAMLMap, { rest, value }: Adding): string | undefined {
  const start = map.range?.[0];
  const last = map.items.at(-1);
  const at = last === undefined ? (start === undefined ? undefined : start + 1) : leafEnd(last);
  if (at === undefined) return undefined;
  const [first, ...deeper] = rest;
  const inner = deeper.toReversed().reduce<string>((content, step) => `{ ${step}: ${content} }`, value);
  const padding = last === undefined ? ' ' : '';
  return splice(text, { start: at, end: at }, `${last === undefined ? padding : ', '}${first}: ${inner}${padding}`);
}

/** A line of its own, after the last one of the map, as far in as its keys. */
function intoBlock(text: string, map: YAMLMap, { rest, value }: Adding): string | undefined {
  const first = map.items[0]?.key;
  const last = map.items.at(-1);
  const start = isScalar(first) ? first.range?.[0] : undefined;
  const end = last === undefined ? undefined : leafEnd(last);
  if (start === undefined || end === undefined) return undefined;
  return insertLines(text, end, lines(rest, value, columnOf(text, start)));
}

/** `resources:` without a value. */
function belowKey(text: string, { node, pair, rest, value }: Adding): string | undefined {
  const key = pair?.key;
  const explicit = isScalar(node) && (node.value !== null || (node.source ?? '') !== '');
  if (explicit || isSeq(node) || !isScalar(key) || !key.range) return undefined;
  if (rest.length === 0) {
    const colon = text.indexOf(':', key.range[1]) + 1;
    return splice(text, { start: colon, end: colon }, ` ${value}`);
  }
  return insertLines(text, key.range[1], lines(rest, value, columnOf(text, key.range[0]) + 2));
}

function lines(rest: readonly Step[], value: string, column: number): readonly string[] {
  return rest.map((step, depth) => `${' '.repeat(column + 2 * depth)}${step}:${depth === rest.length - 1 ? ` ${value}` : ''}`);
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** After the line that holds the offset; a text that ends in a block of text already ended its line. */
function insertLines(text: string, offset: number, inserted: readonly string[]): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const block = inserted.join(newline);
  if (offset > 0 && text[offset - 1] === '\n') return splice(text, { start: offset, end: offset }, `${block}${newline}`);
  const lineEnd = text.indexOf('\n', offset);
  if (lineEnd < 0) return `${text}${newline}${block}`;
  return splice(text, { start: lineEnd + 1, end: lineEnd + 1 }, `${block}${newline}`);
}

/** Where the last character of a pair ends. */
export function leafEnd({ key, value }: Pair): number | undefined {
  return endOf(value) ?? (isScalar(key) ? key.range?.[1] : undefined);
}

/** Of a block, where its last leaf ends; undefined for a value that is not written. */
function endOf(node: unknown): number | undefined {
  if (isMap(node) && node.flow !== true && node.items.length > 0) {
    const last = node.items.at(-1);
    return last === undefined ? undefined : leafEnd(last);
  }
  if (isSeq(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return isNode(node) && node.range && node.range[1] > node.range[0] ? node.range[1] : undefined;
}

/** Whether the texts say the same but for that one value. */
function isOnly(before: string, after: string, { document, path, value }: Spot & { readonly value: string }): boolean {
  const [old, next] = [parseAllDocuments(before), parseAllDocuments(after)];
  if (old.length !== next.length || next.some(({ errors }) => errors.length > 0)) return false;
  const written: unknown = next[document]?.getIn(path);
  if (String(written) !== value) return false;
  return old.every((each, index) => {
    const content: unknown = each.toJS();
    const wanted = index === document ? withValue(content, path, written) : content;
    return canonicalJson(wanted) === canonicalJson(next[index]?.toJS());
  });
}

/** A copy with the value at the path; maps on the way that are not there are made. */
function withValue(content: unknown, path: readonly Step[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(content))
    return content.map((item: unknown, index) => (index === step ? withValue(item, rest, value) : item));
  const map: Readonly<Record<string, unknown>> = typeof content === 'object' && content !== null ? { ...content } : {};
  return { ...map, [step]: withValue(map[step], rest, value) };
}
