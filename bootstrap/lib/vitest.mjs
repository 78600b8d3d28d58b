// Runs vitest and counts: what its own summary says for people, and the numbers of every project together for the last line. A file that could not be
// loaded, or an error outside any test, counts as one failed, so that the line never says less than what happened.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { childEnvironment, ROOT, runQuietly, runToEnd } from './run.mjs';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/**
 * @typedef {{ file: string, passed: number, failed: number, skipped: { file: string, name: string }[], failures: string[] }} FileCounts
 * @typedef {Omit<FileCounts, 'file'> & { files: FileCounts[], output: string }} Counts
 * @param {{ readonly args: readonly string[], readonly env?: Record<string, string>, readonly quiet?: boolean }} wanted
 * @returns {Promise<Counts>}
 */
export async function runVitest({ args, env = {}, quiet = false }) {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-vitest-'));
  const report = join(folder, 'report.json');
  const all = [VITEST, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args];
  try {
    const run = quiet ? runQuietly : withoutOutput;
    const { code, output } = await run(process.execPath, all, { env: childEnvironment(env) });
    return { ...count(report, code), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withoutOutput(command, args, options) {
  return { code: await runToEnd(command, args, options), output: '' };
}

function count(report, code) {
  if (!existsSync(report))
    return counted([{ file: '', passed: 0, failed: 1, skipped: [], failures: ['vitest wrote no report'] }]);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const files = testResults.map(countFile);
  if (code === 0 || files.some(({ failed }) => failed > 0)) return counted(files);
  const failures = [`vitest ended with exit code ${code}: an error outside any test`];
  return counted([...files, { file: '', passed: 0, failed: 1, skipped: [], failures }]);
}

/** A file that could not be loaded counts as one failed. */
function countFile(result) {
  const file = relative(ROOT, result.name);
  const failures = failuresOf(result);
  return {
    file,
    passed: result.assertionResults.filter(({ status }) => status === 'passed').length,
    failed: failures.length,
    skipped: result.assertionResults.filter(isSkipped).map(({ fullName }) => ({ file, name: fullName.trim() })),
    failures,
  };
}

/**
 * @param {readonly FileCounts[]} files
 */
export function counted(files) {
  return {
    files,
    passed: files.reduce((total, { passed }) => total + passed, 0),
    failed: files.reduce((total, { failed }) => total + failed, 0),
    skipped: files.flatMap(({ skipped }) => skipped),
    failures: files.flatMap(({ failures }) => failures),
  };
}

/** Each failed test of a file, and the file itself where it could not be loaded, with what it said: enough to know it from the end of a long output. */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(ROOT, name);
  const failed = assertionResults.filter(isFailed);
  if (status === 'failed' && failed.length === 0) return [`${file}\n${message}`];
  return failed.map(({ fullName, failureMessages }) => `${file} > ${fullName.trim()}\n${failureMessages.join('\n')}`);
}

function isFailed({ status }) {
  return status === 'failed';
}

function isSkipped({ status }) {
  return status !== 'failed' && status !== 'passed';
}
