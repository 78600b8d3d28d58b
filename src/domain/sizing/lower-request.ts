// A lower request, offered with what was measured under load: the highest sample of all replicas over 56 days, because a request is what a pod is given for
// sure, and one below its use is evicted first. Never of a container whose request equals its limit: it would no longer be Guaranteed. Bytes in and out.
//
// Worked: request 900Mi, limit 1Gi, highest sample of 56 days 400Mi → 400Mi: 56 % less.

import type { Bytes } from '../base/memory.ts';
import { formatQuantity, roundUpToStep } from '../base/memory.ts';
import type { Remembered } from './remembered.ts';

export type RequestInput = {
  /** Undefined when it has none, or when it is not known. */
  readonly request: Bytes | undefined;
  /** The limit beside it now. */
  readonly limit: Bytes;
  readonly remembered: Remembered;
};

export type LowerRequest = { readonly request: Bytes; readonly arithmetic: string };

/** Below this share saved a change is not worth a rollout; the same as for a limit. */
const WORTH = 0.82;

export function lowerRequest({ request, limit, remembered }: RequestInput): LowerRequest | undefined {
  const { peak, older } = remembered;
  if (request === undefined || request === limit || peak === undefined) return undefined;
  const highest = older ?? peak;
  const next = roundUpToStep(highest.bytes);
  // A sample of nothing is one of a container that did not run.
  if (next === 0 || next > WORTH * request) return undefined;
  return {
    request: next,
    arithmetic: `New request ${formatQuantity(next)} = the highest sample that is remembered (${Math.ceil(highest.bytes / 2 ** 20)}Mi), rounded up; ${formatQuantity(request)} are set aside for each pod now.`,
  };
}
