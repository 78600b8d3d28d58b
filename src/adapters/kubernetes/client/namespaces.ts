// Annotations of namespaces, each kept for a minute. Whoever may not read namespaces has none, which is said once.

import { z } from 'zod';
import { MINUTE, SECOND } from '../../../domain/base/time.ts';
import type { Log } from '../../../ports/log.ts';
import type { Namespaces } from '../../../ports/namespaces.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import type { ClusterConnection } from './connection.ts';

const namespaceSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }),
});

const KEPT_MS = MINUTE;
const WITHIN_MS = 2 * SECOND;
/** Forgotten all at once beyond this many: bounds memory. */
const KEPT = 5000;

type Annotations = Readonly<Record<string, string>>;

export function createNamespaces({ connection, log }: { readonly connection: ClusterConnection; readonly log: Log }): Namespaces {
  const kept = new Map<string, { readonly until: number; readonly annotations: Promise<Annotations> }>();
  let said = false;
  const read = async (namespace: string): Promise<Annotations> => {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
    try {
      const body = await connection.json({ path, signal: timeoutAfter(WITHIN_MS) });
      return namespaceSchema.parse(body).metadata.annotations ?? {};
    } catch (error) {
      if (!said) log.warn('annotations of namespaces are not read', { namespace, error });
      said = true;
      return {};
    }
  };
  return {
    annotations(namespace) {
      const hit = kept.get(namespace);
      if (hit !== undefined && performance.now() < hit.until) return hit.annotations;
      if (kept.size >= KEPT) kept.clear();
      const annotations = read(namespace);
      kept.set(namespace, { until: performance.now() + KEPT_MS, annotations });
      return annotations;
    },
  };
}
