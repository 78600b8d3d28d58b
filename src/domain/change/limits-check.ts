// What a person typed into the review, checked before anything is stored: quantities, their order, and the policy's bounds. Every problem
// says what was wrong and what to write instead.

import type { Bytes } from '../base/memory.ts';
import { formatQuantity, MIB, parseQuantity } from '../base/memory.ts';
import type { MemoryResources } from '../base/pod.ts';
import { judgeSizes } from './policy/judge.ts';
import type { Policy } from './policy/policy.ts';

export type LimitsInput = {
  readonly limitText: string;
  /** Undefined or empty leaves the request as it is. */
  readonly requestText: string | undefined;
  readonly current: MemoryResources;
  /** The limit of the last kill: what the pod really had, which the template may not say. */
  readonly hit?: Bytes | undefined;
  /** Measured under load: limit and request may come down to this, and not below; without a request only the limit was. */
  readonly measured?: { readonly limit: Bytes; readonly request?: Bytes | undefined } | undefined;
  /** Of a further raise after one that did not hold: no more than this. */
  readonly most?: Bytes | undefined;
  /** As it is for the workload (policyFor). */
  readonly policy: Policy;
  /** The node's allocatable memory, when known: no pod with a larger request could be scheduled there. */
  readonly allocatable?: Bytes | undefined;
};

type LimitsProblem = { readonly field: 'limit' | 'request'; readonly message: string };

export type CheckedLimits =
  | { readonly kind: 'ok'; readonly limit: Bytes; readonly request: Bytes | undefined }
  | { readonly kind: 'problems'; readonly problems: readonly LimitsProblem[] };

type Read = { readonly bytes: Bytes } | { readonly problem: string };

export function checkProposedLimits(input: LimitsInput): CheckedLimits {
  const asked = readAsked(input);
  if ('problems' in asked) return { kind: 'problems', problems: asked.problems };
  const own = [...limitProblems(asked, input), ...requestProblems(asked.request, asked.limit, input)];
  // Who typed a limit that makes no sense is told that, not what the policy thinks of it.
  const problems = own.length > 0 ? own : policyProblems(asked.limit, asked.request, input);
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'ok', ...asked };
}

type Asked = { readonly limit: Bytes; readonly request: Bytes | undefined };

function readAsked({ limitText, requestText }: LimitsInput): Asked | { readonly problems: readonly LimitsProblem[] } {
  const limit = readSize(limitText);
  const wanted = requestText?.trim() ?? '';
  const request = wanted === '' ? { bytes: undefined } : readSize(wanted);
  if (!('problem' in limit) && !('problem' in request)) return { limit: limit.bytes, request: request.bytes };
  return {
    problems: [
      ...('problem' in limit ? [{ field: 'limit' as const, message: limit.problem }] : []),
      ...('problem' in request ? [{ field: 'request' as const, message: request.problem }] : []),
    ],
  };
}

const NOT_QUITE = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])(i?)(b?)\s*$/i;

function readSize(text: string): Read {
  const parsed = parseQuantity(text);
  const bare = text.trim();
  if (/^\d+$/.test(bare) && Number(bare) < MIB) {
    return { problem: `"${bare.slice(0, 40)}" without a unit means bytes; did you mean ${bare.slice(0, 40)}Mi?` };
  }
  if (parsed.kind === 'bytes' && !text.trim().endsWith('m')) return { bytes: parsed.bytes };
  const [, amount, unit = ''] = NOT_QUITE.exec(text) ?? [];
  if (amount === undefined)
    return { problem: parsed.kind === 'invalid' ? `${parsed.reason}.` : `"${text}" is not a size; write for example 384Mi.` };
  const meant = `${amount}${unit.toUpperCase()}i`;
  const hint = /^\s*\d+(?:\.\d+)?m\s*$/.test(text) ? ' A small m means thousandths of a byte.' : '';
  return { problem: `"${text.trim().slice(0, 40)}" is not how Kubernetes writes a size; did you mean ${meant}?${hint}` };
}

function limitProblems(asked: Asked, { current, hit, most, measured }: LimitsInput): readonly LimitsProblem[] {
  const { limit } = asked;
  const old = current.limit?.bytes;
  const problem = (message: string): readonly LimitsProblem[] => [{ field: 'limit', message }];
  if (measured !== undefined && old !== undefined)
    return loweringProblems(asked, { old, measured, request: current.request?.bytes });
  if (old !== undefined && limit === old) return problem(`This is the limit it has now (${formatQuantity(old)}).`);
  if (old !== undefined && limit < old)
    return problem(`This is lower than the limit that was just hit (${formatQuantity(old)}).`);
  if (hit !== undefined && limit <= hit && old === undefined)
    return problem(`The pod had ${formatQuantity(hit)}, from outside its template, and reached it; ask for more.`);
  if (most !== undefined && limit > most)
    return problem(`A raise has not held already: the last one may be at most ${formatQuantity(most)}.`);
  return [];
}

type Lowered = {
  readonly old: Bytes;
  /** The present request. */
  readonly request: Bytes | undefined;
  readonly measured: NonNullable<LimitsInput['measured']>;
};

function loweringProblems(asked: Asked, { old, request, measured }: Lowered): readonly LimitsProblem[] {
  const lessRequested = asked.request !== undefined && request !== undefined && asked.request < request;
  const field = 'limit' as const;
  if (asked.limit > old)
    return [{ field, message: `This is a review of lower memory; the limit is ${formatQuantity(old)} now.` }];
  if (asked.limit === old && !lessRequested)
    return [{ field, message: `This is the limit it has now (${formatQuantity(old)}), and the request is not lower either.` }];
  const problems: LimitsProblem[] = [];
  if (asked.limit < measured.limit)
    problems.push({ field, message: `What was measured asks for at least ${formatQuantity(measured.limit)}.` });
  if (lessRequested && measured.request !== undefined && (asked.request ?? 0) < measured.request)
    problems.push({ field: 'request', message: `What was measured asks for at least ${formatQuantity(measured.request)}.` });
  return problems;
}

/** What the policy has against it, under the field that a person can change. */
function policyProblems(limit: Bytes, request: Bytes | undefined, input: LimitsInput): readonly LimitsProblem[] {
  const { current, policy, allocatable } = input;
  const sizes = { currentLimit: current.limit?.bytes, limit, request: request ?? current.request?.bytes, allocatable };
  return judgeSizes(policy, sizes)
    .filter(({ says }) => says === 'denied')
    .map(({ rule, words }) => ({
      field: rule.endsWith('RequestShare') ? ('request' as const) : ('limit' as const),
      message: `The policy does not allow it (${rule}): ${words}.`,
    }));
}

function requestProblems(
  request: Bytes | undefined,
  limit: Bytes,
  { current, allocatable }: LimitsInput,
): readonly LimitsProblem[] {
  const effective = request ?? current.request?.bytes;
  if (effective === undefined) return [];
  if (effective > limit) {
    const which = request === undefined ? `The present request of ${formatQuantity(effective)}` : 'The request';
    return [
      { field: 'request', message: `${which} is higher than the limit of ${formatQuantity(limit)}; it may be at most equal.` },
    ];
  }
  if (allocatable !== undefined && effective > allocatable) {
    return [
      { field: 'request', message: `No pod with this request fits the node, which has ${formatQuantity(allocatable)} to give.` },
    ];
  }
  return [];
}
