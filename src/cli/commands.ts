// The sub commands, beside running a role: `audit verify`, `audit export`, `policy test`, `keys`, `help`. Their options are parsed here and in commands-policy.ts; a wrong one
// is answered with what there is. Exit codes: 0 as asked, 1 the answer is no, 64 wrong usage, 69 something needed is not there, 78 wrong configuration.

import { parseArgs } from 'node:util';
import { ROLES } from '../config/roles.ts';
import type { ChainHead } from '../domain/audit/chain.ts';
import { exportAudit, verifyAudit } from './audit.ts';
import type { CommandContext } from './command-context.ts';
import { CODE, configOf, UsageError } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { POLICY_USAGE, policyTest } from './commands-policy.ts';
import { printKeys } from './keys.ts';

const HELP = ['help', '--help', '-h'];
const USAGE = [
  `headroom [--role ${ROLES.join('|')}]`,
  'headroom audit verify [--noted NUMBER:HASH]... [--file EXPORT.jsonl]',
  'headroom audit export > EXPORT.jsonl',
  'headroom keys',
  ...POLICY_USAGE,
];

/** Undefined when the arguments name no sub command. Otherwise the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number | undefined> {
  const [group = ''] = args;
  if (HELP.includes(group)) return help(context);
  return ['audit', 'policy', 'keys'].includes(group) ? ofGroup(args, context) : undefined;
}

function help({ print }: CommandContext): number {
  for (const line of [...USAGE, '', 'Settings come from the environment or a .env file: docs/configuration.md.']) print(line);
  return CODE.done;
}

async function ofGroup(args: readonly string[], context: CommandContext): Promise<number> {
  const [group, verb, ...rest] = args;
  try {
    if (group === 'audit' && verb === 'verify') return await auditVerify(rest, context);
    if (group === 'audit' && verb === 'export') return await auditExport(rest, context);
    if (group === 'keys' && verb === undefined) return keys(context);
    if (group === 'policy' && verb === 'test') return await policyTest(rest, context);
    throw new UsageError(`${group} ${verb ?? ''}: not a command`);
  } catch (error) {
    if (!isUsage(error) && !(error instanceof CommandError)) throw error;
    context.complain(`headroom: ${error.message}`);
    if (error instanceof CommandError) return error.exitCode;
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

function keys({ print }: CommandContext): number {
  printKeys(print);
  return CODE.done;
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
  await exportAudit(config, context);
  return CODE.done;
}
