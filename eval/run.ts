// npm run eval: figures for the number and the cause, with the very functions the bot uses. Nothing is read from or written to a cluster.
//
//   npm run eval                                        everything but new kills, in less than a minute
//   npm run eval -- sizing [--half held-out|tuning|all] [--series more.jsonl.gz]
//   npm run eval -- causes [--kills kills.jsonl]
//   npm run eval -- vpa                                 how the re-derived VPA compares with the real one's recorded targets
//   npm run eval -- kills --out kills.jsonl [--seeds 3] [--first-seed 0]
//                                                       makes kills of a real kernel; needs root and writable memory cgroups
//
// Further series are lines of {"pod", "day", "stepSeconds", "usageMi"}, further kills are lines as in eval/data/kernel-kills.jsonl.gz.

import { parseArgs } from 'node:util';
import { z } from 'zod';
import { evaluateCauses } from './causes.ts';
import { makeKills } from './kills/make.ts';
import { evaluateSizing } from './sizing.ts';
import { compareWithRecorded } from './tools/vpa-pairs.ts';

const PARTS = ['sizing', 'causes', 'vpa', 'kills'] as const;
const EXIT = { done: 0, failed: 1, configuration: 78 } as const;

const options = z.object({
  half: z.enum(['held-out', 'tuning', 'all']),
  series: z.string().optional(),
  kills: z.string().optional(),
  out: z.string(),
  seeds: z.coerce.number().int().positive(),
  'first-seed': z.coerce.number().int().nonnegative(),
});

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      half: { type: 'string', default: 'held-out' },
      series: { type: 'string' },
      kills: { type: 'string' },
      out: { type: 'string', default: 'kills.jsonl' },
      seeds: { type: 'string', default: '3' },
      'first-seed': { type: 'string', default: '0' },
    },
    allowPositionals: true,
  });
  const chosen = options.safeParse(values);
  const unknown = positionals.find((each) => !PARTS.some((part) => part === each));
  if (unknown !== undefined)
    return wrong(`"${unknown}" is nothing to evaluate; say ${PARTS.join(', ')} or none for all but kills`);
  if (!chosen.success)
    return wrong(chosen.error.issues.map(({ path, message }) => `--${path.map(String).join('.')}: ${message}`).join('; '));
  return run(positionals.length === 0 ? ['vpa', 'sizing', 'causes'] : positionals, chosen.data);
}

async function run(parts: readonly string[], chosen: z.infer<typeof options>): Promise<number> {
  const { half, series, kills, out, seeds } = chosen;
  try {
    if (parts.includes('vpa')) say(`${compareWithRecorded().text}\n`);
    if (parts.includes('sizing')) say(`${evaluateSizing(half, series)}\n`);
    if (parts.includes('causes')) say(evaluateCauses(kills));
    if (parts.includes('kills')) await makeKills({ out, seeds, firstSeed: chosen['first-seed'], say });
    return EXIT.done;
  } catch (error) {
    process.stderr.write(`eval: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.failed;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function wrong(problem: string): number {
  process.stderr.write(`eval: ${problem}\n`);
  return EXIT.configuration;
}
