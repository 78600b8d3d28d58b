// The part of PromQL the demo answers: a selector, the highest of it over a range, and the highest of these by labels or of all. Refuses everything else
// by name, but for what asks about metrics that the demo has not: that finds nothing, however it is put.

type Selector = { readonly metric: string; readonly matchers: readonly Matcher[] };
type Matcher = { readonly label: string; readonly matches: (value: string) => boolean };
export type Query = {
  readonly selector: Selector;
  /** Undefined: every series by itself; empty: all of them as one. */
  readonly maxBy: readonly string[] | undefined;
  /** The highest sample of so many seconds before each instant. */
  readonly overSeconds: number | undefined;
};
export type ParsedQuery =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'invalid'; readonly problem: string };

const MAX_BY = /^max\s+by\s*\(([^)]*)\)\s*\((.*)\)$/s;
const MAX_BY_BEHIND = /^max\s*\((.*)\)\s*by\s*\(([^)]*)\)$/s;
const MAX_OF_ALL = /^max\s*\((.*)\)$/s;
const MAX_OVER_TIME = /^max_over_time\s*\(\s*(.*)\[(\d+)(s|m|h|d)\]\s*\)$/s;
const SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);
const SELECTOR = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?$/s;
const MATCHER = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/gy;

const NOTHING: Query = { selector: { metric: '', matchers: [] }, maxBy: undefined, overSeconds: undefined };

/** `metric`: the one there is. */
export function parseQuery(text: string, metric: string): ParsedQuery {
  const trimmed = text.trim();
  const { labels, inner } = aggregated(trimmed);
  const over = MAX_OVER_TIME.exec(inner);
  const match = SELECTOR.exec((over?.[1] ?? inner).trim());
  if (match === null && !trimmed.includes(metric)) return { kind: 'query', query: NOTHING };
  if (match === null)
    return invalid(
      `parse error: the demo's Prometheus knows selectors, max_over_time and "max by (…) (…)" only, not: ${trimmed.slice(0, 80)}`,
    );
  const matchers = parseMatchers(match[2] ?? '');
  if (typeof matchers === 'string') return invalid(matchers);
  const maxBy = labels
    ?.split(',')
    .map((label) => label.trim())
    .filter(Boolean);
  const overSeconds = over === null ? undefined : Number(over[2]) * (SECONDS.get(over[3] ?? '') ?? 1);
  return { kind: 'query', query: { selector: { metric: match[1] ?? '', matchers }, maxBy, overSeconds } };
}

function aggregated(text: string): { readonly labels: string | undefined; readonly inner: string } {
  const front = MAX_BY.exec(text);
  if (front !== null) return { labels: front[1] ?? '', inner: (front[2] ?? '').trim() };
  const behind = MAX_BY_BEHIND.exec(text);
  if (behind !== null) return { labels: behind[2] ?? '', inner: (behind[1] ?? '').trim() };
  const all = MAX_OF_ALL.exec(text);
  return all === null ? { labels: undefined, inner: text } : { labels: '', inner: (all[1] ?? '').trim() };
}

function invalid(problem: string): ParsedQuery {
  return { kind: 'invalid', problem };
}

function parseMatchers(text: string): readonly Matcher[] | string {
  const matchers: Matcher[] = [];
  const pattern = new RegExp(MATCHER);
  let at = 0;
  while (at < text.trimEnd().length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return `parse error: unexpected "${text.slice(at, at + 20)}" in label matching`;
    at = pattern.lastIndex;
    const [, label = '', operator = '', quoted = ''] = match;
    const value = unquoted(quoted);
    try {
      matchers.push({ label, matches: matching(operator, value) });
    } catch {
      return `parse error: error parsing regexp: ${value}`;
    }
  }
  return matchers;
}

function unquoted(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}

/** Regular expressions are anchored at both ends, as Prometheus has them. */
function matching(operator: string, value: string): Matcher['matches'] {
  if (operator === '=') return (text) => text === value;
  if (operator === '!=') return (text) => text !== value;
  const pattern = new RegExp(`^(?:${value})$`, 's');
  return operator === '=~' ? (text) => pattern.test(text) : (text) => !pattern.test(text);
}
