// One piece of evidence at a time: what cannot be read becomes "unavailable" with a clause a person can act on; only the cluster going away
// altogether is left to the caller's deadline.

import { known, unavailable } from '../../../domain/piece.ts';
import type { Piece } from '../../../domain/piece.ts';
import type { Clock } from '../../../ports/clock.ts';
import { PermanentError, TransientError } from '../../../ports/fault.ts';

export type Reading<T> = {
  /** "the pod", "pod logs": fits after "no right to read" and "could not read". */
  readonly what: string;
  readonly source: string;
  readonly read: () => Promise<T>;
};

export async function piece<T>(clock: Clock, { what, source, read }: Reading<T>): Promise<Piece<T>> {
  try {
    return known(await read(), source, clock.now());
  } catch (error) {
    return unavailable(reasonFor(what, error));
  }
}

export function reasonFor(what: string, error: unknown): string {
  if (error instanceof Missing) return error.message;
  if (error instanceof PermanentError && error.code === 'OOM_CLUSTER_DENIED') return `no right to read ${what} (RBAC)`;
  if (error instanceof PermanentError && statusCode(error) === 404) return `${what} is gone`;
  if (isTimeout(error)) return `reading ${what} took too long`;
  if (error instanceof TransientError) return `the API server could not be reached for ${what}`;
  const words = error instanceof Error ? error.message : 'unknown fault';
  return `could not read ${what}: ${words.slice(0, 160)}`;
}

/** Something expected that is not there, said in full. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

function statusCode({ cause }: PermanentError): number | undefined {
  return typeof cause === 'object' && cause !== null && 'status' in cause && typeof cause.status === 'number' ? cause.status : undefined;
}

function isTimeout(error: unknown): boolean {
  if (error instanceof TransientError) return error.code === 'OOM_TIMEOUT' || isTimeout(error.cause);
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
