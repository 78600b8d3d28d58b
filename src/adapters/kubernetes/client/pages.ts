// A list in pages of 500, of the whole cluster or of chosen namespaces one after the other. A continuation that expired ends that list early.

import { z } from 'zod';
import type { ClusterConnection } from './connection.ts';
import { expectShape, refusalCode } from './faults.ts';

export type Listed = {
  /** "/api/v1", "/apis/metrics.k8s.io/v1beta1". */
  readonly api: string;
  readonly resource: string;
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
};

const page = z.object({
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.unknown()).nullish(),
});

const PAGE = 500;

export async function* namespacedPages(
  connection: ClusterConnection,
  { api, resource, namespaces }: Listed,
  signal: AbortSignal,
): AsyncGenerator<readonly unknown[]> {
  const places = namespaces.length === 0 ? [''] : namespaces.map((name) => `/namespaces/${encodeURIComponent(name)}`);
  for (const place of places) yield* pages(connection, `${api}${place}/${resource}`, signal);
}

async function* pages(connection: ClusterConnection, path: string, signal: AbortSignal): AsyncGenerator<readonly unknown[]> {
  let next: string | undefined;
  do {
    try {
      const read = expectShape(page, await connection.json({ path, query: { limit: PAGE, continue: next }, signal }), { path });
      yield read.items ?? [];
      next = read.metadata?.continue || undefined;
    } catch (error) {
      if (next === undefined || refusalCode(error) !== 410) throw error;
      return;
    }
  } while (next !== undefined);
}
