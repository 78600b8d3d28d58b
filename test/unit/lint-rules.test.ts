// The linter's rules are only worth something if they fire. Each case writes a line into a copy of the folder structure, and oxlint runs once on all
// of them with the repository's own configuration: the forbidden import is reported with the layer's message, the allowed one is not.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

type Case = { readonly file: string; readonly imports: string };

const FORBIDDEN: readonly Case[] = [
  { file: 'src/domain/sizing/size.ts', imports: '../../ports/clock.ts' },
  { file: 'src/domain/sizing/size.ts', imports: 'zod' },
  { file: 'src/domain/sizing/size.ts', imports: 'node:fs' },
  { file: 'src/domain/diagnosis/causes/rule.ts', imports: '../../../ports/clock.ts' },
  { file: 'src/domain/diagnosis/causes/rule.ts', imports: 'zod' },
  // The order inside the domain: each of its folders, and the one after it.
  { file: 'src/domain/base/first.ts', imports: '../coverage/watched.ts' },
  { file: 'src/domain/coverage/first.ts', imports: '../query/find.ts' },
  { file: 'src/domain/query/first.ts', imports: '../kill/oom-kill.ts' },
  { file: 'src/domain/kill/first.ts', imports: '../evidence/evidence.ts' },
  { file: 'src/domain/evidence/first.ts', imports: '../change/change.ts' },
  { file: 'src/domain/change/first.ts', imports: '../diagnosis/diagnosis.ts' },
  { file: 'src/domain/change/review/first.ts', imports: '../../sizing/size.ts' },
  { file: 'src/domain/diagnosis/first.ts', imports: '../sizing/size.ts' },
  { file: 'src/domain/sizing/first.ts', imports: '../incident/incident.ts' },
  { file: 'src/domain/incident/first.ts', imports: '../audit/audit.ts' },
  { file: 'src/domain/unknown/first.ts', imports: '../../ports/clock.ts' },
  { file: 'src/ports/clock.ts', imports: '../adapters/cron/schedule.ts' },
  { file: 'src/ports/clock.ts', imports: '../api/answer.ts' },
  { file: 'src/ports/clock.ts', imports: 'ioredis' },
  { file: 'src/api/answer.ts', imports: '../ports/clock.ts' },
  { file: 'src/api/answer.ts', imports: '../../handlers/query/query.ts' },
  { file: 'handlers/detect/pod.ts', imports: '../../src/adapters/redis/once.ts' },
  { file: 'handlers/detect/pod.ts', imports: '../../src/app/app.ts' },
  { file: 'handlers/detect/pod.ts', imports: '@slack/bolt' },
  { file: 'handlers/detect/pod.ts', imports: 'node:crypto' },
  { file: 'handlers/detect/pod.ts', imports: '../../packages/slack-sim/src/start.ts' },
  { file: 'src/adapters/cron/schedule.ts', imports: '../../../handlers/schedule/sweep.ts' },
  { file: 'src/adapters/cron/schedule.ts', imports: 'bullmq' },
  { file: 'src/adapters/redis/once.ts', imports: '../slack/client/client.ts' },
  { file: 'src/adapters/redis/once.ts', imports: '@slack/web-api' },
  { file: 'src/adapters/redis/schema/kill.ts', imports: '../../slack/client/client.ts' },
  { file: 'src/adapters/redis/schema/kill.ts', imports: '../../../../handlers/detect/pod.ts' },
  { file: 'src/adapters/slack/client/client.ts', imports: '../../kubernetes/client/connection.ts' },
  { file: 'src/adapters/slack/client/client.ts', imports: '@kubernetes/client-node' },
  { file: 'src/adapters/slack/views/incident/root.ts', imports: '../../../kubernetes/client/connection.ts' },
  { file: 'src/adapters/slack/views/incident/root.ts', imports: '../../../../config/load.ts' },
  { file: 'src/adapters/kubernetes/client/connection.ts', imports: '../../redis/once.ts' },
  { file: 'src/adapters/kubernetes/evidence/node.ts', imports: '../../../app/parts.ts' },
  { file: 'src/adapters/prometheus/query.ts', imports: '../kubernetes/client/connection.ts' },
  { file: 'src/adapters/github/client.ts', imports: '../slack/client/client.ts' },
  { file: 'src/adapters/github/client.ts', imports: 'undici' },
  { file: 'src/adapters/telemetry/http.ts', imports: '../redis/once.ts' },
  { file: 'src/adapters/telemetry/http.ts', imports: 'ioredis' },
  { file: 'src/config/load.ts', imports: '../adapters/redis/once.ts' },
  { file: 'src/config/load.ts', imports: '../../handlers/detect/pod.ts' },
  { file: 'src/config/rules/policy.ts', imports: '../../app/parts.ts' },
  { file: 'src/main.ts', imports: './app/app.ts' },
  { file: 'src/cli/run.ts', imports: '../app/parts.ts' },
  { file: 'src/app/app.ts', imports: '../../packages/slack-sim/src/start.ts' },
  { file: 'src/app/parts.ts', imports: '../../packages/kube-sim/src/start.ts' },
  { file: 'src/app/embedded/embedded.ts', imports: '../../../test/fakes/clock.ts' },
  { file: 'src/cli/audit.ts', imports: '../../packages/kube-sim/src/start.ts' },
  { file: 'packages/kube-sim/src/start.ts', imports: '../../../src/adapters/kubernetes/client/connection.ts' },
  { file: 'packages/kube-sim/src/start.ts', imports: '../../slack-sim/src/start.ts' },
  { file: 'packages/kube-sim/src/start.ts', imports: '../../../src/domain/base/memory.ts' },
  { file: 'packages/slack-sim/src/start.ts', imports: '../../../handlers/detect/pod.ts' },
  { file: 'packages/slack-sim/src/start.ts', imports: '../../../test/fakes/clock.ts' },
];

