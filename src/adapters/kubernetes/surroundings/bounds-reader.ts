// LimitRanges, quotas and autoscalers of a namespace, and the largest node, read once for all kills of half a minute: a storm of kills asks as much as one.
// Unlike a review of a change it counts no pods.

import type { z } from 'zod';
import type { Piece } from '../../../domain/base/piece.ts';
import { known } from '../../../domain/base/piece.ts';
import { SECOND } from '../../../domain/base/time.ts';
import { boundsOf } from '../../../domain/evidence/bounds.ts';
import type { BoundsReader } from '../../../ports/bounds-reader.ts';
import type { Clock } from '../../../ports/clock.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape } from '../client/faults.ts';
import { piece } from '../client/reading.ts';
import { largest, readNodes } from './room.ts';
import { limitRangeList, limitRangeRules, quotaList, quotaRules } from './rules.ts';
import { hpaList, hpaScalers, kedaScalers, scaledObjectList, verticals, vpaList } from './scalers.ts';

export type BoundsReaderOptions = {
  readonly connection: Pick<ClusterConnection, 'answer' | 'json'>;
  readonly clock: Clock;
  /** How long each part may take, in ms: two seconds when left out, for a kill is explained without what does not come. */
  readonly partWithinMs?: number | undefined;
};

const PART_WITHIN_MS = 2000;
const FRESH_MS = 30 * SECOND;
const NONE = { items: [] };
const SOURCE = 'the API server';

export function createBoundsReader(options: BoundsReaderOptions): BoundsReader {
  const { clock } = options;
  const lists = rememberedLists(options);
  return {
    async read(workload) {
      const { namespace } = workload;
      const [ranges, rules, scaled, scaledByKeda, vertical, room] = await Promise.all([
        lists.limitRanges(namespace),
        lists.quotas(namespace),
        lists.hpas(namespace),
        lists.keda(namespace),
        lists.vpas(namespace),
        lists.nodes('all'),
      ]);
      const around = {
        limitRanges: changed(ranges, limitRangeRules),
        quotas: changed(rules, quotaRules),
        scalers: joined(
          changed(scaled, (items) => hpaScalers(items, workload)),
          changed(scaledByKeda, (items) => kedaScalers(items, workload)),
        ),
        verticals: changed(vertical, (items) => verticals(items, workload)),
        room,
      };
      return boundsOf(around, clock.now());
    },
  };
}

/** By namespace; the nodes by any key. */
function rememberedLists({ connection, clock, partWithinMs: timeoutMs = PART_WITHIN_MS }: BoundsReaderOptions) {
  const part = <Value>(what: string, read: (signal: AbortSignal) => Promise<Value>): Promise<Piece<Value>> =>
    piece({ clock, signal: timeoutAfter(timeoutMs), timeoutMs }, { what, source: SOURCE, read });
  const list = <Schema extends z.ZodType>(
    what: string,
    place: { readonly group: string; readonly kind: string },
    schema: Schema,
  ) =>
    remembering(clock, (namespace) =>
      part(what, async (signal) => {
        const path = `${place.group}/namespaces/${encodeURIComponent(namespace)}/${place.kind}`;
        const { status, body } = await connection.answer({ path, signal });
        if (status >= 300 && status !== 404) throw answerFault({ path }, status, body);
        // No such API: nobody uses it here.
        return expectShape(schema, status === 404 ? NONE : body, { path });
      }),
    );
  return {
    limitRanges: list('limit ranges', { group: '/api/v1', kind: 'limitranges' }, limitRangeList),
    quotas: list('quotas', { group: '/api/v1', kind: 'resourcequotas' }, quotaList),
    hpas: list('autoscalers', { group: '/apis/autoscaling/v2', kind: 'horizontalpodautoscalers' }, hpaList),
    keda: list('ScaledObjects', { group: '/apis/keda.sh/v1alpha1', kind: 'scaledobjects' }, scaledObjectList),
    vpas: list('vertical autoscalers', { group: '/apis/autoscaling.k8s.io/v1', kind: 'verticalpodautoscalers' }, vpaList),
    nodes: remembering(clock, () =>
      part('nodes', async (signal) => {
        const nodes = await readNodes(connection, signal);
        return { largestAllocatable: largest(nodes.map(({ bytes }) => bytes)) };
      }),
    ),
  };
}

function joined<Value>(first: Piece<readonly Value[]>, second: Piece<readonly Value[]>): Piece<readonly Value[]> {
  if (first.kind === 'unavailable') return first;
  return second.kind === 'unavailable' ? second : known([...first.value, ...second.value], first.source, first.at);
}

/** The same promise for half a minute, by key. What could not be read is asked for again at once. */
function remembering<Value>(clock: Clock, read: (key: string) => Promise<Piece<Value>>) {
  const kept = new Map<string, { readonly until: number; readonly value: Promise<Piece<Value>> }>();
  return async function once(key: string): Promise<Piece<Value>> {
    const now = clock.now();
    for (const [old, { until }] of kept) if (until <= now) kept.delete(old);
    const value = kept.get(key)?.value ?? read(key);
    if (!kept.has(key)) kept.set(key, { until: now + FRESH_MS, value });
    const found = await value;
    if (found.kind === 'unavailable' && kept.get(key)?.value === value) kept.delete(key);
    return found;
  };
}

function changed<From, To>(from: Piece<From>, change: (value: From) => To): Piece<To> {
  return from.kind === 'known' ? { ...from, value: change(from.value) } : from;
}
