// Every container's working set now, from metrics.k8s.io: what kubectl top shows, for the watched namespaces.

import { z } from 'zod';
import { quantityBytes } from '../../../domain/base/memory.ts';
import { unavailable } from '../../../domain/base/piece.ts';
import type { ContainerUse } from '../../../domain/query/directory.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { UseReader } from '../../../ports/directory.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { refusalCode } from '../client/faults.ts';
import { namespacedPages } from '../client/pages.ts';
import { Missing, piece } from '../client/reading.ts';

const podMetrics = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  containers: z.array(z.object({ name: z.string(), usage: z.record(z.string(), z.string()) })),
});

export type MetricsUseOptions = {
  readonly connection: ClusterConnection;
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
};

const SOURCE = 'metrics.k8s.io';
const TIMEOUT_MS = 4000;

export function createMetricsUse({ connection, namespaces, clock }: MetricsUseOptions): UseReader {
  return {
    async now(signal) {
      const read = await piece(
        { clock, signal, timeoutMs: TIMEOUT_MS },
        { what: SOURCE, source: SOURCE, read: (limited) => readAll(connection, namespaces, limited) },
      );
      if (read.kind === 'known' && read.value.length === 0) return unavailable(`${SOURCE} has no values yet`);
      return read;
    },
  };
}

async function readAll(
  connection: ClusterConnection,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly ContainerUse[]> {
  const uses: ContainerUse[] = [];
  const listed = { api: '/apis/metrics.k8s.io/v1beta1', resource: 'pods', namespaces };
  try {
    for await (const items of namespacedPages(connection, listed, signal)) uses.push(...items.flatMap(usesIn));
    return uses;
  } catch (error) {
    if (refusalCode(error) === 404) throw new Missing(`this cluster has no ${SOURCE} (metrics-server is not installed)`);
    throw error;
  }
}

function usesIn(item: unknown): readonly ContainerUse[] {
  const parsed = podMetrics.safeParse(item);
  if (!parsed.success) return [];
  const { metadata, containers } = parsed.data;
  return containers.flatMap(({ name, usage }) => {
    const bytes = quantityBytes(usage['memory']);
    return bytes === undefined ? [] : [{ namespace: metadata.namespace, pod: metadata.name, container: name, bytes }];
  });
}