const ALLOWED: readonly Case[] = [
  { file: 'src/domain/sizing/size.ts', imports: '../base/memory.ts' },
  { file: 'src/domain/diagnosis/causes/rule.ts', imports: '../../base/memory.ts' },
  { file: 'src/domain/audit/audit.ts', imports: '../incident/incident.ts' },
  { file: 'src/ports/clock.ts', imports: '../domain/base/time.ts' },
  { file: 'src/api/answer.ts', imports: '../domain/base/time.ts' },
  { file: 'handlers/detect/pod.ts', imports: '../../src/domain/base/time.ts' },
  { file: 'handlers/detect/pod.ts', imports: '../../src/ports/clock.ts' },
  { file: 'handlers/detect/pod.ts', imports: '../explain/route.ts' },
  { file: 'src/adapters/slack/listeners/asking.ts', imports: '../../../ports/timers.ts' },
  { file: 'src/adapters/redis/once.ts', imports: 'ioredis' },
  { file: 'src/adapters/redis/once.ts', imports: '../../ports/once.ts' },
  { file: 'src/adapters/redis/schema/kill.ts', imports: '../../../domain/kill/oom-kill.ts' },
  { file: 'src/adapters/slack/views/incident/root.ts', imports: '../../../../domain/base/memory.ts' },
  { file: 'src/adapters/kubernetes/evidence/node.ts', imports: '../client/connection.ts' },
  { file: 'src/config/load.ts', imports: './env.ts' },
  { file: 'src/main.ts', imports: './cli/run.ts' },
  { file: 'src/app/app.ts', imports: '../adapters/redis/once.ts' },
  { file: 'src/app/embedded/embedded.ts', imports: '../../../packages/slack-sim/src/start.ts' },
  { file: 'packages/slack-sim/test/page.test.ts', imports: '../../../src/domain/base/time.ts' },
];

/** The same rule, by every way to import. */
const WAYS = [
  { way: 'a type import', code: "import type { X } from 'ioredis';\nexport type Y = X;" },
  { way: 'an import()', code: "export const load = (): Promise<unknown> => import('ioredis');" },
  { way: 'a type of import()', code: "export type Z = import('ioredis').Redis;" },
  { way: 'an export from', code: "export { a } from 'ioredis';" },
] as const;

