// Finds a pod by name, and the names there are for suggestions. Names are read in pages and at most 5,000 of them.

import { z } from 'zod';
import type { PodFinder } from '../../../ports/evidence-reader.ts';
import { PermanentError } from '../../../ports/fault.ts';
import { callAfter } from '../../../ports/timers.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape, refusalCode } from '../client/faults.ts';
import { projectPod } from './pod-facts.ts';

const page = z.object({
  metadata: z.object({ continue: z.string().nullish() }),
  items: z.array(z.object({ metadata: z.object({ name: z.string(), namespace: z.string() }) })),
});

const onNodeList = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ uid: z.string(), annotations: z.record(z.string(), z.string()).nullish().catch(undefined) }),
    }),
  ),
});
/** A static pod's cgroup is named by this and not by the uid of its mirror in the API. */
const STATIC_UID = 'kubernetes.io/config.hash';

const MOST_NAMES = 5000;
const PAGE = 500;

type PodFinderOptions = { readonly connection: ClusterConnection; readonly cluster: string };

export function createPodFinder({ connection, cluster }: PodFinderOptions): PodFinder {
  const readNode = createNodeReader(connection);
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
    async onNode(node, uid, signal) {
      const onIt = await readNode(node, signal);
      const found = onIt.find(({ metadata }) => metadata.uid === uid || metadata.annotations?.[STATIC_UID] === uid);
      const projected = found === undefined ? undefined : projectPod(found, cluster);
      return projected?.kind === 'pod' ? projected.pod : undefined;
    },
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

type OnNode = z.infer<typeof onNodeList>['items'];

/** A storm of kills on one node asks for the same pods again and again. */
const SHARED_FOR_MS = 1000;

/** The pods of a node: some hundred at most; only the one asked for is looked at closely. Those who ask within a second share one answer. */
function createNodeReader(connection: ClusterConnection): (node: string, signal: AbortSignal) => Promise<OnNode> {
  const path = '/api/v1/pods';
  const shared = new Map<string, Promise<OnNode>>();
  return (node, signal) => {
    const known = shared.get(node);
    if (known !== undefined) return known;
    const query = { fieldSelector: `spec.nodeName=${node}` };
    const read = connection.json({ path, query, signal }).then((body) => expectShape(onNodeList, body, { path }).items);
    const forget = (): boolean => shared.delete(node);
    shared.set(node, read);
    callAfter(SHARED_FOR_MS, forget).unref();
    read.catch(forget);
    return read;
  };
}
