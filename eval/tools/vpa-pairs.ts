// The re-derived VPA beside the real one: inputs and targets recorded from k8s.io/autoscaler/vertical-pod-autoscaler 1.7.1 (model.ContainerState and
// logic.CreatePodResourceRecommender with the recommender's default settings; 1 to 8 replicas, up to 12 days, up to three kills).

import { z } from 'zod';
import { MINUTE } from '../../src/domain/base/time.ts';
import { readLines } from '../series/series.ts';
import { VpaRecommender } from './vpa.ts';

/** An event is [replica, minute, bytes, 1 for a kill]; a kill's bytes are the request. */
const pairSchema = z.object({
  case: z.number(),
  replicas: z.number(),
  events: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
  target: z.number(),
  lower: z.number(),
  upper: z.number(),
});

/** Recorded from this Monday on, in UTC; decay is counted from the beginning of time as Go knows it, which falls on the same hours. */
const BEGIN = Date.UTC(2026, 0, 5);
/** One step of a float that was rounded otherwise. */
const SAME = 1e-9;

export type Comparison = { readonly pairs: number; readonly targets: number; readonly bounds: number; readonly text: string };

export function compareWithRecorded(): Comparison {
  const pairs = readLines('vpa-pairs.jsonl.gz', pairSchema);
  let targets = 0;
  let bounds = 0;
  for (const { replicas, events, target, lower, upper } of pairs) {
    const recommender = new VpaRecommender();
    const containers = Array.from({ length: replicas }, () => recommender.container());
    const lastOf = new Map<number, number>();
    for (const [replica, minute, bytes, isKill] of events) {
      const at = BEGIN + minute * MINUTE;
      if (isKill === 1) {
        containers[replica]?.killed(at, bytes);
        continue;
      }
      containers[replica]?.sample(at, bytes);
      if (lastOf.get(replica) === at) continue;
      lastOf.set(replica, at);
      recommender.seen(at);
    }
    const found = recommender.bounds();
    if (isSame(found.target, target)) targets += 1;
    if (isSame(found.lower, lower) && isSame(found.upper, upper)) bounds += 1;
  }
  const text = `VPA re-derived: the same target in ${targets} of ${pairs.length} recorded cases, the same bounds in ${bounds}`;
  return { pairs: pairs.length, targets, bounds, text };
}

function isSame(found: number, recorded: number): boolean {
  return Math.abs(found - recorded) <= Math.max(1, SAME * recorded);
}
