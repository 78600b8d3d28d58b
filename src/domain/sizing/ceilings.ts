// What cuts a number down: the policy, the largest node, a LimitRange, a ResourceQuota. Each is named, so that whoever may change it knows what to
// change. Bytes in and out.

import type { Bytes } from '../base/memory.ts';
import { formatQuantity, toBytes } from '../base/memory.ts';
import { valueOf } from '../base/piece.ts';
import type { Policy } from '../change/policy/policy.ts';
import type { Evidence } from '../evidence/evidence.ts';

type Ceiling = { readonly bytes: number; readonly name: string };

export type Capped = {
  readonly limit: Bytes;
  /** The object that bound it, with the uncapped value; undefined when nothing did. */
  readonly by: string | undefined;
};

export type CeilingInput = {
  /** The limit it has now. */
  readonly limit: Bytes;
  readonly request: Bytes | undefined;
  readonly evidence: Evidence;
  readonly policy: Policy;
};

export function cap(raw: Bytes, input: CeilingInput): Capped {
  const bounds = [...policyCeilings(input), ...nodeCeiling(input), ...namespaceCeilings(input)];
  const [tightest] = bounds.filter(({ bytes }) => bytes < raw).toSorted((a, b) => a.bytes - b.bytes);
  if (tightest === undefined) return { limit: raw, by: undefined };
  const whole = toBytes(Math.max(0, Math.floor(tightest.bytes / 2 ** 20) * 2 ** 20));
  return { limit: whole, by: `${tightest.name} (uncapped: ${formatQuantity(raw)})` };
}

function policyCeilings({ limit, policy }: CeilingInput): readonly Ceiling[] {
  return [
    { bytes: policy.maxLimit, name: `the policy’s highest limit of ${formatQuantity(policy.maxLimit)}` },
    { bytes: limit * policy.maxFactor, name: `the policy’s factor of ${policy.maxFactor}` },
  ];
}

function nodeCeiling({ evidence, policy }: CeilingInput): readonly Ceiling[] {
  const largest = evidence.bounds === undefined ? undefined : valueOf(evidence.bounds)?.largestNode;
  const room = largest ?? valueOf(evidence.node)?.allocatable;
  if (room === undefined) return [];
  const which = largest === undefined ? 'the node' : 'the largest node';
  return [{ bytes: policy.maxNodeShare * room, name: `${which}, which has ${Math.floor(room / 2 ** 20)}Mi to give` }];
}

function namespaceCeilings(input: CeilingInput): readonly Ceiling[] {
  const { bounds } = input.evidence;
  const known = bounds === undefined ? undefined : valueOf(bounds);
  if (known === undefined) return [];
  return [
    ...known.limitRanges.flatMap(({ name, maxLimit, maxRatio }) => [
      ...(maxLimit === undefined
        ? []
        : [{ bytes: maxLimit, name: `LimitRange ${name}, whose maximum is ${formatQuantity(maxLimit)}` }]),
      ...(maxRatio === undefined || input.request === undefined
        ? []
        : [{ bytes: maxRatio * input.request, name: `LimitRange ${name}, which allows ${maxRatio} times the request` }]),
    ]),
    ...known.quotas.flatMap(({ name, limitsLeft }) =>
      limitsLeft === undefined
        ? []
        : [
            {
              bytes: quotaRoom(input, limitsLeft),
              name: `ResourceQuota ${name}, which has ${Math.floor(limitsLeft / 2 ** 20)}Mi of limits left`,
            },
          ],
    ),
  ];
}

/** All pods with the new limit, and those a rolling update adds, have to fit what the old ones take and what is left. */
function quotaRoom({ limit, evidence }: CeilingInput, left: Bytes): number {
  const owner = valueOf(evidence.owner);
  const replicas = Math.max(1, owner?.replicas ?? 1);
  return (left + replicas * limit) / (replicas + (owner?.surge ?? 0));
}
