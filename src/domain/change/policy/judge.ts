// Every rule of the policy that has a say about a change, with what it says and why: what a proposal keeps as its policy result, what
// `headroom policy test` prints, and where a refusal gets its words. Each rule is named as headroom.yaml spells it.

import type { Bytes } from '../../base/memory.ts';
import { formatQuantity, MIB, toBytes } from '../../base/memory.ts';
import type { Instant } from '../../base/time.ts';
import { after, between, formatDuration } from '../../base/time.ts';
import type { ChangeRoute, Policy, PolicyPlace } from './policy.ts';
import { inScope, matchesGlobs, policyFor } from './policy.ts';
import { hoursNext, hoursNow, weekHoursWords } from './week-hours.ts';

export type Finding = {
  /** "maxFactor", "quietHours" …: the rule's key under `policy`. */
  readonly rule: string;
  /** rehearsed: goes its way, and nothing is written at its end. */
  readonly says: 'allowed' | 'denied' | 'rehearsed';
  readonly words: string;
};

export type PolicyQuestion = {
  readonly place: PolicyPlace & { readonly kind: string };
  readonly now: Instant;
  readonly route?: ChangeRoute | undefined;
  /** When the last change of the same container was written. */
  readonly lastWrittenAt?: Instant | undefined;
  readonly sizes?: Sizes | undefined;
};

export type Sizes = {
  readonly currentLimit: Bytes | undefined;
  readonly limit: Bytes;
  /** The request that the container has afterwards. */
  readonly request: Bytes | undefined;
  /** What the node has to give, when known. */
  readonly allocatable: Bytes | undefined;
};

/** In the order in which headroom.yaml documents the rules. The policy is that of headroom.yaml as a whole; overrides are applied here. */
export function judge(whole: Policy, question: PolicyQuestion): readonly Finding[] {
  const policy = policyFor(whole, question.place);
  return [
    where(policy, question),
    kind(policy, question),
    ...route(policy, question),
    approvers(policy, question),
    ...(question.sizes === undefined ? [] : judgeSizes(policy, question.sizes)),
    ...coolDown(policy, question),
    ...quiet(policy, question),
    ...approval(policy, question),
    ...(policy.dryRunOnly
      ? [{ rule: 'dryRunOnly', says: 'rehearsed', words: 'everything is asked and rehearsed, and nothing is written' } as const]
      : []),
  ];
}

/** What stands in the way, in one sentence for a person; undefined when nothing does. */
export function denial(findings: readonly Finding[]): string | undefined {
  const denied = findings.filter(({ says }) => says === 'denied');
  if (denied.length === 0) return undefined;
  return denied.map(({ rule, words }) => `policy.${rule}: ${words}`).join('; ');
}

function finding(rule: string, fits: boolean, words: string): Finding {
  return { rule, says: fits ? 'allowed' : 'denied', words };
}

function where({ namespaces }: Policy, { place }: PolicyQuestion): Finding {
  const fits = matchesGlobs(namespaces, place.namespace);
  const words = `namespace ${place.namespace} is ${fits ? '' : 'not '}among ${namespaces.join(', ')}`;
  return finding('namespaces', fits, words);
}

function kind({ kinds }: Policy, { place }: PolicyQuestion): Finding {
  const fits = kinds.includes(place.kind);
  return finding('kinds', fits, `${place.kind} is ${fits ? '' : 'not '}among ${kinds.join(', ')}`);
}

function route({ routes }: Policy, question: PolicyQuestion): readonly Finding[] {
  if (question.route === undefined) {
    return [finding('routes', routes.length > 0, routes.length > 0 ? `may go by ${routes.join(', ')}` : 'no route is allowed')];
  }
  const fits = routes.includes(question.route);
  return [finding('routes', fits, `${question.route} is ${fits ? '' : 'not '}among ${routes.join(', ')}`)];
}

function approvers({ approvers: rules, approvals, selfApproval }: Policy, { place }: PolicyQuestion): Finding {
  const fitting = rules.filter((rule) => inScope(rule, place));
  const who = [...new Set(fitting.flatMap(({ users, groups }) => [...users, ...groups]))];
  if (who.length === 0) return finding('approvers', false, 'nobody may approve here; add users or groups');
  const how = selfApproval ? 'the requester may be one of them' : 'not the requester';
  return finding('approvers', true, `${approvals} of ${who.join(', ')} has to approve, ${how}`);
}

