// What to do: raise to a number with its arithmetic, or advice without one. Never a number for a cause that a number does not mend, never one at or
// below the limit that was just hit, and never a patch of what another controller owns. Bytes throughout.

import type { Bytes } from '../base/memory.ts';
import { formatQuantity, MIB, roundUpToStep, toBytes } from '../base/memory.ts';
import { valueOf } from '../base/piece.ts';
import type { PodContainer } from '../base/pod.ts';
import { findContainer } from '../base/pod.ts';
import type { RelatedIncident } from '../diagnosis/related-incident.ts';
import { standsHow } from '../diagnosis/related-incident.ts';
import { heapNeed } from '../evidence/heap.ts';
import { happenedAt } from '../kill/oom-kill.ts';
import { ownerAdvice } from './advice/advice.ts';
import { besides } from './advice/besides.ts';
import { controllerAdvice, insteadOfRaising } from './advice/instead.ts';
import type { Capped } from './ceilings.ts';
import { cap } from './ceilings.ts';
import { limitForNone } from './first-limit.ts';
import type { Recommendation, RecommendInput } from './recommendation.ts';
import { rememberedOf } from './remembered.ts';
import type { Size } from './size.ts';
import { sizeAfterKill } from './size.ts';

/** After this many raises within a day a number is no longer help. */
const MOST_RAISES = 3;
/** A stop-gap for a leak is at most this many times the limit. */
const STOP_GAP = 1.5;

export function recommend(input: RecommendInput): Recommendation {
  const { kill, diagnosis, evidence, incident } = input;
  if (kill === undefined && incident !== undefined) return adviceBeside(incident);
  const container = containerOf(input);
  const instead = insteadOfRaising(input, container);
  if (kill === undefined || instead !== undefined)
    return advise(input, diagnosis.summary, instead ?? ['Leave the memory limit as it is.']);
  if (kill.limit === undefined || diagnosis.cause === 'no-limit')
    return limitForNone(input, (reason, advice) => advise(input, reason, advice));
  const size = sized(input, kill.limit, container);
  const refusal = refuse(input, size);
  if (refusal !== undefined) return refusal;
  const request = container?.resources.request?.bytes;
  const capped = cap(size.limit, { limit: kill.limit, request, evidence, policy: input.policy });
  if (capped.limit <= kill.limit) return bound(input, capped, kill.limit);
  return steered(input, size, capped) ?? raise(input, { size, capped, container });
}

/** No number and no all-clear from a pod that was not killed. */
function adviceBeside(incident: RelatedIncident): Recommendation {
  const { id } = incident;
  return {
    kind: 'advise',
    reason: `This pod does not show what ${id} is about, so it gives no number for it: ${id} ${standsHow(incident)}.`,
    advice: [`Go by the thread of ${id}, and leave or change the limit only by what is said there.`],
  };
}

function containerOf({ kill, evidence }: RecommendInput): PodContainer | undefined {
  const pod = valueOf(evidence.pod);
  return pod === undefined || kill === undefined ? undefined : findContainer(pod, kill.ref.container);
}

/** `limit`: written into the advice where a person has to bring it in by hand. */
function adviseWith(
  input: RecommendInput,
  limit: Bytes | undefined,
  said: { readonly reason: string; readonly advice: readonly string[] },
): Recommendation {
  const name = input.kill?.ref.container ?? 'the container';
  return {
    kind: 'advise',
    reason: said.reason,
    advice: [...said.advice, ...ownerAdvice(valueOf(input.evidence.owner), name, limit)],
  };
}

function advise(input: RecommendInput, reason: string, advice: readonly string[]): Recommendation {
  return adviseWith(input, undefined, { reason, advice });
}

/** A field that another controller sets is not changed from here. */
function steered(input: RecommendInput, size: Size, capped: Capped): Recommendation | undefined {
  const { owner, bounds } = input.evidence;
  const around = bounds === undefined ? undefined : valueOf(bounds)?.controllers;
  const advice = controllerAdvice([...(valueOf(owner)?.fieldOwners ?? []), ...(around ?? [])], capped.limit);
  const reason = `${size.arithmetic} Another controller sets this field, so it is not changed from here.`;
  return advice.length === 0 ? undefined : adviseWith(input, capped.limit, { reason, advice });
}

