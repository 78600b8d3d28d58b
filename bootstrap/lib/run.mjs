// Runs other programs from the repository's root. Exit codes pass through; a program that a signal ended counts as 128 + the signal's number, as in a
// shell. Plain JavaScript for Node 18 and up: nothing is installed yet when this runs.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** One Ctrl-C reaches us twice under npm: from the terminal and from npm. What comes within this time is one. */
const SAME_SIGNAL_MS = 1000;

/** The environment for children: this very Node first on the PATH, so that everything runs on the same. */
export function childEnvironment(extra = {}) {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/**
 * Runs a program that stops in its own order: a process group of its own, to which each signal is handed once. Resolves to its exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ readonly env?: Record<string, string | undefined>, readonly onChild?: (child: import('node:child_process').ChildProcess) => void }} [options]
 * @returns {Promise<number>}
 */
export function runToEnd(command, args, { env = childEnvironment(), onChild } = {}) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  onChild?.(child);
  const stopForwarding = forwardSignals(child);
  return ended(child).finally(stopForwarding);
}

/**
 * Runs a short program and keeps what it prints. Never rejects for an exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number, output: string, stdout: string }>}
 */
export async function runQuietly(command, args, { env = childEnvironment(), onOutput } = {}) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts = { output: '', stdout: '' };
  child.stdout.on('data', (part) => {
    parts.stdout += part;
    parts.output += part;
    onOutput?.(part);
  });
  child.stderr.on('data', (part) => {
    parts.output += part;
    onOutput?.(part);
  });
  const code = await ended(child, 'close').catch((error) => {
    parts.output += `${error.message}\n`;
    return 127;
  });
  return { code, ...parts };
}

/** Runs a program whose output the person should see. Resolves to its exit code. */
export function runInSight(command, args, { env = childEnvironment() } = {}) {
  return ended(spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] }));
}

function ended(child, event = 'exit') {
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once(event, (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

function forwardSignals(child) {
  let last = Number.NEGATIVE_INFINITY;
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => {
    const handler = () => {
      const now = performance.now();
      if (now - last < SAME_SIGNAL_MS) return;
      last = now;
      // A closed terminal means the same as being asked to stop.
      child.kill(name === 'SIGHUP' ? 'SIGTERM' : name);
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

/** Ends with one sentence for a person instead of a stack. */
export function giveUp(sentence, code = 1) {
  console.error(`headroom: ${sentence}`);
  process.exit(code);
}
