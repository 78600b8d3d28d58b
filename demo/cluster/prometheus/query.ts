// The part of PromQL the demo answers: a selector, or "max by (labels) (selector)". Refuses everything else by name, but for what asks about metrics
// that the demo has not: that finds nothing, however it is put.

export type Selector = { readonly metric: string; readonly matchers: readonly Matcher[] };
export type Matcher = { readonly label: string; readonly matches: (value: string) => boolean };
export type Query = {
  readonly selector: Selector /** Undefined: every series by itself. */;
  readonly maxBy: readonly string[] | undefined;
};
export type ParsedQuery =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'invalid'; readonly problem: string };

const MAX_BY = /^max\s+by\s*\(([^)]*)\)\s*\((.*)\)$/s;
const MAX_BY_BEHIND = /^max\s*\((.*)\)\s*by\s*\(([^)]*)\)$/s;
const SELECTOR = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?$/s;
const MATCHER = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/gy;

const NOTHING: Query = { selector: { metric: '', matchers: [] }, maxBy: undefined };

/** `metric`: the one there is. */
export function parseQuery(text: string, metric: string): ParsedQuery {
  const trimmed = text.trim();
  const front = MAX_BY.exec(trimmed);
  const behind = MAX_BY_BEHIND.exec(trimmed);
  const [labels, inner] = front !== null ? [front[1], front[2]] : behind !== null ? [behind[2], behind[1]] : [undefined, trimmed];
  const match = SELECTOR.exec((inner ?? '').trim());
  if (match === null && !trimmed.includes(metric)) return { kind: 'query', query: NOTHING };
  if (match === null)
    return invalid(
      `parse error: the demo's Prometheus knows selectors and "max by (…) (selector)" only, not: ${trimmed.slice(0, 80)}`,
    );
  const matchers = parseMatchers(match[2] ?? '');
  if (typeof matchers === 'string') return invalid(matchers);
  const maxBy = labels
    ?.split(',')
    .map((label) => label.trim())
    .filter(Boolean);
  return { kind: 'query', query: { selector: { metric: match[1] ?? '', matchers }, maxBy } };
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
