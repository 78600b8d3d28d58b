// Takes a namespace down and waits until it is gone with everything in it, so that nothing of one story is seen in the next.

import type { ClusterConnection } from '../../src/adapters/kubernetes/connection.ts';

const GONE_WITHIN_MS = 120_000;
const LOOK_AGAIN_MS = 250;

/** Rejects when it is still there after two minutes. */
export async function removeNamespace(connection: ClusterConnection, namespace: string): Promise<void> {
  const signal = AbortSignal.timeout(GONE_WITHIN_MS);
  const path = `/api/v1/namespaces/${namespace}`;
  await connection.answer({ method: 'DELETE', path, query: { propagationPolicy: 'Background' }, signal });
  while ((await connection.answer({ path, signal })).status !== 404) {
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN_MS);
    });
  }
}
