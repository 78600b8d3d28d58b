// Finds a pod by name, and the names there are for suggestions. Names are read in pages and at most 5,000 of them.

import { z } from 'zod';
import type { PodFinder } from '../../ports/evidence-reader.ts';
import { PermanentError } from '../../ports/fault.ts';
import type { ClusterConnection } from './connection.ts';
import { answerFault, expectShape, refusalCode } from './faults.ts';
import { projectPod } from './pod-facts.ts';

const page = z.object({
  metadata: z.object({ continue: z.string().nullish() }),
  items: z.array(z.object({ metadata: z.object({ name: z.string(), namespace: z.string() }) })),
});

const onNodeList = z.object({ items: z.array(z.looseObject({ metadata: z.looseObject({ uid: z.string() }) })) });

const MOST_NAMES = 5000;
const PAGE = 500;

type PodFinderOptions = { readonly connection: ClusterConnection; readonly cluster: string };

export function createPodFinder({ connection, cluster }: PodFinderOptions): PodFinder {
  return {
    async find(namespace, name, signal) {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
      const { status, body } = await connection.answer({ path, signal });
      if (status === 404) return undefined;
      if (status === 403)
        throw new PermanentError(`no right to read pods in ${namespace} (RBAC)`, {
          code: 'OOM_CLUSTER_DENIED',
          cause: { status },
        });
      if (status >= 300) throw answerFault({ path }, status, body);
      const projected = projectPod(body, cluster);
      if (projected.kind === 'pod') return projected.pod;
      throw new PermanentError(`GET ${path}: the pod is not understood (${projected.problem})`, { code: 'OOM_CLUSTER_ANSWER' });
    },
    onNode: (node, uid, signal) => findOnNode({ connection, cluster }, { node, uid }, signal),
    async names(namespace, signal) {
      const path = namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
      const names: string[] = [];
      let next: string | undefined;
      do {
        const read = await readPage(connection, { path, next }, signal);
        if (read === undefined) break;
        names.push(...read.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
        next = read.metadata.continue || undefined;
      } while (next !== undefined && names.length < MOST_NAMES);
      return names.slice(0, MOST_NAMES);
    },
  };
}

type Place = { readonly path: string; readonly next: string | undefined };

/** Undefined when there is nothing more to suggest from: the list's continuation expired, or the account may not list there. */
async function readPage(
  connection: ClusterConnection,
  { path, next }: Place,
  signal: AbortSignal,
): Promise<z.infer<typeof page> | undefined> {
  try {
    return expectShape(page, await connection.json({ path, query: { limit: PAGE, continue: next }, signal }), { path });
  } catch (error) {
    const code = refusalCode(error);
    if (code === 403 || (code === 410 && next !== undefined)) return undefined;
    throw error;
  }
}

type OnNode = { readonly node: string; readonly uid: string };

/** A node holds some hundred pods at most; only the one asked for is looked at closely. */
async function findOnNode({ connection, cluster }: PodFinderOptions, { node, uid }: OnNode, signal: AbortSignal) {
  const path = '/api/v1/pods';
  const body = await connection.json({ path, query: { fieldSelector: `spec.nodeName=${node}` }, signal });
  const found = expectShape(onNodeList, body, { path }).items.find(({ metadata }) => metadata.uid === uid);
  const projected = found === undefined ? undefined : projectPod(found, cluster);
  return projected?.kind === 'pod' ? projected.pod : undefined;
}
