// Finds a pod by name, and the names there are for suggestions.

import { z } from 'zod';
import { PermanentError } from '../../ports/fault.ts';
import type { PodFinder } from '../../ports/evidence-reader.ts';
import type { ClusterConnection } from './connection.ts';
import { reasonFor } from './evidence/reading.ts';
import { projectPod } from './pod-facts.ts';

const page = z.object({
  metadata: z.object({ continue: z.string().nullish() }),
  items: z.array(z.object({ metadata: z.object({ name: z.string(), namespace: z.string() }) })),
});

const MOST_NAMES = 5000;
const PAGE = 500;

export function createPodFinder({ connection, cluster }: { readonly connection: ClusterConnection; readonly cluster: string }): PodFinder {
  return {
    async find(namespace, name, signal) {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
      const { status, body } = await connection.answer({ path, signal });
      if (status === 404) return undefined;
      if (status === 403) throw new PermanentError(`no right to read pods in ${namespace} (RBAC)`, { code: 'OOM_CLUSTER_DENIED' });
      const projected = projectPod(body, cluster);
      if (projected.kind === 'pod') return projected.pod;
      throw new PermanentError(`GET ${path}: ${status} ${reasonFor('the pod', projected.problem)}`, { code: 'OOM_CLUSTER_ANSWER' });
    },
    async names(namespace, signal) {
      const path = namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
      const names: string[] = [];
      let next: string | undefined;
      do {
        const read = page.parse(await connection.json({ path, query: { limit: PAGE, continue: next }, signal }));
        names.push(...read.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
        next = read.metadata.continue || undefined;
      } while (next !== undefined && names.length < MOST_NAMES);
      return names.slice(0, MOST_NAMES);
    },
  };
}
