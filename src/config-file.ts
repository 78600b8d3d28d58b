// headroom.yaml: routes and policy. YAML text in, domain values out; every mistake is named by its place, all at once.
// Sizes are Kubernetes quantities ("8Gi"), lengths of time a number with s, m, h or d ("24h").

import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { Bytes } from './domain/memory.ts';
import { parseQuantity } from './domain/memory.ts';
import type { Policy, RouteRule } from './domain/policy.ts';
import type { Millis } from './domain/time.ts';
import { DAY, HOUR, MINUTE, SECOND, toMillis } from './domain/time.ts';

export type Rules = {
  readonly routes: readonly RouteRule[];
  readonly policy: Policy;
  /** Kills that ended longer ago than this when first seen are recorded without a message. */
  readonly reportWithin: Millis;
};

export type ParsedRules =
  | { readonly kind: 'rules'; readonly rules: Rules }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

const quantity = z.string().transform((text, context): Bytes => {
  const parsed = parseQuantity(text);
  if (parsed.kind === 'bytes') return parsed.bytes;
  context.addIssue(parsed.reason);
  return z.NEVER;
});

const duration = z.string().transform((text, context): Millis => {
  const [, count, unit] = /^([0-9]+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return toMillis(Number(count) * (UNITS[unit] ?? 0));
  context.addIssue(`"${text.slice(0, 40)}" is not a length of time; write a whole number and s, m, h or d, for example 24h`);
  return z.NEVER;
});

const globs = z.array(z.string().min(1)).min(1).default(['*']);

const approver = z.strictObject({
  namespaces: globs,
  users: z.array(z.string().regex(/^[UW][A-Z0-9]+$/, 'a Slack user id starts with U or W, for example U0123ABCD')).default([]),
  groups: z.array(z.string().regex(/^S[A-Z0-9]+$/, 'a Slack user group id starts with S, for example S0123ABCD')).default([]),
});

const route = z.strictObject({ clusters: globs, namespaces: globs, channel: z.string().min(1) });

const policy = z.strictObject({
  approvers: z.array(approver).default([]),
  selfApproval: z.boolean().default(false),
  minLimit: quantity.prefault('16Mi'),
  maxLimit: quantity.prefault('16Gi'),
  maxFactor: z.number().gt(1).max(16).default(4),
  proposalExpiry: duration.prefault('24h'),
  watchFloor: duration.prefault('10m'),
  watchCeiling: duration.prefault('24h'),
  quietAfter: duration.prefault('24h'),
});

const file = z.strictObject({
  routes: z.array(route).default([]),
  policy: policy.prefault({}),
  reportWithin: duration.prefault('1h'),
});

/** The rules in a YAML text; an empty text gives the defaults, in which nobody may approve. */
export function parseRules(text: string): ParsedRules {
  let content: unknown;
  try {
    content = parse(text) ?? {};
  } catch (error) {
    return { kind: 'problems', problems: [error instanceof YAMLParseError ? error.message : 'not readable as YAML'] };
  }
  const result = file.safeParse(content);
  if (result.success) return { kind: 'rules', rules: result.data };
  return { kind: 'problems', problems: result.error.issues.map((issue) => `${place(issue.path)}: ${issue.message}`) };
}

function place(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'top level' : path.map(String).join('.');
}
