// The linter's rules are only worth something if they fire. Each case writes a line into a copy of the folder structure, and oxlint runs once on all
// of them with the repository's own configuration: the forbidden import is reported with the layer's message, the allowed one is not.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

type Case = { readonly file: string; readonly imports: string };

const FORBIDDEN: readonly Case[] = [
  { file: 'src/domain/size.ts', imports: '../ports/clock.ts' },
  { file: 'src/domain/size.ts', imports: 'zod' },
  { file: 'src/domain/size.ts', imports: 'node:fs' },
  { file: 'src/domain/diagnose/rule.ts', imports: '../../ports/clock.ts' },
  { file: 'src/domain/diagnose/rule.ts', imports: 'zod' },
  { file: 'src/ports/clock.ts', imports: '../adapters/cron/schedule.ts' },
  { file: 'src/ports/clock.ts', imports: 'ioredis' },
  { file: 'handlers/watch.ts', imports: '../src/adapters/redis/once.ts' },
  { file: 'handlers/watch.ts', imports: '../src/app.ts' },
  { file: 'handlers/watch.ts', imports: '@slack/bolt' },
  { file: 'handlers/watch.ts', imports: 'node:crypto' },
  { file: 'handlers/watch.ts', imports: '../demo/redis/start.ts' },
  { file: 'src/adapters/cron/schedule.ts', imports: '../../../handlers/sweep.ts' },
  { file: 'src/adapters/cron/schedule.ts', imports: 'bullmq' },
  { file: 'src/adapters/redis/once.ts', imports: '../slack/client.ts' },
  { file: 'src/adapters/redis/once.ts', imports: '@slack/web-api' },
  { file: 'src/adapters/redis/schema/kill.ts', imports: '../../slack/client.ts' },
  { file: 'src/adapters/redis/schema/kill.ts', imports: '../../../../handlers/watch.ts' },
  { file: 'src/adapters/slack/client.ts', imports: '../kubernetes/connection.ts' },
  { file: 'src/adapters/slack/client.ts', imports: '@kubernetes/client-node' },
  { file: 'src/adapters/slack/views/root.ts', imports: '../../kubernetes/connection.ts' },
  { file: 'src/adapters/slack/views/root.ts', imports: '../../../config.ts' },
  { file: 'src/adapters/kubernetes/connection.ts', imports: '../redis/once.ts' },
  { file: 'src/adapters/kubernetes/evidence/node.ts', imports: '../../../compose/parts.ts' },
  { file: 'src/adapters/prometheus/query.ts', imports: '../kubernetes/connection.ts' },
  { file: 'src/adapters/github/client.ts', imports: '../slack/client.ts' },
  { file: 'src/adapters/github/client.ts', imports: 'undici' },
  { file: 'src/telemetry/http.ts', imports: '../adapters/redis/once.ts' },
  { file: 'src/config.ts', imports: './adapters/redis/once.ts' },
  { file: 'src/config.ts', imports: '../handlers/watch.ts' },
  { file: 'src/main.ts', imports: './app.ts' },
  { file: 'src/run.ts', imports: './compose/parts.ts' },
  { file: 'src/app.ts', imports: '../demo/redis/start.ts' },
  { file: 'src/compose/parts.ts', imports: '../../demo/redis/start.ts' },
  { file: 'src/compose/stand-ins.ts', imports: '../../test/fakes/clock.ts' },
  { file: 'demo/cluster/start.ts', imports: '../../src/adapters/kubernetes/connection.ts' },
  { file: 'demo/slack/start.ts', imports: '../../handlers/watch.ts' },
  { file: 'demo/slack/start.ts', imports: '../../test/fakes/clock.ts' },
];

const ALLOWED: readonly Case[] = [
  { file: 'src/domain/size.ts', imports: './memory.ts' },
  { file: 'src/domain/diagnose/rule.ts', imports: '../memory.ts' },
  { file: 'src/ports/clock.ts', imports: '../domain/time.ts' },
  { file: 'handlers/watch.ts', imports: '../src/domain/time.ts' },
  { file: 'handlers/watch.ts', imports: '../src/ports/clock.ts' },
  { file: 'src/adapters/slack/listeners/asking.ts', imports: '../../../ports/timers.ts' },
  { file: 'src/adapters/redis/once.ts', imports: 'ioredis' },
  { file: 'src/adapters/redis/once.ts', imports: '../../ports/once.ts' },
  { file: 'src/adapters/redis/schema/kill.ts', imports: '../../../domain/oom-kill.ts' },
  { file: 'src/adapters/slack/views/root.ts', imports: '../../../domain/memory.ts' },
  { file: 'src/adapters/kubernetes/evidence/node.ts', imports: '../connection.ts' },
  { file: 'src/config.ts', imports: './settings.ts' },
  { file: 'src/app.ts', imports: './adapters/redis/once.ts' },
  { file: 'src/compose/stand-ins.ts', imports: '../../demo/redis/start.ts' },
];