function sized(
  { kill, evidence, diagnosis, earlierKills, now }: RecommendInput,
  limit: Bytes,
  container: PodContainer | undefined,
): Size {
  const killedAt = kill === undefined ? now : happenedAt(kill);
  const remembered = rememberedOf({ usage: valueOf(evidence.usage), at: killedAt, limit });
  const size = sizeAfterKill({ limit, killedAt, earlierKills, remembered, ignorePeak: diagnosis.cause === 'startup' });
  if (diagnosis.cause === 'leak') return stopGap(size, limit);
  const heap = diagnosis.cause === 'heap-setting' ? heapNeed(container?.heapSettings ?? []) : undefined;
  if (heap === undefined || heap.limit <= size.limit) return size;
  return { ...size, limit: heap.limit, arithmetic: `New limit ${formatQuantity(heap.limit)} = ${heap.words}, rounded up.` };
}

function stopGap(size: Size, limit: Bytes): Size {
  const most = roundUpToStep(limit * STOP_GAP);
  const gap = 'A stop-gap: it delays the next kill, it does not end them.';
  if (size.limit <= most) return { ...size, arithmetic: `${size.arithmetic} ${gap}` };
  const arithmetic = `New limit ${formatQuantity(most)} = the ${formatQuantity(limit)} that was just hit × ${STOP_GAP}, rounded up. ${gap}`;
  return { ...size, limit: most, arithmetic };
}

/** When another number is no longer help: the fourth kill of a day of raises, or a leak that already had its stop-gap. */
function refuse(input: RecommendInput, { recentRaises }: Size): Recommendation | undefined {
  if (recentRaises >= MOST_RAISES) {
    const reason = `The limit was raised ${recentRaises} times within a day and the container was killed again each time.`;
    return advise(input, reason, ['Stop raising the limit: find out what the program does with the memory.']);
  }
  const limit = input.kill?.limit;
  const hadGap = input.earlierKills.some(
    (earlier) => earlier.limit !== undefined && limit !== undefined && earlier.limit < limit,
  );
  if (input.diagnosis.cause !== 'leak' || !hadGap) return undefined;
  const reason =
    'Memory grows without end, and the limit was already raised once for it: another raise only buys the same hours again.';
  return advise(input, reason, besides(input.diagnosis));
}

function bound(input: RecommendInput, { by }: Capped, limit: Bytes): Recommendation {
  return advise(input, `It needs more than ${formatQuantity(limit)}, and ${by ?? 'the policy'} allows no higher limit.`, [
    'Raise that bound, use a larger node, or make the program use less.',
  ]);
}

type Raising = { readonly size: Size; readonly capped: Capped; readonly container: PodContainer | undefined };

function raise(input: RecommendInput, { size, capped, container }: Raising): Recommendation {
  const { kill, evidence, diagnosis } = input;
  const cut = capped.by === undefined ? '' : ` Cut down to ${formatQuantity(capped.limit)} by ${capped.by}.`;
  return {
    kind: 'raise',
    limit: capped.limit,
    ...requestFor(input, container, capped.limit),
    arithmetic: `${size.arithmetic}${cut}`,
    cappedBy: capped.by,
    temporary: diagnosis.cause === 'leak',
    advice: [
      ...besides(diagnosis, { kill, container, evidence, limit: capped.limit }),
      ...ownerAdvice(valueOf(evidence.owner), kill?.ref.container ?? 'the container', capped.limit),
    ],
  };
}

type Request = Pick<Extract<Recommendation, { readonly kind: 'raise' }>, 'request' | 'requestWords'>;

/** Guaranteed stays Guaranteed; otherwise the request is raised to the usual use, because pods above their request are evicted first. */
function requestFor({ evidence }: RecommendInput, container: PodContainer | undefined, limit: Bytes): Request {
  const request = container?.resources.request?.bytes;
  if (request === undefined) return {};
  if (request === container?.resources.limit?.bytes)
    return {
      request: limit,
      requestWords: `New request ${formatQuantity(limit)}: it equals the limit now, and stays equal to it.`,
    };
  const usage = valueOf(evidence.usage);
  if (usage?.kind !== 'series' || usage.p95 <= request) return {};
  const raised = toBytes(Math.min(roundUpToStep(usage.p95), limit));
  const low = Math.ceil(usage.p95 / MIB);
  return {
    request: raised,
    requestWords: `New request ${formatQuantity(raised)} = what 95 % of samples stay below (${low}Mi), rounded up${raised === limit ? ', at most the limit' : ''}: what uses more than it requests is evicted first when its node runs short.`,
  };
}
