// npm run eval: figures for the number and the cause, with the very functions the bot uses. Nothing is read from or written to a cluster.
//
//   npm run eval                                       everything but new kills, in a minute or two
//   npm run eval -- sizing [--half tuning|held-out|all]
//   npm run eval -- causes
//   npm run eval -- kills --out kills.jsonl [--seeds 3]  makes real kernel kills, where memory cgroups may be written (as root)

import { parseArgs } from 'node:util';
import { z } from 'zod';
import { evaluateCauses } from './causes.ts';
import { evaluateSizing } from './sizing.ts';

const { values, positionals } = parseArgs({ options: { half: { type: 'string', default: 'held-out' } }, allowPositionals: true });
const half = z.enum(['held-out', 'tuning', 'all']).parse(values.half);
if (positionals.length === 0 || positionals.includes('sizing')) console.log(evaluateSizing(half));
if (positionals.length === 0 || positionals.includes('causes')) console.log(evaluateCauses(undefined));
