// What differs between two texts, as the lines of a unified diff: "  " for lines around it, "- " and "+ " for what goes and comes. Made for small
// edits of long files; texts that share nothing are shown as all old and all new.

/** Lines around a change, as git shows. */
const AROUND = 3;
/** Beyond this many changed lines the middle is shown as all old, then all new. */
const MOST_COMPARED = 400;

type Line = { readonly mark: ' ' | '-' | '+'; readonly text: string; readonly oldNumber: number; readonly newNumber: number };

/** Without a change: nothing. Each hunk begins with "@@ -12,7 +12,7 @@". */
export function textDiff(before: string, after: string): readonly string[] {
  if (before === after) return [];
  const lines = compare(before.split('\n'), after.split('\n'));
  const hunks: Line[][] = [];
  let quiet = Number.POSITIVE_INFINITY;
  for (const [index, line] of lines.entries()) {
    quiet = line.mark === ' ' ? quiet + 1 : 0;
    if (line.mark === ' ') {
      if (quiet <= AROUND) hunks.at(-1)?.push(line);
      continue;
    }
    const hunk = hunks.at(-1);
    const from = contextStart(lines, index, hunk?.at(-1));
    const context = lines.slice(from, index);
    if (hunk !== undefined && (from === 0 || lines[from - 1] === hunk.at(-1))) hunk.push(...context, line);
    else hunks.push([...context, line]);
  }
  return hunks.flatMap((hunk) => [header(hunk), ...hunk.map(({ mark, text }) => `${mark} ${text}`)]);
}

/** At most so many lines before a change, and none that the hunk before already shows. */
function contextStart(lines: readonly Line[], index: number, shown: Line | undefined): number {
  let from = index;
  while (from > 0 && index - from < AROUND && lines[from - 1] !== shown) from -= 1;
  return from;
}

function header(hunk: readonly Line[]): string {
  const old = hunk.filter(({ mark }) => mark !== '+');
  const next = hunk.filter(({ mark }) => mark !== '-');
  const [first] = hunk;
  return `@@ -${old[0]?.oldNumber ?? first?.oldNumber ?? 0},${old.length} +${next[0]?.newNumber ?? first?.newNumber ?? 0},${next.length} @@`;
}

function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const marks = [
    ...before.slice(0, start).map(() => ' ' as const),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(() => ' ' as const),
  ];
  let [oldIndex, newIndex] = [0, 0];
  return marks.map((mark): Line => {
    const line = {
      mark,
      text: (mark === '+' ? after[newIndex] : before[oldIndex]) ?? '',
      oldNumber: oldIndex + 1,
      newNumber: newIndex + 1,
    };
    if (mark !== '+') oldIndex += 1;
    if (mark !== '-') newIndex += 1;
    return line;
  });
}

/** The longest lines in common stay, everything else goes or comes. */
function middle(before: readonly string[], after: readonly string[]): readonly Line['mark'][] {
  if (before.length + after.length > MOST_COMPARED) return [...before.map(() => '-' as const), ...after.map(() => '+' as const)];
  const width = after.length + 1;
  const common = Array.from({ length: (before.length + 1) * width }, () => 0);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1)
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const marks: Line['mark'][] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const same = i < before.length && j < after.length && before[i] === after[j];
    const mark = same ? ' ' : j >= after.length || (i < before.length && at(i + 1, j) >= at(i, j + 1)) ? '-' : '+';
    marks.push(mark);
    if (mark !== '+') i += 1;
    if (mark !== '-') j += 1;
  }
  return marks;
}
