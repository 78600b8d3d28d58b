// Reads what stands around a workload when a change of it is reviewed: all parts at once, each with its own deadline, and what may not be read or is not
// installed says so.

import type { z } from 'zod';
import type { Piece } from '../../../domain/base/piece.ts';
import { known } from '../../../domain/base/piece.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { SurroundingsReader } from '../../../ports/surroundings-reader.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { expectShape, refusalCode } from '../client/faults.ts';
import { piece } from '../client/reading.ts';
import { readRoom } from './room.ts';
import { limitRangeList, limitRangeRules, quotaList, quotaRules } from './rules.ts';
import { budgetList, budgets, hpaList, hpaScalers, kedaScalers, scaledObjectList, verticals, vpaList } from './scalers.ts';

export type SurroundingsReaderOptions = { readonly connection: ClusterConnection; readonly clock: Clock };

/** Shorter than a modal's patience. */
const PART_TIMEOUT_MS = 2500;

export function createSurroundingsReader({ connection, clock }: SurroundingsReaderOptions): SurroundingsReader {
  return {
    async read({ workload, podLabels = {} }, signal) {
      const space = encodeURIComponent(workload.namespace);
      const part = <Value>(what: string, read: (signal: AbortSignal) => Promise<Value>): Promise<Piece<Value>> =>
        piece({ clock, signal, timeoutMs: PART_TIMEOUT_MS }, { what, source: 'the API server', read });
      const list =
        <Schema extends z.ZodType>(path: string, schema: Schema) =>
        async (within: AbortSignal): Promise<z.output<Schema>> =>
          expectShape(schema, await connection.json({ path, signal: within }), { path });
      const core = `/api/v1/namespaces/${space}`;
      const [limitRanges, quotas, hpas, keda, vpas, pdbs, room] = await Promise.all([
        part('limit ranges', async (within) => limitRangeRules(await list(`${core}/limitranges`, limitRangeList)(within))),
        part('quotas', async (within) => quotaRules(await list(`${core}/resourcequotas`, quotaList)(within))),
        part('autoscalers', async (within) =>
          hpaScalers(await list(`/apis/autoscaling/v2/namespaces/${space}/horizontalpodautoscalers`, hpaList)(within), workload),
        ),
        part('ScaledObjects', async (within) => {
          const path = `/apis/keda.sh/v1alpha1/namespaces/${space}/scaledobjects`;
          return kedaScalers(await ifInstalled(list(path, scaledObjectList)(within), { items: [] }), workload);
        }),
        part('vertical autoscalers', async (within) => {
          const path = `/apis/autoscaling.k8s.io/v1/namespaces/${space}/verticalpodautoscalers`;
          return verticals(await ifInstalled(list(path, vpaList)(within), { items: [] }), workload);
        }),
        part('disruption budgets', async (within) =>
          budgets(await list(`/apis/policy/v1/namespaces/${space}/poddisruptionbudgets`, budgetList)(within), podLabels),
        ),
        part('nodes', (within) => readRoom(connection, within)),
      ]);
      return { limitRanges, quotas, scalers: joined(hpas, keda), verticals: vpas, budgets: pdbs, room };
    },
  };
}

/** No such API: nobody uses it here. */
async function ifInstalled<Value>(read: Promise<Value>, nothing: Value): Promise<Value> {
  try {
    return await read;
  } catch (error) {
    if (refusalCode(error) === 404) return nothing;
    throw error;
  }
}

function joined<Value>(first: Piece<readonly Value[]>, second: Piece<readonly Value[]>): Piece<readonly Value[]> {
  if (first.kind === 'unavailable') return first;
  return second.kind === 'unavailable' ? second : known([...first.value, ...second.value], first.source, first.at);
}