/** Rules on one file each: what must not be written where. */
const OTHERS = [
  {
    name: 'a clock in the domain',
    file: 'src/domain/now.ts',
    code: 'export const now = (): number => Date.now();',
    rule: 'no-restricted-globals',
  },
  {
    name: 'chance in a handler',
    file: 'handlers/dice.ts',
    code: 'export const dice = (): number => Math.random();',
    rule: 'no-restricted-properties',
  },
  {
    name: 'a timeout that takes whole milliseconds only',
    file: 'src/adapters/kubernetes/timeout.ts',
    code: 'export const soon = (leftMs: number): AbortSignal => AbortSignal.timeout(leftMs);',
    rule: 'no-restricted-properties',
  },
  {
    name: 'such a timeout in a handler',
    file: 'handlers/timeout.ts',
    code: 'export const soon = (leftMs: number): AbortSignal => AbortSignal.timeout(leftMs);',
    rule: 'no-restricted-properties',
  },
  {
    name: 'a timer of the platform’s own',
    file: 'src/compose/timer.ts',
    code: 'export const later = (call: () => void, ms: number): unknown => setTimeout(call, ms);',
    rule: 'no-restricted-globals',
  },
  {
    name: 'an interval of the platform’s own',
    file: 'src/adapters/redis/interval.ts',
    code: 'export const often = (call: () => void, ms: number): unknown => setInterval(call, ms);',
    rule: 'no-restricted-globals',
  },
  {
    name: 'a handler that waits',
    file: 'handlers/wait.ts',
    code: "import { callAfter } from '../src/ports/timers.ts';\nexport const later = callAfter;",
    rule: 'no-restricted-imports',
  },
  { name: 'any', file: 'src/domain/any.ts', code: 'export type Anything = any;', rule: 'no-explicit-any' },
  {
    name: 'a cast',
    file: 'src/domain/cast.ts',
    code: 'export const one = (x: unknown): number => x as number;',
    rule: 'consistent-type-assertions',
  },
  {
    name: 'an exclamation mark',
    file: 'src/domain/bang.ts',
    code: 'export const one = (x?: number): number => x!;',
    rule: 'no-non-null-assertion',
  },
  { name: 'a default export', file: 'src/domain/default.ts', code: 'export default 1;', rule: 'no-default-export' },
  {
    name: 'the environment',
    file: 'src/telemetry/environment.ts',
    code: 'export const level = process.env.LOG_LEVEL;',
    rule: 'no-process-env',
  },
  {
    name: 'a replaced module',
    file: 'test/unit/mock.test.ts',
    code: "import { vi } from 'vitest';\nvi.mock('node:fs');",
    rule: 'no-restricted-properties',
  },
  {
    name: 'four parameters',
    file: 'src/domain/four.ts',
    code: 'export function four(a: 1, b: 2, c: 3, d: 4): number {\n  return a + b + c + d;\n}',
    rule: 'max-params',
  },
] as const;

const report = z.object({
  diagnostics: z.array(
    z.object({ code: z.string().optional(), filename: z.string(), help: z.string().nullish(), message: z.string() }),
  ),
});
type Diagnostic = z.infer<typeof report>['diagnostics'][number];

const folder = mkdtempSync(join(tmpdir(), 'headroom-lint-'));
let diagnostics: readonly Diagnostic[] = [];

describe('the linter', () => {
  beforeAll(() => {
    // Without the type-aware rules: nothing here has its imports beside it.
    write('.oxlintrc.json', readFileSync('.oxlintrc.json', 'utf8').replace('"typeAware": true', '"typeAware": false'));
    for (const [index, { file, imports }] of [...FORBIDDEN, ...ALLOWED].entries()) {
      write(file, `import { x as x${index} } from '${imports}';\nexport const y${index} = x${index};\n`);
    }
    for (const { file, code } of OTHERS) write(file, `${code}\n`);
    diagnostics = runLinter();
  }, 30_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(FORBIDDEN)('refuses $imports in $file', (each) => {
    expect(layerProblems(each)).toHaveLength(1);
  });

  it.each(ALLOWED)('allows $imports in $file', (each) => {
    expect(layerProblems(each)).toEqual([]);
  });

  it.each(OTHERS)('refuses $name', ({ file, rule }) => {
    const rules = diagnostics.filter(({ filename }) => filename === file).map(({ code = '' }) => code);
    expect(rules.filter((code) => code.includes(`(${rule})`))).not.toEqual([]);
  });
});

function write(file: string, text: string): void {
  mkdirSync(join(folder, dirname(file)), { recursive: true });
  writeFileSync(join(folder, file), text, { flag: 'a' });
}

function runLinter(): readonly Diagnostic[] {
  const program = join(process.cwd(), 'node_modules/oxlint/bin/oxlint');
  const { stdout } = spawnSync(process.execPath, [program, '--format=json', '.'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return report.parse(JSON.parse(stdout)).diagnostics;
}

function layerProblems({ file, imports }: Case): readonly Diagnostic[] {
  return diagnostics.filter(
    ({ code = '', filename, help, message }) =>
      filename === file &&
      code.includes('(no-restricted-imports)') &&
      message.includes(`'${imports}'`) &&
      (help ?? '').startsWith('layer: '),
  );
}
