// One instant of memory from metrics.k8s.io: what kubectl top shows. After a restart it is missing for a minute or two, and it never is a peak.

import { z } from 'zod';
import { quantityBytes } from '../../../domain/base/memory.ts';
import type { Piece } from '../../../domain/base/piece.ts';
import { known, unavailable } from '../../../domain/base/piece.ts';
import { parseInstant } from '../../../domain/base/time.ts';
import type { Usage } from '../../../domain/evidence/evidence.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { UsageReader } from '../../../ports/evidence-reader.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, statusOf } from '../client/faults.ts';
import { piece, reasonFor } from '../client/reading.ts';

const rawMetrics = z.object({
  timestamp: z.string(),
  containers: z.array(z.object({ name: z.string(), usage: z.record(z.string(), z.string()) })),
});

export type MetricsUsageOptions = {
  readonly connection: ClusterConnection;
  readonly clock: Clock;
  readonly timeoutMs?: number | undefined;
};

const SOURCE = 'metrics.k8s.io';
const TIMEOUT_MS = 2500;

export function createMetricsUsage({ connection, clock, timeoutMs = TIMEOUT_MS }: MetricsUsageOptions): UsageReader {
  return {
    async read({ ref }, signal) {
      const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(ref.namespace)}/pods/${encodeURIComponent(ref.pod)}`;
      const read = await piece(
        { clock, signal, timeoutMs },
        { what: SOURCE, source: SOURCE, read: (limited) => connection.answer({ path, signal: limited }) },
      );
      if (read.kind === 'unavailable') return read;
      const { status, body } = read.value;
      return status < 300 ? usageIn(body, ref.container, clock) : unavailable(refusal(status, { body, path }));
    },
  };
}

function usageIn(body: unknown, container: string, clock: Clock): Piece<Usage> {
  const parsed = rawMetrics.safeParse(body);
  if (!parsed.success) return unavailable(`${SOURCE} sent an answer that is not understood`);
  const bytes = quantityBytes(parsed.data.containers.find(({ name }) => name === container)?.usage['memory']);
  const at = parseInstant(parsed.data.timestamp);
  if (bytes === undefined || at === undefined) return unavailable(`${SOURCE} has no value for this container`);
  return known({ kind: 'instant', now: { at, bytes } }, SOURCE, clock.now());
}

/** A 404 with a name is about this pod, which is usual right after a restart; one without says that there is no such API. */
function refusal(status: number, { body, path }: { readonly body: unknown; readonly path: string }): string {
  if (status === 404) {
    return statusOf(body).details?.name === undefined
      ? `this cluster has no ${SOURCE} (metrics-server is not installed)`
      : `${SOURCE} has no value for this pod yet, which is usual right after a restart`;
  }
  if (status === 503) return `${SOURCE} is registered but does not answer`;
  return reasonFor(SOURCE, answerFault({ path }, status, body));
}
