// The node a container ran on: what it has to give, whether it is short of memory, and whether the kernel killed on it lately.

import { z } from 'zod';
import type { EventLine, NodeFacts } from '../../../domain/evidence.ts';
import { quantityBytes } from '../../../domain/memory.ts';
import type { Instant } from '../../../domain/time.ts';
import { MINUTE } from '../../../domain/time.ts';
import type { ClusterConnection } from '../connection.ts';
import { eventLines, listEvents } from './events.ts';

const rawNode = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      capacity: z.record(z.string(), z.string()).nullish(),
      allocatable: z.record(z.string(), z.string()).nullish(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
    })
    .nullish(),
});

const LOOK_BACK_MS = 10 * MINUTE;

export async function readNode(connection: ClusterConnection, { name, at }: { readonly name: string; readonly at: Instant }, signal: AbortSignal): Promise<NodeFacts> {
  const [body, events] = await Promise.all([
    connection.json({ path: `/api/v1/nodes/${encodeURIComponent(name)}`, signal }),
    // Events of nodes live in the namespace default. Without the right to read them the node itself still tells enough.
    listEvents(connection, { namespace: 'default', selector: { 'involvedObject.kind': 'Node', 'involvedObject.name': name } }, signal).catch(() => []),
  ]);
  const { metadata, status } = rawNode.parse(body);
  const condition = (type: string): boolean => status?.conditions?.some((each) => each.type === type && each.status === 'True') === true;
  return {
    name: metadata.name,
    capacity: quantityBytes(status?.capacity?.['memory']),
    allocatable: quantityBytes(status?.allocatable?.['memory']),
    memoryPressure: condition('MemoryPressure'),
    ready: condition('Ready'),
    oomEvents: eventLines(events).filter((line) => isOom(line, at)),
  };
}

function isOom({ reason, lastSeen }: EventLine, at: Instant): boolean {
  if (reason !== 'SystemOOM' && reason !== 'OOMKilling') return false;
  return lastSeen !== undefined && lastSeen >= at - LOOK_BACK_MS && lastSeen <= at + MINUTE;
}
