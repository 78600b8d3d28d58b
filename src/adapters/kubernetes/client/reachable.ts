// An API server that is not there yet is waited for, with a line that says so. One that answers at all, be it with a refusal, is there.

import { SECOND } from '../../../domain/base/time.ts';
import type { Log } from '../../../ports/log.ts';
import { pause } from '../../pause.ts';
import type { ClusterConnection } from './connection.ts';

export type WaitOptions = { readonly connection: ClusterConnection; readonly log: Log; readonly signal: AbortSignal };

const AGAIN_MS = SECOND;
const SAY_AGAIN_MS = 10 * SECOND;

/** Resolves when it answers, or when the signal fires. */
export async function waitForCluster({ connection, log, signal }: WaitOptions): Promise<void> {
  let saidAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    try {
      await connection.answer({ path: '/version', signal });
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (performance.now() - saidAt > SAY_AGAIN_MS) {
        log.warn('waiting for the API server', {
          server: connection.server,
          error: error instanceof Error ? error.message : String(error),
        });
        saidAt = performance.now();
      }
      await pause(AGAIN_MS, signal);
    }
  }
}
