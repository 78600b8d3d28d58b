// What the nodes have to give and what is left of it by the requests of their pods, which is what the scheduler counts. On a cluster with more than
// five thousand pods only what they have to give is read.

import { z } from 'zod';
import type { Bytes } from '../../../domain/base/memory.ts';
import { quantityBytes, toBytes } from '../../../domain/base/memory.ts';
import type { Room } from '../../../domain/evidence/surroundings.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { expectShape } from '../client/faults.ts';

const PAGE = 500;
const MOST_PODS = 5000;
const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish();

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ unschedulable: z.boolean().nullish() }).nullish(),
      status: z.object({ allocatable: quantities }).nullish(),
    }),
  ),
});
const requests = z.object({ resources: z.object({ requests: quantities }).nullish() });
const podList = z.object({
  metadata: z.object({ continue: z.string().nullish(), remainingItemCount: z.number().nullish() }).nullish(),
  items: z.array(
    z.object({
      spec: z.object({
        nodeName: z.string().nullish(),
        containers: z.array(requests),
        initContainers: z.array(requests).nullish(),
      }),
      status: z.object({ phase: z.string().nullish() }).nullish(),
    }),
  ),
});
type Pods = z.infer<typeof podList>;

/** Throws where nodes may not be listed; without the pods the room is told without what is free. */
export async function readRoom(connection: ClusterConnection, signal: AbortSignal): Promise<Room> {
  const nodes = await readNodes(connection, signal);
  const used = await requested(connection, signal);
  const free = used === undefined ? [] : nodes.map(({ name, bytes }) => toBytes(Math.max(0, bytes - (used.get(name) ?? 0))));
  return {
    nodes: nodes.length,
    largestAllocatable: largest(nodes.map(({ bytes }) => bytes)),
    ...(free.length === 0 ? {} : { largestFree: largest(free) }),
    free,
  };
}

export type NodeRoom = { readonly name: string; readonly bytes: Bytes };

/** What each node that takes pods has to give; the first five hundred. Throws where nodes may not be listed. */
export async function readNodes(connection: Pick<ClusterConnection, 'json'>, signal: AbortSignal): Promise<readonly NodeRoom[]> {
  const path = '/api/v1/nodes';
  const { items } = expectShape(nodeList, await connection.json({ path, query: { limit: PAGE }, signal }), { path });
  return items
    .filter(({ spec }) => spec?.unschedulable !== true)
    .flatMap(({ metadata, status }) => {
      const bytes = quantityBytes(status?.allocatable?.['memory']);
      return bytes === undefined ? [] : [{ name: metadata.name, bytes }];
    });
}

export function largest(sizes: readonly Bytes[]): Bytes {
  return sizes.reduce((most, size) => (size > most ? size : most), toBytes(0));
}

/** Bytes requested by node; undefined when they cannot all be read. */
async function requested(connection: ClusterConnection, signal: AbortSignal): Promise<ReadonlyMap<string, number> | undefined> {
  const used = new Map<string, number>();
  let next: string | undefined;
  let read = 0;
  do {
    const { status, body } = await connection.answer({ path: '/api/v1/pods', query: { limit: PAGE, continue: next }, signal });
    const page = podList.safeParse(body);
    if (status >= 300 || !page.success) return undefined;
    read += page.data.items.length;
    if (read + (page.data.metadata?.remainingItemCount ?? 0) > MOST_PODS) return undefined;
    count(page.data, used);
    next = page.data.metadata?.continue || undefined;
  } while (next !== undefined);
  return used;
}

function count({ items }: Pods, used: Map<string, number>): void {
  for (const { spec, status } of items) {
    if (!spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') continue;
    const main = spec.containers.reduce((sum, container) => sum + bytesOf(container), 0);
    const init = Math.max(0, ...(spec.initContainers ?? []).map(bytesOf));
    used.set(spec.nodeName, (used.get(spec.nodeName) ?? 0) + Math.max(main, init));
  }
}

function bytesOf({ resources }: z.infer<typeof requests>): number {
  return quantityBytes(resources?.requests?.['memory']) ?? 0;
}
