// Why it happened: ordered rules over the evidence; the first that applies decides (sizing.md 5.2, domain.md). Without enough to go by it
// says "cannot tell yet" and what would settle it.

import type { Case, DiagnoseInput, Rule } from './diagnose/case.ts';
import { caseOf } from './diagnose/case.ts';
import { childProcess, heapSetting, memoryVolume, nodePressure, noLimit, startFailure } from './diagnose/cluster.ts';
import { notKilled } from './diagnose/not-an-oom.ts';
import { leak, limitTooLow, spike, startup } from './diagnose/shape.ts';
import type { Diagnosis } from './diagnosis.ts';
import { formatBytes } from './memory.ts';

/** Objects before curves: what the specification says outright is surer than a shape. */
const RULES: readonly Rule[] = [
  nodePressure,
  noLimit,
  memoryVolume,
  startFailure,
  childProcess,
  heapSetting,
  leak,
  limitTooLow,
  startup,
  spike,
];

export function diagnose(input: DiagnoseInput): Diagnosis {
  const facts = caseOf(input);
  if (input.kill === undefined) return notKilled(facts);
  for (const rule of RULES) {
    const diagnosis = rule(facts);
    if (diagnosis !== undefined) return diagnosis;
  }
  return unclear(facts);
}

function unclear({ limit, points, livedMs }: Case): Diagnosis {
  return {
    cause: 'unclear',
    confidence: 'low',
    summary:
      'It reached its memory limit, and there is too little history to tell whether the limit is too small or the program asks for too much.',
    facts: [
      ...(limit === undefined ? [] : [`The limit is ${formatBytes(limit)}.`]),
      points.length === 0
        ? 'There are no samples of its memory from before the kill.'
        : `There are only ${points.length} samples from before the kill.`,
      ...(livedMs === undefined ? [] : [`It lived ${Math.round(livedMs / 1000)} seconds.`]),
    ],
    against: [],
    toSettle: 'A day of memory samples: connect Prometheus, or look again tomorrow.',
  };
}
