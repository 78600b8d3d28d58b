// One run of the program, from its arguments to its exit code. 0: stopped as asked; 69: something needed is not available; 70: a fault; 78: wrong
// configuration (sysexits.h). Who no longer reads what it prints ends nothing; where it cannot be written, as on a full disk, that is said, and the end is 69.

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseEnv } from 'node:util';
import { createApp, isWrongSetting } from '../app/app.ts';
import type { LoadedConfig } from '../config/load.ts';
import { loadConfig } from '../config/load.ts';

const EXIT = { stopped: 0, unavailable: 69, fault: 70, configuration: 78 } as const;

function dotenv(): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch {
    return {};
  }
}

function load(args: readonly string[]): LoadedConfig {
  return loadConfig({
    environment: environmentOf(process),
    dotenv: dotenv(),
    args,
    readFile: (path) => readFileSync(path, 'utf8'),
    isTerminal: process.stdout.isTTY,
    hostname: `${hostname()}-${process.pid}`,
  });
}

/** Resolves when it was asked to stop and has, or cannot go on. Never rejects. */
export async function run(args: readonly string[]): Promise<number> {
  const output = watchOutput(process);
  try {
    const code = await runUntilStopped(args, output.wanted);
    return code === EXIT.stopped && !(await output.isWhole()) ? EXIT.unavailable : code;
  } catch (error) {
    process.stderr.write(`headroom: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.fault;
  }
}

type Output = {
  /** False once what is printed goes nowhere. */
  readonly wanted: () => boolean;
  /** Once all is written: false when some of it could not be, though somebody would read it. */
  readonly isWhole: () => Promise<boolean>;
};

/** A pipe whose other end has gone, or a full disk, would otherwise end the process amid its work. */
function watchOutput({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Output {
  let [wanted, whole] = [true, true];
  stderr.on('error', () => undefined);
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    wanted = false;
    if (error.code === 'EPIPE') return;
    whole = false;
    stderr.write(`headroom: the output is cut off, it cannot be written: ${error.message}\n`);
  });
  return {
    wanted: () => wanted,
    async isWhole() {
      // What went wrong with the last line is told to nobody before this.
      await new Promise<void>((resolve) => stdout.write('', () => setImmediate(resolve)));
      return whole;
    },
  };
}

async function runUntilStopped(args: readonly string[], wanted: () => boolean): Promise<number> {
  const code = await command(args, wanted);
  if (code !== undefined) return code;
  const loaded = load(args);
  for (const warning of loaded.warnings) process.stderr.write(`headroom: ${warning}\n`);
  if (loaded.kind === 'problems') {
    process.stderr.write(`headroom: the configuration is wrong:\n${loaded.problems.map((problem) => `  ${problem}\n`).join('')}`);
    return EXIT.configuration;
  }
  const app = createApp(loaded.config, { print: (line) => process.stdout.write(`${line}\n`) });
  const asked = Promise.race([signalled('SIGINT'), signalled('SIGTERM')]);
  try {
    // Who is asked to stop while it still waits for something stops at once.
    await Promise.race([app.start(), asked]);
  } catch (error) {
    process.stderr.write(`headroom: ${error instanceof Error ? error.message : String(error)}\n`);
    await app.stop();
    return isWrongSetting(error) ? EXIT.configuration : EXIT.unavailable;
  }
  await asked;
  process.stdout.write('\nStopping: no new work, what runs is finished, then everything this started …\n');
  await app.stop();
  process.stdout.write('Stopped.\n');
  return EXIT.stopped;
}

/** Undefined when it is a role that is to run. */
async function command(args: readonly string[], wanted: () => boolean): Promise<number | undefined> {
  if (args[0] === undefined || args[0].startsWith('--role')) return undefined;
  const { runCommand } = await import('./commands.ts');
  const print = (line: string): boolean => process.stdout.write(`${line}\n`);
  const complain = (line: string): boolean => process.stderr.write(`${line}\n`);
  return runCommand(args, { print, complain, wanted, load: () => load([]), now: Date.now() });
}

function environmentOf(source: {
  readonly env: Readonly<Record<string, string | undefined>>;
}): Readonly<Record<string, string | undefined>> {
  return source.env;
}

function signalled(name: 'SIGINT' | 'SIGTERM'): Promise<void> {
  return new Promise((resolve) => {
    process.once(name, () => resolve());
  });
}
