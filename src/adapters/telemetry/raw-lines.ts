// Libraries, and Node itself, write warnings straight to the terminal: as lines of their own amid those of the log, which nobody's collector can read. They
// come through the log instead, cut and without what could be a credential, each of them once in a while.

import type { EventEmitter } from 'node:events';
import type { Log } from '../../ports/log.ts';

const METHODS = ['log', 'info', 'debug', 'warn', 'error', 'trace'] as const;
type Method = (typeof METHODS)[number];
type Writable = { [Name in Method]: (...words: unknown[]) => void };

export type RawLines = {
  readonly console: Writable;
  /** Emits `warning`. */
  readonly process: EventEmitter;
  readonly log: Log;
  /** Milliseconds that never jump. */
  readonly ticks: () => number;
};

const MOST_CHARACTERS = 300;
/** The same line is said again after this long. */
const AGAIN_AFTER_MS = 60_000;
const MOST_REMEMBERED = 200;

/** For as long as the process lives. */
export function takeOverLines({ console, process, log, ticks }: RawLines): void {
  const isNew = createRecent(ticks);
  const say = (kind: string, words: readonly unknown[]): void => {
    const text = readable(words);
    if (isNew(`${kind} ${text}`)) log.warn('a library says', { kind, words: text });
  };
  Object.assign(console, Object.fromEntries(METHODS.map((name) => [name, (...words: unknown[]) => say(name, words)])));
  // Node's own, which writes the raw line.
  process.removeAllListeners('warning');
  process.on('warning', (warning: Error) => say(warning.name, [warning.message]));
}

/** True the first time in a while. */
function createRecent(ticks: () => number): (text: string) => boolean {
  const saidAt = new Map<string, number>();
  return (text) => {
    const now = ticks();
    if (now - (saidAt.get(text) ?? Number.NEGATIVE_INFINITY) < AGAIN_AFTER_MS) return false;
    if (saidAt.size >= MOST_REMEMBERED) saidAt.clear();
    saidAt.set(text, now);
    return true;
  };
}

function readable(words: readonly unknown[]): string {
  const text = words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ');
  return text
    .slice(0, 10 * MOST_CHARACTERS)
    .replaceAll(/\/\/[^/\s@]*@/g, '//[redacted]@')
    .replaceAll(/x(?:ox[a-z]|app)-[A-Za-z0-9-]+/g, '[redacted]')
    .slice(0, MOST_CHARACTERS);
}
