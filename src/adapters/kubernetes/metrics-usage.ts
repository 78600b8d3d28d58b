// One instant of memory from metrics.k8s.io: what kubectl top shows. After a restart it is missing for a minute or two, and it never is a peak.

import { z } from 'zod';
import { known, unavailable } from '../../domain/piece.ts';
import { quantityBytes } from '../../domain/memory.ts';
import { parseInstant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { PermanentError } from '../../ports/fault.ts';
import type { UsageReader } from '../../ports/evidence-reader.ts';
import type { ClusterConnection } from './connection.ts';
import { reasonFor } from './evidence/reading.ts';

const rawMetrics = z.object({
  timestamp: z.string(),
  containers: z.array(z.object({ name: z.string(), usage: z.record(z.string(), z.string()) })),
});

const SOURCE = 'metrics.k8s.io';

export function createMetricsUsage({ connection, clock }: { readonly connection: ClusterConnection; readonly clock: Clock }): UsageReader {
  return {
    async read({ ref }, signal) {
      const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(ref.namespace)}/pods/${encodeURIComponent(ref.pod)}`;
      try {
        const { timestamp, containers } = rawMetrics.parse(await connection.json({ path, signal }));
        const bytes = quantityBytes(containers.find(({ name }) => name === ref.container)?.usage['memory']);
        const at = parseInstant(timestamp);
        if (bytes === undefined || at === undefined) return unavailable(`${SOURCE} has no value for this container`);
        return known({ kind: 'instant', now: { at, bytes } }, SOURCE, clock.now());
      } catch (error) {
        return unavailable(words(error));
      }
    },
  };
}

function words(error: unknown): string {
  if (!(error instanceof PermanentError) || !/: 404 /.test(error.message)) return reasonFor(SOURCE, error);
  // The API itself is missing, or only this pod, which is usual right after a restart (domain.md 7.2).
  return /could not find the requested resource/.test(error.message)
    ? `this cluster has no ${SOURCE} (metrics-server is not installed)`
    : `${SOURCE} has no value for this pod; right after a restart that is usual`;
}
