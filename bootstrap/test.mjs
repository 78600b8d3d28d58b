// npm test: everything, with its own set-up. Arguments go to vitest (`npm test -- --project unit`, `npm test -- test/e2e/loop-demo.test.ts`), and only what
// the chosen projects need is set up. The last line sums up all projects: "N passed, N failed". E2E_CLUSTER=required makes a missing real cluster a failure.

import { ensureBuilt } from './lib/build.mjs';
import { realCluster } from './lib/cluster.mjs';
import { failureLines } from './lib/failures.mjs';
import { ensureChromium, ensureRedisServer } from './lib/programs.mjs';
import { onCurrentNode } from './lib/runtime.mjs';
import { counted, runVitest } from './lib/vitest.mjs';

await onCurrentNode(import.meta.url);

/** A signal ends the program that runs; this one goes on to take down what it started. */
let interrupted = false;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => (interrupted = true));

/** More at once are no chance. */
const MOST_TOLD_AGAIN = 3;
const PROJECTS = ['unit', 'contract', 'attacks', 'e2e', 'real'];
const args = process.argv.slice(2);
const closing = [];
const result = await testAll();
for (const line of closing) console.log(line);
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exitCode = interrupted ? 130 : Number(result.failed > 0);

async function testAll() {
  const wanted = chosenProjects();
  const prepared = await prepare(wanted);
  if (prepared.problems.length > 0) {
    closing.push('', 'Nothing was run:', ...prepared.problems.map((problem) => `  ${problem}`));
    return { passed: 0, failed: prepared.problems.length };
  }
  const cluster = await clusterFor(wanted);
  if (cluster.kind === 'required') return { passed: 0, failed: 1 };
  try {
    if (interrupted) return { passed: 0, failed: 1 };
    const env = { ...prepared.env, ...cluster.env };
    const results = await Promise.all(runs().map((each) => runVitest({ args: each, env })));
    const first = counted(results.flatMap(({ files }) => files));
    const { passed, failed, skipped, failures, flaky } = await storiesAgain(first, env);
    closing.push(
      ...skippedLines(skipped),
      ...flaky.flatMap((each) => failureLines(each, 'FLAKY')),
      ...failures.flatMap((each) => failureLines(each)),
    );
    return { passed, failed };
  } finally {
    await cluster.stop?.();
  }
}

/** Stories on a real kubelet wait for most of their time, so that the others run beside them. */
function runs() {
  if (args.length > 0) return [args];
  return [['unit', 'contract', 'attacks', 'e2e'], ['real']].map((names) => names.flatMap((name) => ['--project', name]));
}

/** A few stories that failed are told once more, alone; what failed the first time is said all the same (docs/decisions/0020-a-story-fails-twice.md). */
async function storiesAgain(first, env) {
  const failed = first.files.filter((each) => each.failed > 0 && isStory(each.file));
  if (args.length > 0 || interrupted || failed.length === 0 || failed.length > MOST_TOLD_AGAIN) return { ...first, flaky: [] };
  console.log(`\nOnce more, each alone: ${failed.map(({ file }) => file).join(', ')}`);
  const again = await oneByOne(failed, env);
  const files = first.files.filter(({ file }) => !again.some((each) => each.file === file));
  const passed = failed.filter(({ file }) => again.some((each) => each.file === file && each.failed === 0 && each.passed > 0));
  return { ...counted([...files, ...again]), flaky: passed.flatMap(({ failures }) => failures) };
}

/** A run for each: vitest runs the contracts of one run beside each other. */
async function oneByOne(failed, env) {
  const files = [];
  for (const { file } of failed) if (!interrupted) files.push(...(await runVitest({ args: [file], env })).files);
  return files;
}

function isStory(file) {
  return file.startsWith('test/e2e/') || file.endsWith('-real.test.ts');
}

/** Which of the projects the arguments leave; all without --project. */
function chosenProjects() {
  const named = args.flatMap((arg, index) => {
    if (arg === '--project') return [args[index + 1] ?? ''];
    return arg.startsWith('--project=') ? [arg.slice('--project='.length)] : [];
  });
  return new Set(named.length === 0 ? PROJECTS : named);
}

/** Than this repository and its packages. */
function needsMore(wanted) {
  return PROJECTS.some((name) => name !== 'unit' && wanted.has(name));
}

async function prepare(wanted) {
  const problems = [];
  const env = {};
  if (!needsMore(wanted)) return { problems, env };
  if (!(await ensureBuilt())) problems.push('the build failed; what the compiler says is above.');
  const redis = await ensureRedisServer();
  if ('problem' in redis) problems.push(redis.problem);
  if (wanted.has('e2e')) {
    const chromium = await ensureChromium();
    if ('problem' in chromium) problems.push(chromium.problem);
    else env.CHROMIUM_PATH = chromium.path;
  }
  return { problems, env };
}

async function clusterFor(wanted) {
  if (!needsMore(wanted)) return { kind: 'none' };
  const cluster = await realCluster();
  if (cluster.kind === 'here') return cluster;
  closing.push(
    '',
    'Not run: the stories and contracts on a real cluster',
    `  Why: ${cluster.reason}`,
    `  To run them: ${cluster.how}`,
  );
  if (cluster.kind === 'wrong') return { kind: 'required' };
  if (process.env.E2E_CLUSTER !== 'required') return cluster;
  closing.push('  E2E_CLUSTER=required makes this a failure.');
  return { kind: 'required' };
}

function skippedLines(skipped) {
  if (skipped.length === 0) return [];
  const files = [...new Set(skipped.map(({ file }) => file))];
  return ['', `Skipped: ${skipped.length} tests in`, ...files.map((file) => `  ${file}`)];
}
