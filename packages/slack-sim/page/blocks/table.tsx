// Draws table and data_table blocks (the library fails on numbers and draws no data_table).
// In: rows of raw_text, raw_number and rich_text cells. Out: a table whose first row is its head, scrollable when wide.

import type { ReactNode } from 'react';
import { isRecord, type Json, records, text, words } from '../read.ts';
import { LibraryBlocks } from './library.tsx';

export function Table({ block }: { readonly block: Json }): ReactNode {
  const [head, ...body] = rowsOf(block);
  const settings = records(block, 'column_settings');
  const caption = words(block, 'caption');
  if (head === undefined) return undefined;
  return (
    <div id={text(block, 'block_id')} className="table-box">
      <table>
        {caption === '' ? undefined : <caption>{caption}</caption>}
        <thead>
          <tr>
            {head.map((cell, at) => (
              <th key={String(at)} scope="col" className={lookOf(settings[at], cell)}>
                <Cell cell={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, line) => (
            <tr key={String(line)}>
              {row.map((cell, at) => (
                <td key={String(at)} className={lookOf(settings[at], cell)}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rowsOf(block: Json): readonly (readonly Json[])[] {
  const rows = block['rows'];
  if (!Array.isArray(rows)) return [];
  return rows.map((row) => {
    if (Array.isArray(row)) return row.filter(isRecord);
    return isRecord(row) ? records(row, 'cells') : [];
  });
}

/** Its alignment, and whether long text goes on in the next line. */
function lookOf(setting: Json | undefined, cell: Json): string {
  const align = text(setting, 'align') ?? (text(cell, 'type') === 'raw_number' ? 'right' : 'left');
  return setting?.['is_wrapped'] === true ? `${align} wraps` : align;
}

function Cell({ cell }: { readonly cell: Json }): ReactNode {
  if (text(cell, 'type') === 'rich_text') return <LibraryBlocks blocks={[cell]} />;
  return text(cell, 'text') ?? text(cell, 'value') ?? '';
}
