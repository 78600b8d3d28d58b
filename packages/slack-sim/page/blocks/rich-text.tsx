// Draws a rich_text block: preformatted parts ourselves (blanks, diffs), everything else with the library.
// In: the block. Out: its parts in order.

import type { ReactNode } from 'react';
import { type Json, record, records, text } from '../read.ts';
import { Code } from './code.tsx';
import { LibraryBlocks } from './library.tsx';

export function RichText({ block }: { readonly block: Json }): ReactNode {
  return (
    <div id={text(block, 'block_id')} className="rich-text">
      {group(records(block, 'elements')).map((part, at) =>
        part.code ? (
          <Code key={String(at)} text={plainText(part.elements[0])} language={text(part.elements[0], 'language')} />
        ) : (
          <LibraryBlocks key={String(at)} blocks={[{ type: 'rich_text', elements: part.elements }]} />
        ),
      )}
    </div>
  );
}

type Group = { readonly code: boolean; readonly elements: readonly Json[] };

function group(elements: readonly Json[]): readonly Group[] {
  const groups: Group[] = [];
  for (const element of elements) {
    const code = text(element, 'type') === 'rich_text_preformatted';
    const last = groups.at(-1);
    if (last !== undefined && !code && !last.code) groups[groups.length - 1] = { code, elements: [...last.elements, element] };
    else groups.push({ code, elements: [element] });
  }
  return groups;
}

/** The words of a rich text element, links as their label or address. */
function plainText(element: Json | undefined): string {
  const own = text(element, 'text') ?? text(element, 'url');
  if (own !== undefined) return own;
  const nested = [...records(element, 'elements'), ...records(record(element, 'rich_text'), 'elements')];
  return nested.map(plainText).join('');
}
