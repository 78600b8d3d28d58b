// A workload as a configured cluster has it now, for headroom policy test: whoever writes rules sees what they would meet. Reads only, waits some seconds at
// most, and says why where nothing could be read.

import type { ClusterConnection } from '../adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../adapters/kubernetes/client/connection.ts';
import { createWorkloadEditor } from '../adapters/kubernetes/editor/workload-editor.ts';
import { createBoundsReader } from '../adapters/kubernetes/surroundings/bounds-reader.ts';
import { createLog } from '../adapters/telemetry/logger.ts';
import { systemClock } from '../app/parts.ts';
import type { Config } from '../config/load.ts';
import type { Bytes } from '../domain/base/memory.ts';
import { valueOf } from '../domain/base/piece.ts';
import { SECOND } from '../domain/base/time.ts';
import type { TemplateState } from '../domain/change/change.ts';
import { PermanentError, TransientError } from '../ports/fault.ts';
import { timeoutAfter } from '../ports/timers.ts';

export type SeenWorkload =
  | {
      readonly kind: 'seen';
      /** Name of the context. */
      readonly cluster: string;
      readonly template: TemplateState;
      /** What the largest node has to give. */
      readonly largestNode: Bytes | undefined;
    }
  /** In one clause. */
  | { readonly kind: 'not-seen'; readonly reason: string };

export type Wanted = { readonly namespace: string; readonly kind: string; readonly name: string };

/** Somebody waits for it: longer than a busy API server takes, shorter than they would. */
const READ_WITHIN_MS = 15 * SECOND;

export async function seeWorkload(config: Config, wanted: Wanted): Promise<SeenWorkload> {
  const { cluster } = config;
  if (cluster.kind === 'demo') return notSeen('no cluster is configured (KUBECONFIG)');
  try {
    const source =
      cluster.kind === 'in-cluster'
        ? { kind: 'in-cluster' as const }
        : { kind: 'file' as const, path: cluster.path, context: cluster.context };
    const connection = connectCluster(source);
    try {
      return await see(config, connection, wanted);
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof TransientError || error instanceof PermanentError) return notSeen(error.message);
    throw error;
  }
}

function notSeen(reason: string): SeenWorkload {
  return { kind: 'not-seen', reason };
}

async function see(config: Config, connection: ClusterConnection, { namespace, kind, name }: Wanted): Promise<SeenWorkload> {
  const cluster = config.clusterName ?? connection.contextName;
  const workload = { cluster, namespace, kind, name, apiVersion: '', uid: '' };
  const editor = createWorkloadEditor({ connection, cluster, clock: systemClock, log: createLog(config.logLevel) });
  const template = await editor.read(workload, timeoutAfter(READ_WITHIN_MS));
  if (template === undefined) return notSeen(`${cluster} has no ${kind} ${namespace}/${name}`);
  const bounds = valueOf(
    await createBoundsReader({ connection, clock: systemClock, partWithinMs: READ_WITHIN_MS }).read(workload),
  );
  return { kind: 'seen', cluster, template, largestNode: bounds?.largestNode };
}
