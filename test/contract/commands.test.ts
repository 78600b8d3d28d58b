// The sub commands on a real Redis and a real rules file: the audit exported and checked, an edit of either found, rules explained.

import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalRedis } from '../../demo/redis/start.ts';
import { startLocalRedis } from '../../demo/redis/start.ts';
import { redisAudit } from '../../src/adapters/redis/audit.ts';
import { connectRedis } from '../../src/adapters/redis/connection.ts';
import { runCommand } from '../../src/commands.ts';
import { loadConfig } from '../../src/config.ts';
import { silentLog } from '../fakes/telemetry.ts';
import { NOW } from '../support/build.ts';
import { attempt } from './audit-trail.ts';

let folder: string;
let redis: LocalRedis;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-commands-'));
  redis = await startLocalRedis({ dataDir: folder });
});

afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

function textWith(part: string): unknown {
  return expect.stringContaining(part);
}

async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(args, {
    print: (line) => void out.push(line),
    complain: (line) => void complaints.push(line),
    load: () =>
      loadConfig({
        environment: { REDIS_URL: redis.url, ...environment },
        args: [],
        readFile: (path) => readFileSync(path, 'utf8'),
        isTerminal: false,
        hostname: 'h',
      }),
    now: NOW,
  });
  return { code, text: out.join('\n'), lines: out, complaints: complaints.join('\n') };
}

describe('headroom audit', () => {
  it('exports what it kept, and finds who changed the export, cut it, or changed Redis', async () => {
    expect(await run(['audit', 'verify'])).toMatchObject({ code: 0, text: 'The audit is empty.' });
    const connection = connectRedis({ url: redis.url, log: silentLog });
    const audit = redisAudit({ client: connection.client, log: silentLog });
    for (const outcome of ['first', 'second', 'third']) await audit.append(attempt({ outcome }));

    const exported = await run(['audit', 'export']);
    expect(exported.lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { sequence: 1 },
      { sequence: 2 },
      { sequence: 3 },
    ]);
    const intact = await run(['audit', 'verify']);
    expect(intact).toMatchObject({ code: 0, text: textWith('Intact: 3 records, 1 to 3.') });
    const noted = /--noted (\S+)/.exec(intact.text)?.[1] ?? '';
    expect((await run(['audit', 'verify', '--noted', noted])).code).toBe(0);

    const file = join(folder, 'audit.jsonl');
    await writeFile(file, `${exported.text}\n`);
    expect((await run(['audit', 'verify', '--file', file, '--noted', noted])).code).toBe(0);
    await writeFile(file, exported.text.replace('second', 'sec0nd'));
    expect(await run(['audit', 'verify', '--file', file])).toMatchObject({ code: 1, text: textWith('BROKEN at record 2') });
    await writeFile(file, exported.lines.slice(0, 2).join('\n'));
    expect(await run(['audit', 'verify', '--file', file, '--noted', noted])).toMatchObject({ code: 1 });
    await appendFile(file, '\nnonsense');
    await expect(run(['audit', 'verify', '--file', file])).rejects.toThrow('line 3 is not JSON');

    await connection.client.xdel('headroom:audit:records', '2-0');
    expect(await run(['audit', 'verify'])).toMatchObject({ code: 1, text: textWith('BROKEN at record 3') });
    await connection.close();
  });

  it.each([
    { name: 'a command that there is not', args: ['audit', 'erase'], words: 'not a command' },
    { name: 'a hash that is none', args: ['audit', 'verify', '--noted', '1:abc'], words: '--noted' },
    { name: 'an option that there is not', args: ['audit', 'export', '--all'], words: '--all' },
  ])('answers $name with what there is', async ({ args, words }) => {
    const { code, complaints } = await run(args);
    expect(code).toBe(64);
    expect(complaints).toContain(words);
    expect(complaints).toContain('headroom audit verify');
  });

  it('leaves roles to the program, and says what is wrong with the configuration', async () => {
    expect((await run(['--role', 'worker'])).code).toBeUndefined();
    expect(await run(['audit', 'verify'], { REDIS_URL: 'nonsense' })).toMatchObject({ code: 78 });
    expect(await run(['policy', 'test', 'a/Pod/b'], { REDIS_URL: 'nonsense' })).toMatchObject({ code: 78 });
  });
});

describe('headroom policy test', () => {
  const RULES = `
policy:
  approvers: [{ groups: [S0LEADS] }]
  proposers: [{ namespaces: [payments], users: [U0ALICE] }]
  quietHours: [{ from: "22:00", to: "06:00" }]
  coolDown: 1h
  overrides: [{ labels: { tier: gold }, maxLimit: 1Gi, dryRunOnly: true }]
`;

  async function test(...args: readonly string[]) {
    const path = join(folder, 'headroom.yaml');
    await writeFile(path, RULES);
    return run(['policy', 'test', ...args], { HEADROOM_CONFIG: path });
  }

  const DAY_TIME = ['--at', '2026-11-24T12:00:00Z'];

  it('explains what would be allowed, and why', async () => {
    const sizes = ['--limit', '512Mi', '--current', '256Mi', '--request', '128Mi', '--node', '8Gi'];
    const { code, text } = await test('payments/deployment/checkout-api', ...sizes, ...DAY_TIME);
    expect(code).toBe(0);
    expect(text).toContain('Deployment payments/checkout-api: 0 of 1 overrides apply');
    expect(text).toMatch(/ok +policy\.maxFactor +512Mi is within at most 1Gi, 4 times the present limit/);
    expect(text).toMatch(/may propose +U0ALICE/);
    expect(text).toContain('Allowed.');
  });

  it('explains what would not, by an override, the hour and the last change', async () => {
    const { code, text } = await test(
      ...['search/StatefulSet/index', '--label', 'tier=gold', '--limit', '2Gi', '--route', 'live'],
      ...['--at', '2026-11-24T23:00:00Z', '--last-change', '2026-11-24T22:30:00Z'],
    );
    expect(code).toBe(1);
    expect(text).toMatch(
      /1 of 1 overrides apply[\s\S]*NO +policy\.maxLimit[\s\S]*NO +policy\.coolDown[\s\S]*NO +policy\.quietHours/,
    );
    expect(text).toMatch(/dry +policy\.dryRunOnly/);
  });

  it.each([
    { name: 'no workload', args: [], words: 'namespace/kind/name' },
    { name: 'a kind that there is not', args: ['a/Node/b'], words: 'is not one of' },
    { name: 'a label without value', args: ['a/Pod/b', '--label', 'x'], words: '--label' },
    { name: 'a route that there is not', args: ['a/Pod/b', '--route', 'mail'], words: '--route' },
    { name: 'a size that is none', args: ['a/Pod/b', '--limit', '8GB'], words: '--limit' },
    { name: 'a size without the limit to try', args: ['a/Pod/b', '--node', '8Gi'], words: 'need --limit' },
    { name: 'a time that is none', args: ['a/Pod/b', '--at', 'noon'], words: '--at' },
  ])('answers $name with what there is', async ({ args, words }) => {
    const { code, complaints } = await test(...args);
    expect(code).toBe(64);
    expect(complaints).toContain(words);
  });

  it('tests the defaults when there is no file', async () => {
    const { code, text } = await run(['policy', 'test', 'a/Pod/b']);
    expect(code).toBe(1);
    expect(text).toContain('nobody may approve here');
  });
});
