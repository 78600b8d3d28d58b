// Why it happened: ordered rules over the evidence; the first that applies decides (sizing.md 5.2, domain.md). Without enough to go by it
// says "cannot tell yet" and what would settle it.

import type { Case, DiagnoseInput, Rule } from './diagnose/case.ts';
import { caseOf } from './diagnose/case.ts';
import { childProcess, heapSetting, memoryVolume, nodePressure, noLimit, startFailure } from './diagnose/cluster.ts';
import { notKilled } from './diagnose/not-an-oom.ts';
import { leak, limitTooLow, spike, startup } from './diagnose/shape.ts';
import type { Diagnosis } from './diagnosis.ts';
import { formatBytes } from './memory.ts';
import type { Kill } from './oom-kill.ts';

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
  const found = RULES.map((rule) => rule(facts)).find((each) => each !== undefined) ?? unclear(facts);
  return withKernel(input.kill, withSuspicion(input.kill, found));
}

/** What the kernel itself wrote is the surest fact there is. */
function withKernel({ kernel }: Kill, diagnosis: Diagnosis): Diagnosis {
  if (kernel === undefined) return diagnosis;
  const { victim, usage, limit } = kernel;
  const score = victim.oomScoreAdj === undefined ? '' : `, oom_score_adj ${victim.oomScoreAdj}`;
  const group =
    usage === undefined || limit === undefined ? '' : ` The group used ${formatBytes(usage)} of ${formatBytes(limit)}.`;
  const fact = `The kernel says: it killed process ${victim.pid} (${victim.command}), which held ${formatBytes(victim.resident)}${score}.${group}`;
  return { ...diagnosis, facts: [fact, ...diagnosis.facts] };
}

function withSuspicion({ how }: Kill, diagnosis: Diagnosis): Diagnosis {
  if (how !== 'suspected') return diagnosis;
  return {
    ...diagnosis,
    confidence: 'low',
    against: ['The runtime did not mark it OOMKilled; that it was a memory kill is probable, not sure.', ...diagnosis.against],
    toSettle: 'The kernel log of the node at that time.',
  };
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
