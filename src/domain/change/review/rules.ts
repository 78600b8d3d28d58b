// The rules of the namespace: LimitRange, whose bounds every new pod is held to, and ResourceQuota, whose sum it has to fit. Both speak only when pods
// are made, long after the template was accepted, so they are held against the change here.

import type { Bytes } from '../../base/memory.ts';
import { formatBytes, toBytes } from '../../base/memory.ts';
import type { LimitRangeRule, QuotaRule } from '../../evidence/surroundings.ts';
import type { TemplateContainer } from '../change.ts';
import { endsInTemplate } from '../change.ts';
import type { Finding, ReviewInput } from './finding.ts';

export function ruleFindings(input: ReviewInput): readonly Finding[] {
  const { limitRanges, quotas } = input.surroundings;
  return [
    ...(limitRanges.kind === 'known'
      ? limitRanges.value.flatMap((rule) => limitRange(input, rule))
      : [unchecked('LimitRanges', limitRanges.reason)]),
    ...(quotas.kind === 'known' ? quotas.value.flatMap((rule) => quota(input, rule)) : [unchecked('Quotas', quotas.reason)]),
  ];
}

function unchecked(what: string, reason: string): Finding {
  return { about: 'rules', level: 'not-checked', words: `${what}: ${reason}.` };
}

function limitRange({ change, container }: ReviewInput, rule: LimitRangeRule): readonly Finding[] {
  const { limit, request } = change.after;
  if (limit === undefined || rule.type !== (change.list === 'pod' ? 'Pod' : 'Container')) return [];
  return [...bounds({ limit, request }, rule), ...ratio({ limit, request }, rule), ...origin(container, rule)];
}

type Sizes = { readonly limit: Bytes; readonly request: Bytes | undefined };

function bounds({ limit, request }: Sizes, { name, type, min, max }: LimitRangeRule): readonly Finding[] {
  const above = max !== undefined && limit > max;
  const below = min !== undefined && (request ?? limit) < min;
  return [
    ...(above
      ? [blocks(`LimitRange ${name} allows at most ${formatBytes(max)} per ${type}: no new pod would be admitted.`)]
      : []),
    ...(below
      ? [blocks(`LimitRange ${name} asks for at least ${formatBytes(min)} per ${type}: no new pod would be admitted.`)]
      : []),
  ];
}

function ratio({ limit, request }: Sizes, { name, maxRatio, defaultRequest }: LimitRangeRule): readonly Finding[] {
  const effective = request ?? defaultRequest ?? limit;
  if (maxRatio === undefined || effective === 0 || limit / effective <= maxRatio) return [];
  const times = (limit / effective).toFixed(1);
  return [
    blocks(
      `LimitRange ${name} allows a limit of at most ${maxRatio} times the request; ${formatBytes(limit)} is ${times} times ${formatBytes(effective)}. Raise the request too.`,
    ),
  ];
}

function origin({ resources }: TemplateContainer, { name, defaultLimit }: LimitRangeRule): readonly Finding[] {
  if (resources.limit !== undefined || defaultLimit === undefined) return [];
  return [
    {
      about: 'rules',
      level: 'tells',
      words: `The template has no limit: what runs now comes from LimitRange ${name} (default ${formatBytes(defaultLimit)}). The change writes one into the template.`,
    },
  ];
}

function blocks(words: string): Finding {
  return { about: 'rules', level: 'blocks', words };
}

/** A rolling update needs room for the pods it makes first, and in the end for the difference of all. */
function quota({ change, template }: ReviewInput, { name, about, hard, used }: QuotaRule): readonly Finding[] {
  const [before, after] = about === 'limits' ? limits(change) : requests(change);
  if (after === undefined || template.replicas === undefined || change.way === 'recreate') return [];
  const more = Math.max(0, after - (before ?? 0)) * template.replicas;
  const first = endsInTemplate(change) ? after * (template.surge ?? 0) : 0;
  const needed = Math.max(more, first);
  const left = Math.max(0, hard - used);
  const sizes = `${formatBytes(size(needed))} more, and quota ${name} has ${formatBytes(size(left))} of ${formatBytes(hard)} ${about}.memory left`;
  if (needed > left)
    return [
      {
        about: 'rules',
        level: 'warns',
        words: `The rollout needs ${sizes}: it would be refused ("exceeded quota") with the old pods still running.`,
      },
    ];
  return [{ about: 'rules', level: 'tells', words: `Needs ${sizes}.` }];
}

type Pair = readonly [before: Bytes | undefined, after: Bytes | undefined];

function limits({ before, after }: ReviewInput['change']): Pair {
  return [before.limit?.bytes, after.limit];
}

/** A container without a request counts with its limit. */
function requests({ before, after }: ReviewInput['change']): Pair {
  return [before.request?.bytes ?? before.limit?.bytes, after.request ?? after.limit];
}

function size(bytes: number): Bytes {
  return toBytes(Math.round(bytes));
}