/** What the policy, as it is for the workload, says about the numbers. */
export function judgeSizes(policy: Policy, { currentLimit, limit, request, allocatable }: Sizes): readonly Finding[] {
  const { minLimit } = policy;
  const wanted = formatQuantity(limit);
  const most = ({ rule, bytes, by }: Highest): Finding => {
    const words = `at most ${formatQuantity(bytes)}, ${by}`;
    return finding(rule, limit <= bytes, limit <= bytes ? `${wanted} is within ${words}` : `${words}, and ${wanted} is more`);
  };
  return [
    finding('minLimit', limit >= minLimit, `${wanted} is ${limit >= minLimit ? 'not ' : ''}below ${formatQuantity(minLimit)}`),
    ...highestLimits(policy, { currentLimit, allocatable }).map(most),
    ...(request === undefined ? [] : shares(policy, request, limit)),
  ];
}

/** The highest limit that one rule allows, and how it comes to that: "4 times the present limit". */
export type Highest = { readonly rule: string; readonly bytes: Bytes; readonly by: string };

/** By each rule that has a say. */
export function highestLimits(
  { maxLimit, maxFactor, maxNodeShare }: Policy,
  { currentLimit, allocatable }: Pick<Sizes, 'currentLimit' | 'allocatable'>,
): readonly Highest[] {
  const most = (rule: string, bound: number, by: string): Highest => ({ rule, bytes: wholeMebibytes(bound), by });
  return [
    most('maxLimit', maxLimit, 'the highest limit'),
    ...(currentLimit === undefined ? [] : [most('maxFactor', currentLimit * maxFactor, `${maxFactor} times the present limit`)]),
    ...(allocatable === undefined
      ? []
      : [most('maxNodeShare', allocatable * maxNodeShare, `${percent(maxNodeShare)} of what the node has to give`)]),
  ];
}

/** Rounded down, so that the bound that is named is one that can be written. */
function wholeMebibytes(bound: number): Bytes {
  return toBytes(bound < MIB ? Math.floor(bound) : Math.floor(bound / MIB) * MIB);
}

function shares({ minRequestShare, maxRequestShare }: Policy, request: Bytes, limit: Bytes): readonly Finding[] {
  const share = request / limit;
  const words = `the request ${formatQuantity(request)} is ${percent(share)} of the limit`;
  return [
    finding('minRequestShare', share >= minRequestShare, `${words}, at least ${percent(minRequestShare)} is wanted`),
    finding('maxRequestShare', share <= maxRequestShare, `${words}, at most ${percent(maxRequestShare)} is wanted`),
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function coolDown({ coolDown: wait }: Policy, { now, lastWrittenAt }: PolicyQuestion): readonly Finding[] {
  if (wait === 0 || lastWrittenAt === undefined) return [];
  const since = between(lastWrittenAt, now);
  const over = since >= wait;
  const left = over ? '' : `; wait another ${formatDuration(between(now, after(lastWrittenAt, wait)))}`;
  return [
    finding(
      'coolDown',
      over,
      `the last change was written ${formatDuration(since)} ago, ${formatDuration(wait)} are wanted${left}`,
    ),
  ];
}

function quiet({ quietHours }: Policy, { now }: PolicyQuestion): readonly Finding[] {
  if (quietHours.length === 0) return [];
  const inside = hoursNow(quietHours, now);
  if (inside === undefined)
    return [finding('quietHours', true, `now is outside ${quietHours.map(weekHoursWords).join(' and ')}`)];
  const words = `nothing is written from ${weekHoursWords(inside.hours)}; it is over in ${formatDuration(between(now, inside.until))}`;
  return [finding('quietHours', false, words)];
}

function approval({ approvalHours }: Policy, { now }: PolicyQuestion): readonly Finding[] {
  if (approvalHours.length === 0) return [];
  const inside = hoursNow(approvalHours, now);
  if (inside !== undefined) return [finding('approvalHours', true, `now is within ${weekHoursWords(inside.hours)}`)];
  const next = hoursNext(approvalHours, now);
  const when = next === undefined ? '' : `; the next begin in ${formatDuration(between(now, next.from))}`;
  const words = `something is approved and written only from ${approvalHours.map(weekHoursWords).join(' and from ')}${when}`;
  return [finding('approvalHours', false, words)];
}
