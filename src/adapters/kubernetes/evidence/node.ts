// The node a container ran on: what it has to give, whether it is short of memory, and whether the kernel killed on it lately.

import { z } from 'zod';
import { quantityBytes } from '../../../domain/base/memory.ts';
import type { Instant } from '../../../domain/base/time.ts';
import { MINUTE } from '../../../domain/base/time.ts';
import type { EventLine, NodeFacts } from '../../../domain/evidence/evidence.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { expectShape } from '../client/faults.ts';
import { reasonFor } from '../client/reading.ts';
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
const EVENTS_BACK_MS = 60 * MINUTE;
/** A node that is in trouble repeats itself; the newest say how it stands. */
const MOST_EVENTS = 20;

export type NodeReading = {
  readonly facts: NodeFacts;
  /** Why its events are not known, when they are not. */
  readonly withoutEvents: string | undefined;
};

export async function readNode(
  connection: ClusterConnection,
  { name, at }: { readonly name: string; readonly at: Instant },
  signal: AbortSignal,
): Promise<NodeReading> {
  const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
  const [body, events] = await Promise.all([connection.json({ path, signal }), readNodeEvents(connection, name, signal)]);
  const { metadata, status } = expectShape(rawNode, body, { path });
  const lines = eventLines(events.items);
  const condition = (type: string): boolean =>
    status?.conditions?.some((each) => each.type === type && each.status === 'True') === true;
  return {
    facts: {
      name: metadata.name,
      capacity: quantityBytes(status?.capacity?.['memory']),
      allocatable: quantityBytes(status?.allocatable?.['memory']),
      memoryPressure: condition('MemoryPressure'),
      ready: condition('Ready'),
      oomEvents: lines.filter((line) => isOom(line, at)),
      ...(events.problem === undefined ? { events: lines.filter((line) => isTelling(line, at)).slice(-MOST_EVENTS) } : {}),
    },
    withoutEvents: events.problem,
  };
}

/** Events of nodes live in the namespace default. Without the right to read them the node itself still tells enough. */
async function readNodeEvents(
  connection: ClusterConnection,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly items: readonly unknown[]; readonly problem: string | undefined }> {
  try {
    const selector = { 'involvedObject.kind': 'Node', 'involvedObject.name': name };
    return { items: await listEvents(connection, { namespace: 'default', selector }, signal), problem: undefined };
  } catch (error) {
    return { items: [], problem: reasonFor('its events', error) };
  }
}

function isOom({ reason, lastSeen }: EventLine, at: Instant): boolean {
  if (reason !== 'SystemOOM' && reason !== 'OOMKilling') return false;
  return lastSeen !== undefined && lastSeen >= at - LOOK_BACK_MS && lastSeen <= at + MINUTE;
}

/** Warnings, and what says how the node stands: NodeHasInsufficientMemory and NodeNotReady are of type Normal. */
function isTelling({ type, reason, lastSeen }: EventLine, at: Instant): boolean {
  if (lastSeen === undefined || lastSeen < at - EVENTS_BACK_MS || lastSeen > at + MINUTE) return false;
  return type !== 'Normal' || /^(NodeHas|NodeNot|Rebooted|Starting)/.test(reason);
}
