// What an exit code says, in words a novice understands. 128 + n is how shells and runtimes write "ended by signal n".

import type { Kill } from './oom-kill.ts';
import { isOfSandbox } from './oom-kill.ts';

const SIGNALS: ReadonlyMap<number, string> = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [6, 'SIGABRT'],
  [7, 'SIGBUS'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [13, 'SIGPIPE'],
  [14, 'SIGALRM'],
  [15, 'SIGTERM'],
]);

/** What the runtime writes itself for a container that it could not start; no program ended with it. */
export const START_ERROR = 128;

/** "137 = 128 + 9: signal 9, SIGKILL …", or what a plain code means. */
export function explainExitCode(code: number): string {
  const signal = code - 128;
  const name = SIGNALS.get(signal);
  if (name === 'SIGKILL') {
    return 'Exit code 137 = 128 + 9: ended by signal 9, SIGKILL, which no program can catch. There was no clean-up, no last log line and no flush.';
  }
  if (name !== undefined) return `Exit code ${code} = 128 + ${signal}: ended by signal ${signal}, ${name}.`;
  if (code === 0) return 'Exit code 0: the main process ended without an error.';
  return `Exit code ${code}: the main process ended itself with an error of its own.`;
}

/** The same for a kill, where a code other than 137 needs a reason: the kernel killed another process of the container than the first. */
export function explainKillCode(kill: Kill): string {
  const { exitCode, how } = kill;
  if (isOfSandbox(kill)) return 'No container was started, so there is no exit code and no log.';
  if (how === 'node') return 'This is the node’s own report; a container that was killed shows its own exit code.';
  if (how === 'suspected') return `${explainExitCode(137)} The runtime did not mark it OOMKilled, which it sometimes misses.`;
  if (exitCode === undefined) {
    return 'No exit code: the first process of the container lives on, so nothing ended, nothing restarted, and the pod’s status shows nothing.';
  }
  if (exitCode === 137) return explainExitCode(137);
  if (how === 'start-oom' && exitCode === START_ERROR)
    return 'Exit code 128 is the runtime’s own (StartError): the container could not be started, because it was killed before its program ran.';
  if (how === 'start-oom') return `Exit code ${exitCode}: it was killed while starting, before its own program ran.`;
  return `Exit code ${exitCode}, not 137, because the kernel killed a child process with SIGKILL; the main process saw that and ended by itself with ${exitCode}.`;
}
