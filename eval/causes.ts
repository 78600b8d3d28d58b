// npm run eval -- causes: the cause by the rules the bot uses, on made-up kills, on kills of real kernels, and on quiet windows.

import { judgeGenerated } from './causes/generated.ts';
import { judgeRuns, readRuns } from './causes/kernel-runs.ts';
import { falseAlarms } from './causes/quiet.ts';
import { scoreOf } from './causes/score.ts';
import { generate, SHAPES } from './series/generate.ts';
import { percent } from './table.ts';

/** Thresholds were looked at on seeds 0 to 149. */
const TEST_SEEDS = { from: 1000, count: 250 };

export function evaluateCauses(kernelRuns: string | undefined, seeds = TEST_SEEDS): string {
  const runs = readRuns(kernelRuns);
  const quiet = [...SHAPES.filter((shape) => shape !== 'growth'), 'bursty' as const, 'flat' as const].flatMap((shape) =>
    Array.from({ length: 12 }, (_, seed) => generate({ shape, seed: 9000 + seed, days: 90, stepSeconds: 300 })),
  );
  const { windows, alarms } = falseAlarms(quiet);
  return [
    scoreOf('Made-up kills', judgeGenerated(seeds)).text,
    scoreOf('Kills of real kernels, with the kernel’s word', judgeRuns(runs, false)).text,
    scoreOf('The same by their usage alone', judgeRuns(runs, true)).text,
    `Quiet windows of 14 days: ${alarms} of ${windows} taken for a leak (${percent(alarms / windows)} %)`,
  ].join('\n\n');
}
