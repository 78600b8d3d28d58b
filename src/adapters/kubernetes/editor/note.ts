// An Event on the workload that says who changed what: kubectl describe shows it beside what the controllers say.

import { formatQuantity } from '../../../domain/base/memory.ts';
import type { Instant } from '../../../domain/base/time.ts';
import type { Change } from '../../../domain/change/change.ts';
import { lowersRequestOnly } from '../../../domain/change/change.ts';
import type { ChangeNote } from '../../../ports/workload-editor.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { FIELD_MANAGER } from './write.ts';

export type Note = { readonly change: Change; readonly note: ChangeNote; readonly at: Instant };

/** The API server takes at most 1024 bytes of message. */
const LONGEST_MESSAGE = 1000;

export async function postNote(connection: ClusterConnection, { change, note, at }: Note, signal: AbortSignal): Promise<void> {
  const { apiVersion, kind, name, namespace, uid } = change.workload;
  const seconds = `${new Date(at).toISOString().slice(0, 19)}Z`;
  await connection.json({
    method: 'POST',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    query: { fieldManager: FIELD_MANAGER },
    body: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${name.slice(0, 200)}.headroom-`, namespace },
      type: 'Normal',
      reason: lowersRequestOnly(change) ? 'MemoryRequestChanged' : 'MemoryLimitChanged',
      message: words(change, note).slice(0, LONGEST_MESSAGE),
      involvedObject: { apiVersion, kind, namespace, name, uid },
      source: { component: FIELD_MANAGER },
      firstTimestamp: seconds,
      lastTimestamp: seconds,
      count: 1,
    },
    signal,
  });
}

function words(change: Change, { proposalId, incidentId, requester, approver }: ChangeNote): string {
  const { container, before, after } = change;
  const what = lowersRequestOnly(change) ? 'request' : 'limit';
  const next = after[what];
  const sizes = `${before[what]?.text ?? 'none'} to ${next === undefined ? 'none' : formatQuantity(next)}`;
  return `${container === '' ? 'Whole pod' : `Container ${container}`}: memory ${what} changed from ${sizes} as ${proposalId} of ${incidentId}, asked by ${requester}, approved by ${approver}`;
}
