// npm run check: the quick part, side by side: types, lint, format, unused exports and dependencies, unit tests. Each says how long it took; only what failed says more.

import { join } from 'node:path';
import { failureLines } from './lib/failures.mjs';
import { ROOT, runQuietly } from './lib/run.mjs';
import { onCurrentNode } from './lib/runtime.mjs';
import { runVitest } from './lib/vitest.mjs';

await onCurrentNode(import.meta.url);

const bin = (name) => join(ROOT, 'node_modules', name);
const steps = [
  { name: 'types', run: () => program([bin('typescript/bin/tsc'), '--noEmit']) },
  { name: 'types of the page', run: () => program([bin('typescript/bin/tsc'), '--noEmit', '-p', 'packages/slack-sim/page']) },
  { name: 'lint', run: () => program([bin('oxlint/bin/oxlint')]) },
  { name: 'format', run: () => program([bin('@biomejs/biome/bin/biome'), 'check', '--colors=off', '.']) },
  { name: 'unused', run: () => program([bin('knip/bin/knip.js'), '--no-progress', '--treat-config-hints-as-errors']) },
  { name: 'unit tests', run: () => runVitest({ args: ['--project', 'unit'], quiet: true }) },
];

const results = await Promise.all(steps.map(runStep));
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = Number(sum('failed') > 0);

async function runStep({ name, run }) {
  const from = performance.now();
  const result = await run();
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const count = result.passed + result.failed === 1 ? '' : `${result.passed} passed, `;
  if (result.failed === 0) console.log(`ok      ${name} (${count}${seconds} s)`);
  else {
    console.log(`\n${result.output.trim()}\n`);
    for (const failure of result.failures) console.log(failureLines(`${name}: ${failure}`).join('\n'));
  }
  return result;
}

/** A program that checks counts as one test. */
async function program(args) {
  const { code, output } = await runQuietly(process.execPath, args);
  return { passed: Number(code === 0), failed: Number(code !== 0), output, failures: [output] };
}
