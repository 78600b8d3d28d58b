// kubectl describe is longer than a message may be: leave out what says least about memory, in this order, until it fits. What is left out is named.

/** Headings at the start of a line, least telling first. */
const EXPENDABLE = [
  'Node-Selectors',
  'Tolerations',
  'IPs',
  'Volumes',
  'Annotations',
  'Labels',
  'Conditions',
  'Service Account',
  'IP',
  'Priority',
] as const;

export function describeExcerpt(text: string, budget: number): readonly string[] {
  let sections = sectionsOf(text);
  const left: string[] = [];
  for (const heading of EXPENDABLE) {
    if (lengthOf(sections) <= budget - 80) break;
    const kept = sections.filter(({ name }) => name !== heading);
    if (kept.length < sections.length) left.push(heading);
    sections = kept;
  }
  const lines = sections.flatMap((section) => section.lines);
  return left.length === 0 ? lines : [...lines, `(left out: ${left.join(', ')})`];
}

type Section = { readonly name: string; readonly lines: readonly string[] };

function sectionsOf(text: string): readonly Section[] {
  const sections: { name: string; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const heading = /^([A-Z][A-Za-z -]*):/.exec(line)?.[1];
    const last = sections.at(-1);
    if (heading === undefined && last !== undefined) last.lines.push(line);
    else sections.push({ name: heading ?? '', lines: [line] });
  }
  return sections;
}

function lengthOf(sections: readonly Section[]): number {
  return sections.reduce((sum, { lines }) => sum + lines.reduce((length, line) => length + line.length + 1, 0), 0);
}
