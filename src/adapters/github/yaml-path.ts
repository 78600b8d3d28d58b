// The way to a value inside a YAML document: keys and positions, as a person writes it in headroom.yaml ("workers[0].resources.limits.memory", a key with
// dots in quotes) or as a manifest has it. Walks as far as the document goes, and refuses what is shared with other places by an anchor or an alias.

import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';

export type Step = string | number;

export type Walked =
  /** `node` is what `rest` starts from; without rest it is the value itself. `key` is the pair's key in whose value the walk ended. */
  | { readonly kind: 'reached'; readonly node: Node | undefined; readonly pair: Pair | undefined; readonly rest: readonly Step[] }
  | { readonly kind: 'refused'; readonly reason: string };

const PART = /^(?:"([^"]+)"|([^.[\]"]+))|^\[(\d{1,6})\]/;

/** Undefined when it is not such a path. */
export function parsePath(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  for (let rest = text; rest !== ''; ) {
    const [whole, quoted, plain, index] = PART.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    steps.push(index === undefined ? (quoted ?? plain ?? '') : Number(index));
    rest = rest.slice(whole.length);
    if (rest.startsWith('.')) rest = rest.slice(1) || '.';
    else if (rest !== '' && !rest.startsWith('[')) return undefined;
  }
  return steps.length === 0 ? undefined : steps;
}

export function walk(document: Document, path: readonly Step[]): Walked {
  let node: Node | undefined = isNode(document.contents) ? document.contents : undefined;
  let pair: Pair | undefined;
  for (const [depth, step] of path.entries()) {
    const shared = sharing(node);
    if (shared !== undefined) return { kind: 'refused', reason: shared };
    const next = into(node, step);
    if (next === undefined) {
      if (isMap(node) && hasMerge(node))
        return { kind: 'refused', reason: `${words(path)} comes from a merge (<<), which other places use as well` };
      return { kind: 'reached', node, pair, rest: path.slice(depth) };
    }
    ({ node, pair } = next);
  }
  const shared = sharing(node);
  return shared === undefined ? { kind: 'reached', node, pair, rest: [] } : { kind: 'refused', reason: shared };
}

type Next = { readonly node: Node | undefined; readonly pair: Pair | undefined };

function into(node: Node | undefined, step: Step): Next | undefined {
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step];
    return isNode(item) ? { node: item, pair: undefined } : undefined;
  }
  const pair = isMap(node) && typeof step === 'string' ? pairOf(node, step) : undefined;
  return pair === undefined ? undefined : { node: isNode(pair.value) ? pair.value : undefined, pair };
}

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
}

function sharing(node: Node | undefined): string | undefined {
  if (isAlias(node)) return `the value is the alias *${node.source}, which other places use as well`;
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
    return `the value is anchored as &${node.anchor}, which other places may use as well`;
  return undefined;
}

function hasMerge(map: YAMLMap): boolean {
  return map.items.some(
    ({ key }) => isScalar(key) && (key.value === '<<' || (typeof key.value === 'symbol' && key.source === '<<')),
  );
}

export function words(path: readonly Step[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}
