// Takes a namespace down and waits until it is gone with everything in it, so that nothing of one story is seen in the next.

import type { Call, ClusterConnection } from '../../src/adapters/kubernetes/client/connection.ts';
import { TransientError, UnknownResultError } from '../../src/ports/fault.ts';

/** One of 20,000 pods takes minutes. */
const GONE_WITHIN_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 250;

/** Rejects when it is still there after ten minutes. */
export async function removeNamespace(connection: ClusterConnection, namespace: string): Promise<void> {
  const signal = AbortSignal.timeout(GONE_WITHIN_MS);
  const path = `/api/v1/namespaces/${namespace}`;
  // A busy API server may not answer in time; asking again does no harm.
  const statusOf = async (call: Pick<Call, 'method' | 'query'>): Promise<number | undefined> => {
    try {
      return (await connection.answer({ ...call, path, signal })).status;
    } catch (error) {
      if (signal.aborted || !(error instanceof TransientError || error instanceof UnknownResultError)) throw error;
      return undefined;
    }
  };
  const again = () =>
    new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN_MS);
    });
  while ((await statusOf({ method: 'DELETE', query: { propagationPolicy: 'Background' } })) === undefined) await again();
  while ((await statusOf({})) !== 404) await again();
}
