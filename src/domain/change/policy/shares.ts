// A request that fits the policy's shares of its limit: the nearest one to what was wanted. Bytes in and out, in steps that people would choose.
//
// Worked: wanted 128Mi of a limit of 512Mi, at least half of it → 256Mi.

import type { Bytes } from '../../base/memory.ts';
import { formatQuantity, MIB, roundUpToStep, toBytes } from '../../base/memory.ts';
import type { Policy } from './policy.ts';

export function withinShares(wanted: Bytes, limit: Bytes, policy: Pick<Policy, 'minRequestShare' | 'maxRequestShare'>): Bytes {
  const most = toBytes(Math.floor((limit * policy.maxRequestShare) / MIB) * MIB);
  if (wanted > limit * policy.maxRequestShare) return most;
  const least = limit * policy.minRequestShare;
  if (wanted >= least) return wanted;
  const raised = roundUpToStep(least);
  return raised > limit ? limit : raised;
}

/** As text for a form; undefined when there is no request to begin with. */
export function requestWithin(wanted: Bytes | undefined, limit: Bytes | undefined, policy: Policy): string | undefined {
  if (wanted === undefined) return undefined;
  return formatQuantity(limit === undefined ? wanted : withinShares(wanted, limit, policy));
}
