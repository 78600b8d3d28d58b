// Labels, annotations and other maps of describe: one entry a line, sorted, the first beside the title. What is inside a volume is indented by
// writing the indent before every part, as kubectl's nested writer does, so that its continuation lines look odd in the same way.

import type { Raw } from './raw.ts';
import { entries } from './raw.ts';

/** kubectl's maxAnnotationLen, in bytes. */
const LONGEST = 140;
const HIDDEN_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

export function mapLines(title: string, rows: readonly string[], indent = ''): readonly string[] {
  const [first = '<none>', ...rest] = rows;
  return [`${indent}${title}:\t${indent}${first}`, ...rest.map((row) => `${indent}${indent}\t${indent}${row}`)];
}

export function labelLines(title: string, labels: Raw, indent = ''): readonly string[] {
  return mapLines(
    title,
    entries(labels).map(([key, value]) => `${key}=${value}`),
    indent,
  );
}

export function annotationLines(annotations: Raw, indent = ''): readonly string[] {
  const shown = entries(annotations).filter(([key]) => key !== HIDDEN_ANNOTATION);
  if (shown.length === 0) return [`${indent}Annotations:\t${indent}<none>`];
  return shown.flatMap(([key, value], index) => {
    const begin = index === 0 ? `${indent}Annotations:\t` : `${indent}\t`;
    return oneAnnotation(key, value.replace(/\n$/, ''), { begin: `${begin}${indent}`, next: `${indent}\t` });
  });
}

/** Long or multi-line values go to the lines after their key, each cut. */
function oneAnnotation(
  key: string,
  value: string,
  { begin, next }: { readonly begin: string; readonly next: string },
): readonly string[] {
  const fits = Buffer.byteLength(value) + Buffer.byteLength(key) + 2 <= LONGEST && !value.includes('\n');
  if (fits) return [`${begin}${key}: ${value}`];
  return [`${begin}${key}:`, ...value.split('\n').map((line) => `${next}  ${shortened(line, LONGEST - 2)}`)];
}

/** Cut by bytes, as Go cuts; half a character shows as what no character is. */
export function shortened(text: string, mostBytes: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= mostBytes ? text : `${bytes.subarray(0, mostBytes).toString('utf8')}...`;
}
