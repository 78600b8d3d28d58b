// Go's text/tabwriter as kubectl sets it up: cells end with a tab, a column is a run of consecutive lines that have that cell, its width the
// longest plus two; text after the last tab is no cell. Width counts code points. A vertical tab ends a cell too, a form feed a line
// and every column.

const PADDING = 2;

/** Lines with tabs in, aligned lines out; a line may hold line ends. What could steer a terminal is spelled out first, as kubectl does. */
export function alignTabs(lines: readonly string[]): readonly string[] {
  return visible(lines.join('\n'))
    .split('\f')
    .flatMap((part) => alignRows(part.split('\n').map((line) => line.split(/[\t\v]/))));
}

/** ESC and CR as kubectl prints them: a log of control codes must not steer anybody's terminal. */
function visible(text: string): string {
  return text.replaceAll('\u001b', '^[').replaceAll('\r', '\\r');
}

function alignRows(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.map((cells) => cells.map(() => 0));
  for (const [index, cells] of rows.entries()) {
    for (let column = 0; column < cells.length - 1; column += 1) {
      if (widths[index]?.[column] === 0) fillBlock({ rows, widths, from: index, column });
    }
  }
  return rows.map((cells, index) => cells.map((cell, column) => pad(cell, widths[index]?.[column] ?? 0)).join(''));
}

type Block = {
  readonly rows: readonly (readonly string[])[];
  readonly widths: readonly number[][];
  readonly from: number;
  readonly column: number;
};

function fillBlock({ rows, widths, from, column }: Block): void {
  let end = from;
  let longest = 0;
  while (end < rows.length && column < (rows[end]?.length ?? 0) - 1) {
    longest = Math.max(longest, [...(rows[end]?.[column] ?? '')].length);
    end += 1;
  }
  for (const row of widths.slice(from, end)) row[column] = longest + PADDING;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - [...cell].length));
}