/** Rules on one file each: what must not be written where. */
const OTHERS = [
  {
    name: 'a clock in the domain',
    file: 'src/domain/base/now.ts',
    code: 'export const now = (): number => Date.now();',
    rule: 'no-restricted-globals',
  },
  {
    name: 'chance in a handler',
    file: 'handlers/fix/dice.ts',
    code: 'export const dice = (): number => Math.random();',
    rule: 'no-restricted-properties',
  },
  {
    name: 'a timeout that takes whole milliseconds only',
    file: 'src/adapters/kubernetes/client/timeout.ts',
    code: 'export const soon = (leftMs: number): AbortSignal => AbortSignal.timeout(leftMs);',
    rule: 'no-restricted-properties',
  },
  {
    name: 'such a timeout in a handler',
    file: 'handlers/fix/timeout.ts',
    code: 'export const soon = (leftMs: number): AbortSignal => AbortSignal.timeout(leftMs);',
    rule: 'no-restricted-properties',
  },
  {
    name: 'a timer of the platform’s own',
    file: 'src/app/timer.ts',
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
    file: 'handlers/fix/wait.ts',
    code: "import { callAfter } from '../../src/ports/timers.ts';\nexport const later = callAfter;",
    rule: 'no-restricted-imports',
  },
  {
    name: 'a circle of types alone',
    file: 'src/domain/base/circle.ts',
    code: "import type { B } from './other-half.ts';\nexport type A = B | 1;",
    rule: 'no-cycle',
  },
  { name: 'any', file: 'src/domain/base/any.ts', code: 'export type Anything = any;', rule: 'no-explicit-any' },
  {
    name: 'a cast',
    file: 'src/domain/base/cast.ts',
    code: 'export const one = (x: unknown): number => x as number;',
    rule: 'consistent-type-assertions',
  },
  {
    name: 'an exclamation mark',
    file: 'src/domain/base/bang.ts',
    code: 'export const one = (x?: number): number => x!;',
    rule: 'no-non-null-assertion',
  },
  { name: 'a default export', file: 'src/domain/base/default.ts', code: 'export default 1;', rule: 'no-default-export' },
  {
    name: 'the environment',
    file: 'src/adapters/telemetry/environment.ts',
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
    file: 'src/domain/base/four.ts',
    code: 'export function four(a: 1, b: 2, c: 3, d: 4): number {\n  return a + b + c + d;\n}',
    rule: 'max-params',
  },
] as const;

const report = z.object({
  diagnostics: z.array(z.object({ code: z.string().optional(), filename: z.string(), message: z.string() })),
});
type Diagnostic = z.infer<typeof report>['diagnostics'][number];

const folder = mkdtempSync(join(tmpdir(), 'headroom-lint-'));
let diagnostics: readonly Diagnostic[] = [];

describe('the linter', () => {
  beforeAll(() => {
    // Without the type-aware rules: nothing here has its imports beside it.
    write('.oxlintrc.json', readFileSync('.oxlintrc.json', 'utf8').replace('"typeAware": true', '"typeAware": false'));
    cpSync('bootstrap/lint', join(folder, 'bootstrap/lint'), { recursive: true });
    for (const [index, { file, imports }] of [...FORBIDDEN, ...ALLOWED].entries()) {
      write(file, `import { x as x${index} } from '${imports}';\nexport const y${index} = x${index};\n`);
    }
    for (const [index, { code }] of WAYS.entries()) write(`src/domain/base/way-${index}.ts`, `${code}\n`);
    write('src/domain/base/other-half.ts', "import type { A } from './circle.ts';\nexport type B = A | 2;\n");
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

  it.each(WAYS.map(({ way }, index) => ({ way, file: `src/domain/base/way-${index}.ts` })))('sees $way', ({ file }) => {
    expect(layerProblems({ file, imports: 'ioredis' })).toHaveLength(1);
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
    ({ code, filename, message }) =>
      filename === file && code === 'house(layers)' && message.startsWith(`layer: '${imports}' in ${file}: `),
  );
}
