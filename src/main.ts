// Where the process begins: an old Node is refused, and how much memory it may waste is settled, before anything else is loaded, because what has grown stays.

import { tooOldWords } from './cli/node-version.ts';
import { keepYoungGenerationSmall } from './cli/young-generation.ts';
import { parseRole, talksToSlack } from './config/roles.ts';

/** As src/cli/run.ts says it: something needed is not available. */
const UNAVAILABLE = 69;

const tooOld = tooOldWords(process.versions.node);
if (tooOld !== undefined) {
  process.stderr.write(`${tooOld}\n`);
  process.exit(UNAVAILABLE);
}
const args = process.argv.slice(2);
const parsed = parseRole(args);
// Who talks to Slack keeps what it reads for a while; who finds kills keeps nothing.
if (parsed.kind === 'role' && !talksToSlack(parsed.role)) keepYoungGenerationSmall();
const { run } = await import('./cli/run.ts');
const exitCode = await run(args);
// Everything is stopped; Slack's socket library would keep the process for another half minute by a timer.
process.exit(exitCode);
