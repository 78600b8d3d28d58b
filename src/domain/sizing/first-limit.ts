// A container without any limit: one is proposed only from two weeks of samples, because a guess would kill what now lives (docs/sizing.md).

import { formatQuantity, roundUpToStep, toBytes } from '../base/memory.ts';
import { valueOf } from '../base/piece.ts';
import { cap } from './ceilings.ts';
import type { Recommendation, RecommendInput } from './recommendation.ts';
import { span } from './size.ts';

const DAYS_NEEDED = 14;
const ROOM = 1.35;

type Advise = (reason: string, advice: readonly string[]) => Recommendation;

export function limitForNone({ evidence, diagnosis, policy }: RecommendInput, advise: Advise): Recommendation {
  const usage = valueOf(evidence.usage);
  const request = 'Set a memory request near what it really uses: the kernel kills what is above its request first.';
  if (usage?.kind !== 'series' || usage.daysKnown < DAYS_NEEDED)
    return advise(diagnosis.summary, [request, 'Set a limit once two weeks of samples show what it needs.']);
  const raw = roundUpToStep(usage.peak.bytes * ROOM);
  // Nothing to multiply: only absolute bounds count.
  const capped = cap(raw, { limit: raw, request: undefined, evidence, policy });
  const mib = Math.ceil(usage.peak.bytes / 2 ** 20);
  return {
    kind: 'raise',
    limit: capped.limit,
    request: toBytes(Math.min(roundUpToStep(usage.p95), capped.limit)),
    arithmetic: `First limit ${formatQuantity(capped.limit)} = the highest sample of the last ${span(usage.daysKnown)} (${mib}Mi) × ${ROOM}, rounded up.`,
    cappedBy: capped.by,
    temporary: false,
    advice: [request, 'With a limit of its own it is killed alone when it grows, and its neighbours on the node are spared.'],
  };
}
