// A text that stands inside another one, as a kustomize patch does in kustomization.yaml: replaced line by line, so that every line that does not change keeps
// its bytes. What is written with escapes or folded is refused.

import { Scalar } from 'yaml';

/** The whole text with `inner` in place of what the scalar says; undefined when it is not written as it reads. */
export function withEmbedded(text: string, node: Scalar, inner: string): string | undefined {
  const [start, end] = node.range ?? [];
  const { value } = node;
  if (start === undefined || end === undefined || typeof value !== 'string') return undefined;
  if (node.type === Scalar.BLOCK_LITERAL) return inBlock(text, { start, end, old: value.split('\n'), next: inner.split('\n') });
  const quote = node.type === Scalar.QUOTE_SINGLE || node.type === Scalar.QUOTE_DOUBLE ? 1 : 0;
  const isAsItReads = text.slice(start + quote, end - quote) === value && !inner.includes('\n') && !inner.includes("'");
  return isAsItReads ? `${text.slice(0, start + quote)}${inner}${text.slice(end - quote)}` : undefined;
}

type Block = { readonly start: number; readonly end: number; readonly old: readonly string[]; readonly next: readonly string[] };

/** Lines that both have at the beginning and at the end stay; those between are written as far in as the others. */
function inBlock(text: string, { start, end, old, next }: Block): string | undefined {
  const from = text.indexOf('\n', start) + 1;
  const lines = text.slice(from, end).split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const indent = (lines[first] ?? '').length - (old[first] ?? '').length - ((lines[first] ?? '').endsWith('\r') ? 1 : 0);
  if (from === 0 || first < 0 || indent < 1) return undefined;
  const lineEnd = text.includes('\r\n') ? '\r' : '';
  let same = 0;
  while (same < old.length && same < next.length && old[same] === next[same]) same += 1;
  let after = 0;
  while (after < old.length - same && after < next.length - same && old.at(-1 - after) === next.at(-1 - after)) after += 1;
  const changed = next.slice(same, next.length - after).map((line) => `${' '.repeat(indent)}${line}${lineEnd}`);
  const body = [...lines.slice(0, same), ...changed, ...lines.slice(old.length - after)];
  return `${text.slice(0, from)}${body.join('\n')}${text.slice(end)}`;
}
