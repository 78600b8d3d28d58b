// One piece of evidence at a time, each with a deadline of its own: what cannot be read becomes "unavailable" with a clause a person can act on.
// Nothing here throws, and nothing waits longer than its deadline, whatever the connection does.

import type { Piece } from '../../../domain/base/piece.ts';
import { known, late, unavailable } from '../../../domain/base/piece.ts';
import type { Clock } from '../../../ports/clock.ts';
import { PermanentError, TransientError } from '../../../ports/fault.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import { refusalCode } from './faults.ts';

export type ReadingLimits = {
  readonly clock: Clock;
  /** The caller's deadline, for all pieces together. */
  readonly signal: AbortSignal;
  /** Milliseconds this piece may take. */
  readonly timeoutMs: number;
};

export type Reading<T> = {
  /** "the pod", "pod logs": fits after "no right to read" and "could not read". */
  readonly what: string;
  readonly source: string;
  readonly read: (signal: AbortSignal) => Promise<T>;
};

/** Something expected that is not there, said in full. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

export async function piece<T>(
  { clock, signal, timeoutMs }: ReadingLimits,
  { what, source, read }: Reading<T>,
): Promise<Piece<T>> {
  const started = performance.now();
  const limited = AbortSignal.any([signal, timeoutAfter(timeoutMs)]);
  try {
    return known(await settled(read, limited), source, clock.now());
  } catch (error) {
    if (limited.aborted) return late(`reading ${what} took longer than ${seconds(performance.now() - started)}`);
    return error instanceof TransientError ? late(reasonFor(what, error)) : unavailable(reasonFor(what, error));
  }
}

/** Rejects as soon as the signal fires, even when what it waits for (a credential plugin, say) does not listen to it. */
async function settled<T>(read: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new Error('too late'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([read(signal), promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Rounded down, so that "longer than" is true: "2 s", "0.4 s". */
function seconds(lengthMs: number): string {
  return lengthMs >= 1000 ? `${Math.floor(lengthMs / 1000)} s` : `${Math.floor(lengthMs / 100) / 10} s`;
}

export function reasonFor(what: string, error: unknown): string {
  if (error instanceof Missing) return error.message;
  const code = refusalCode(error);
  if (code === 401) return `the API server does not accept the bot’s credentials for ${what}`;
  if (code === 403) return `no right to read ${what} (RBAC)`;
  if (code === 404) return `${what} ${isPlural(what) ? 'are' : 'is'} gone`;
  if (error instanceof TransientError) {
    if (error.code === 'OOM_TIMEOUT') return `the API server did not answer in time for ${what}`;
    return code === undefined
      ? `the API server could not be reached for ${what}`
      : `the API server could not answer for ${what} (${code})`;
  }
  const words = error instanceof Error ? error.message : 'unknown fault';
  return `could not read ${what}: ${(error instanceof PermanentError ? words : words.split('\n').join(' ')).slice(0, 160)}`;
}

function isPlural(what: string): boolean {
  return /(^|\s)(logs|events|nodes)$/.test(what);
}
