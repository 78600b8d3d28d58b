// Precision, recall and F1 by cause, and the accuracy over all.

import { fixed, percent, table } from '../table.ts';
import type { Labelled } from './case.ts';
import { CAUSES } from './case.ts';

export type Score = { readonly accuracy: number; readonly macroF1: number; readonly text: string };

export function scoreOf(title: string, results: readonly Labelled[]): Score {
  const present = CAUSES.filter((cause) => results.some(({ label }) => label === cause));
  const rows = present.map((cause) => {
    const hits = results.filter(({ label, found }) => label === cause && found === cause).length;
    const precision = hits / Math.max(1, results.filter(({ found }) => found === cause).length);
    const recall = hits / results.filter(({ label }) => label === cause).length;
    const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    return { cause, precision, recall, f1, taken: takenFor(results, cause) };
  });
  const accuracy = results.filter(({ label, found }) => label === found).length / results.length;
  const macroF1 = rows.reduce((total, { f1 }) => total + f1, 0) / rows.length;
  const lines = rows.map(({ cause, precision, recall, f1, taken }) => [cause, fixed(precision), fixed(recall), fixed(f1), taken]);
  const head = `${title} (${results.length} kills): accuracy ${percent(accuracy)} %, macro-F1 ${fixed(macroF1, 3)}`;
  return { accuracy, macroF1, text: `${head}\n\n${table(['cause', 'precision', 'recall', 'F1', 'taken for'], lines)}` };
}

function takenFor(results: readonly Labelled[], cause: string): string {
  const counts = new Map<string, number>();
  for (const { label, found } of results) if (label === cause && found !== cause) counts.set(found, (counts.get(found) ?? 0) + 1);
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([found, count]) => `${found} ${count}`)
    .join(', ');
}
