// `headroom policy test`: its options, and the workload as the configured cluster has it.

import { parseArgs } from 'node:util';
import { parseRules } from '../config/rules/rules.ts';
import type { Bytes } from '../domain/base/memory.ts';
import { parseQuantity } from '../domain/base/memory.ts';
import type { Instant } from '../domain/base/time.ts';
import { parseInstant, toInstant } from '../domain/base/time.ts';
import type { ChangeRoute } from '../domain/change/policy/policy.ts';
import { CHANGE_ROUTES, CHANGEABLE_KINDS } from '../domain/change/policy/policy.ts';
import type { CommandContext } from './command-context.ts';
import { CODE, configOf, UsageError } from './command-context.ts';
import type { AskedSizes, PolicyTest } from './policy-test.ts';
import { testPolicy } from './policy-test.ts';
import type { SeenWorkload } from './seen-workload.ts';
import { seeWorkload } from './seen-workload.ts';

export const POLICY_USAGE: readonly string[] = [
  'headroom policy test NAMESPACE/KIND/NAME [--container NAME] [--label NAME=VALUE]... [--limit 512Mi] [--current 256Mi]',
  `                     [--request 128Mi] [--node 8Gi] [--route ${CHANGE_ROUTES.join('|')}]`,
  '                     [--at 2026-11-24T22:30:00Z] [--last-change 2026-11-24T21:00:00Z] [--offline]',
];

const OFFLINE: SeenWorkload = { kind: 'not-seen', reason: '--offline' };

const SIZE_OPTIONS = {
  limit: { type: 'string' },
  current: { type: 'string' },
  request: { type: 'string' },
  node: { type: 'string' },
} as const;

export async function policyTest(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...SIZE_OPTIONS,
      container: { type: 'string' },
      offline: { type: 'boolean', default: false },
      label: { type: 'string', multiple: true, default: [] },
      route: { type: 'string' },
      at: { type: 'string' },
      'last-change': { type: 'string' },
    },
  });
  const test: PolicyTest = {
    ...workloadIn(positionals, values.label),
    now: instantIn('--at', values.at) ?? toInstant(context.now),
    lastWrittenAt: instantIn('--last-change', values['last-change']),
    route: routeIn(values.route),
    container: values.container,
    asked: sizesIn(values),
  };
  const config = configOf(context);
  if (config === undefined) return CODE.configuration;
  const rules = config.rules ?? defaults();
  const seen = values.offline ? OFFLINE : await seeWorkload(config, { ...test.place, name: test.name });
  return testPolicy(rules, test, { seen, print: context.print }) ? CODE.done : CODE.no;
}

function defaults() {
  const parsed = parseRules('');
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('; '));
  return parsed.rules;
}

function workloadIn(positionals: readonly string[], labels: readonly string[]): Pick<PolicyTest, 'place' | 'name'> {
  const [namespace, kindText, name, ...more] = (positionals[0] ?? '').split('/');
  if (positionals.length !== 1 || !namespace || !kindText || !name || more.length > 0)
    throw new UsageError('name one workload as namespace/kind/name, for example payments/Deployment/checkout-api');
  const kind = CHANGEABLE_KINDS.find((known) => known.toLowerCase() === kindText.toLowerCase());
  if (kind === undefined) throw new UsageError(`"${kindText}" is not one of ${CHANGEABLE_KINDS.join(', ')}`);
  return { name, place: { namespace, kind, labels: Object.fromEntries(labels.map(labelIn)) } };
}

function labelIn(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`--label: "${text}" is not a name, an equals sign and a value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function routeIn(text: string | undefined): ChangeRoute | undefined {
  if (text === undefined) return undefined;
  const route = CHANGE_ROUTES.find((known) => known === text);
  if (route === undefined) throw new UsageError(`--route: one of ${CHANGE_ROUTES.join(', ')}`);
  return route;
}

function instantIn(option: string, text: string | undefined): Instant | undefined {
  const instant = parseInstant(text);
  if (text !== undefined && instant === undefined)
    throw new UsageError(`${option}: "${text}" is not a time; write for example 2026-11-24T22:30:00Z`);
  return instant;
}

type SizeValues = { readonly [Key in keyof typeof SIZE_OPTIONS]?: string | undefined };

function sizesIn(values: SizeValues): AskedSizes {
  const { limit, current, request, node } = values;
  if (limit === undefined && (current ?? request ?? node) !== undefined)
    throw new UsageError('--current, --request and --node need --limit, the limit to try');
  return {
    limit: sizeIn('--limit', limit),
    current: sizeIn('--current', current),
    request: sizeIn('--request', request),
    node: sizeIn('--node', node),
  };
}

function sizeIn(option: string, text: string | undefined): Bytes | undefined {
  if (text === undefined) return undefined;
  const parsed = parseQuantity(text);
  if (parsed.kind === 'bytes') return parsed.bytes;
  throw new UsageError(`${option}: ${parsed.reason}`);
}
