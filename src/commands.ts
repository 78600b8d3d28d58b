// The sub commands, beside running a role: `audit verify`, `audit export`, `policy test`. Their options are parsed here; a wrong one is answered
// with what there is. Exit codes: 0 as asked, 1 the answer is no, 64 wrong usage, 78 wrong configuration.

import { parseArgs } from 'node:util';
import { exportAudit, verifyAudit } from './compose/audit-command.ts';
import type { PolicyTest } from './compose/policy-command.ts';
import { testPolicy } from './compose/policy-command.ts';
import type { Config, LoadedConfig } from './config.ts';
import { parseRules } from './config-file.ts';
import type { ChainHead } from './domain/audit/chain.ts';
import type { Bytes } from './domain/memory.ts';
import { parseQuantity } from './domain/memory.ts';
import type { ChangeRoute } from './domain/policy.ts';
import { CHANGE_ROUTES, CHANGEABLE_KINDS } from './domain/policy.ts';
import type { Instant } from './domain/time.ts';
import { parseInstant, toInstant } from './domain/time.ts';

export type CommandContext = {
  readonly print: (line: string) => void;
  /** For what went wrong, so that what is printed can be piped on. */
  readonly complain: (line: string) => void;
  readonly load: () => LoadedConfig;
  /** Milliseconds since 1970. */
  readonly now: number;
};

const CODE = { done: 0, no: 1, usage: 64, configuration: 78 } as const;

const USAGE = [
  'headroom audit verify [--noted NUMBER:HASH]... [--file EXPORT.jsonl]',
  'headroom audit export > EXPORT.jsonl',
  'headroom policy test NAMESPACE/KIND/NAME [--label NAME=VALUE]... [--limit 512Mi] [--current 256Mi] [--request 128Mi]',
  `                     [--node 8Gi] [--route ${CHANGE_ROUTES.join('|')}] [--at 2026-11-24T22:30:00Z] [--last-change 2026-11-24T21:00:00Z]`,
];

class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Undefined when the arguments name no sub command. Otherwise the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number | undefined> {
  const [group, verb, ...rest] = args;
  if (group !== 'audit' && group !== 'policy') return undefined;
  try {
    if (group === 'audit' && verb === 'verify') return await auditVerify(rest, context);
    if (group === 'audit' && verb === 'export') return await auditExport(rest, context);
    if (group === 'policy' && verb === 'test') return policyTest(rest, context);
    throw new UsageError(`${group} ${verb ?? ''}: not a command`);
  } catch (error) {
    if (!isUsage(error)) throw error;
    context.complain(`headroom: ${error.message}`);
    for (const line of USAGE) context.complain(`  ${line}`);
    return CODE.usage;
  }
}

function isUsage(error: unknown): error is Error {
  return (
    error instanceof UsageError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  );
}

function configOf({ load, complain }: CommandContext): Config | undefined {
  const loaded = load();
  if (loaded.kind === 'config') return loaded.config;
  complain('headroom: the configuration is wrong:');
  for (const problem of loaded.problems) complain(`  ${problem}`);
  return undefined;
}

async function auditVerify(args: readonly string[], context: CommandContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { noted: { type: 'string', multiple: true, default: [] }, file: { type: 'string' } },
  });
  const noted = values.noted.map(headIn);
  const config = configOf(context);
  if (config === undefined) return CODE.configuration;
  return (await verifyAudit(config, { noted, file: values.file }, context.print)) ? CODE.done : CODE.no;
}

function headIn(text: string): ChainHead {
  const [, sequence, hash] = /^([0-9]{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new UsageError(`--noted: "${text.slice(0, 80)}" is not a number, a colon and a hash of 64 digits`);
  return { sequence: Number(sequence), hash };
}

async function auditExport(args: readonly string[], context: CommandContext): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const config = configOf(context);
  if (config === undefined) return CODE.configuration;
  await exportAudit(config, context.print);
  return CODE.done;
}

const SIZE_OPTIONS = {
  limit: { type: 'string' },
  current: { type: 'string' },
  request: { type: 'string' },
  node: { type: 'string' },
} as const;

function policyTest(args: readonly string[], context: CommandContext): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...SIZE_OPTIONS,
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
    sizes: sizesIn(values),
  };
  const config = configOf(context);
  if (config === undefined) return CODE.configuration;
  const rules = config.rules ?? defaults();
  return testPolicy(rules, test, context.print) ? CODE.done : CODE.no;
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

function sizesIn(values: SizeValues): PolicyTest['sizes'] {
  const { limit, current, request, node } = values;
  if (limit === undefined && (current ?? request ?? node) !== undefined)
    throw new UsageError('--current, --request and --node need --limit, the limit to try');
  if (limit === undefined) return undefined;
  return {
    limit: sizeIn('--limit', limit),
    currentLimit: current === undefined ? undefined : sizeIn('--current', current),
    request: request === undefined ? undefined : sizeIn('--request', request),
    allocatable: node === undefined ? undefined : sizeIn('--node', node),
  };
}

function sizeIn(option: string, text: string): Bytes {
  const parsed = parseQuantity(text);
  if (parsed.kind === 'bytes') return parsed.bytes;
  throw new UsageError(`${option}: ${parsed.reason}`);
}
