// The sub commands on a real Redis and a real rules file: the audit exported and checked, an edit of either found, rules explained.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectRedis } from '../../../src/adapters/redis/connection.ts';
import { redisAudit } from '../../../src/adapters/redis/stores/audit.ts';
import type { LocalRedis } from '../../../src/app/embedded/redis.ts';
import { startLocalRedis } from '../../../src/app/embedded/redis.ts';
import { runCommand } from '../../../src/cli/commands.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { silentLog } from '../../fakes/telemetry.ts';
import { NOW } from '../../support/build.ts';
import { removeNamespace } from '../../support/namespace.ts';
import { textWith } from '../../support/text-with.ts';
import { soon } from '../cluster/cluster-support.ts';
import { attempt } from '../stores/audit-trail.ts';

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

async function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  reads = Number.POSITIVE_INFINITY,
) {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(args, {
    print: (line) => void out.push(line),
    complain: (line) => void complaints.push(line),
    wanted: () => out.length < reads,
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

it('prints new keys that the configuration takes, different each time', async () => {
  const { code, lines } = await run(['keys']);
  const settings = parseEnv(lines.join('\n'));
  expect(code).toBe(0);
  expect(Object.keys(settings)).toEqual(['APPROVAL_PRIVATE_KEY', 'APPROVAL_PUBLIC_KEYS', 'AUDIT_KEY']);
  const sources = { args: [], readFile: () => '', isTerminal: false, hostname: 'h' };
  expect(loadConfig({ environment: settings, ...sources })).toMatchObject({ kind: 'config' });
  expect((await run(['keys'])).lines).not.toEqual(lines);
  expect((await run(['keys', 'more'])).code).toBe(64);
});

it.each(['help', '--help', '-h'])('says with %s what there is', async (arg) => {
  const { code, text } = await run([arg]);
  expect(code).toBe(0);
  for (const part of ['--role watcher|', 'audit verify', 'policy test']) expect(text).toContain(part);
});

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
    expect(await run(['audit', 'verify', '--file', file])).toMatchObject({ code: 1, complaints: textWith('line 3 is not JSON') });
    expect((await run(['audit', 'export'], {}, 1)).lines).toHaveLength(1);

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

  it.each([
    { name: 'a Redis that a running Headroom has', args: ['audit', 'verify'], words: 'another Headroom uses' },
    {
      name: 'an export that is not there',
      args: ['audit', 'verify', '--file', '/no/such/file'],
      words: '/no/such/file cannot be read',
    },
  ])('says in a sentence that it cannot have $name', async ({ args, words }) => {
    const { code, complaints } = await run(args, { REDIS_URL: '', HEADROOM_DATA_DIR: folder });
    expect(code).toBe(69);
    expect(complaints).toContain(words);
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

const kubeconfig = process.env['E2E_KUBECONFIG'] || undefined;
const UNREACHABLE = `
apiVersion: v1
kind: Config
clusters: [{ name: away, cluster: { server: "http://127.0.0.1:1" } }]
contexts: [{ name: away, context: { cluster: away, user: nobody } }]
users: [{ name: nobody, user: {} }]
current-context: away
`;

describe('headroom policy test beside a cluster', () => {
  async function rulesIn(text: string): Promise<string> {
    const path = join(folder, 'cluster-rules.yaml');
    await writeFile(path, text);
    return path;
  }

  const RULES = `
policy:
  approvers: [{ groups: [S0LEADS] }]
  routes: [live, pull-request]
  coolDown: 1h
  approvalHours: [{ from: "09:00", to: "17:00" }]
  overrides: [{ labels: { tier: gold }, maxFactor: 2 }]
`;
  const NOON = ['--at', '2026-11-24T12:00:00Z'];

  it('that does not answer asks about what is given, and says so', async () => {
    const away = join(folder, 'away.yaml');
    await writeFile(away, UNREACHABLE);
    const environment = { HEADROOM_CONFIG: await rulesIn(RULES), KUBECONFIG: away };
    const { code, text } = await run(['policy', 'test', 'a/Deployment/b', '--limit', '512Mi', ...NOON], environment);
    expect(code).toBe(0);
    expect(text).toMatch(/^Not read from a cluster: .+\. The rules are asked about what is given here\./);
    expect(text).toMatch(/\? +policy\.maxFactor +the present limit is not known: --current/);
    expect(text).toMatch(/\? +policy\.coolDown +when it was changed last is not known/);
    const offline = await run(['policy', 'test', 'a/Deployment/b', '--offline', ...NOON], environment);
    expect(offline.text).toContain('Not read from a cluster: --offline.');
  });

  describe.skipIf(kubeconfig === undefined)('as it is: set E2E_KUBECONFIG to run it', () => {
    const namespace = `headroom-policy-${randomBytes(3).toString('hex')}`;
    let connection: ClusterConnection;

    beforeAll(async () => {
      connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
      const post = (path: string, body: object) => connection.json({ method: 'POST', path, body, signal: soon() });
      await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      for (const name of ['owned', 'free']) await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, manifest(name));
    }, 60_000);

    afterAll(async () => {
      await removeNamespace(connection, namespace);
      await connection.close();
    }, 130_000);

    function manifest(name: string): object {
      const tracking = { 'argocd.argoproj.io/tracking-id': `shop:apps/Deployment:${namespace}/${name}` };
      const resources = { requests: { memory: '32Mi' }, limits: { memory: '64Mi' } };
      return {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, labels: { tier: 'gold' }, annotations: name === 'owned' ? tracking : {} },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels: { app: name } },
            spec: {
              containers: [
                { name: 'app', image: 'busybox', resources },
                { name: 'log', image: 'busybox' },
              ],
            },
          },
        },
      };
    }

    async function test(...args: readonly string[]) {
      const environment = { HEADROOM_CONFIG: await rulesIn(RULES), KUBECONFIG: kubeconfig ?? '' };
      return run(['policy', 'test', ...args, ...NOON], environment);
    }

    it('reads labels, containers, limits and the nodes, and explains each container', async () => {
      const { code, text } = await test(`${namespace}/deployment/free`, '--limit', '256Mi');
      expect(code).toBe(1);
      expect(text).toContain('labels       tier=gold');
      expect(text).toContain('managed by   none');
      expect(text).toContain('container app: limit 64Mi, request 32Mi');
      expect(text).toContain('container log: limit none, request none');
      expect(text).toMatch(/ok +a patch of the template +policy\.routes calls it live\n/);
      expect(text).toMatch(
        /, app: 1 of 1 overrides apply\n[\s\S]*NO +policy\.maxFactor +at most 128Mi, 2 times the present limit/,
      );
      expect(text).toMatch(/policy\.maxNodeShare +256Mi is within at most/);
      expect(text).toMatch(/, log: 1 of 1 overrides apply\n[\s\S]*\? +policy\.maxFactor +it has no limit now/);
    });

    it('explains one container, and lets what is given go before what is there', async () => {
      const { code, text } = await test(
        `${namespace}/deployment/free`,
        '--limit',
        '256Mi',
        '--current',
        '128Mi',
        '--container',
        'app',
      );
      expect(code).toBe(0);
      expect(text).not.toContain(', log: ');
      expect(text).toContain('Allowed.');
      const none = await test(`${namespace}/deployment/free`, '--container', 'nope');
      expect(none).toMatchObject({ code: 1, text: textWith('it has no container nope') });
    });

    it('says by the signs on it who would take a live patch back, and that the policy does not let it', async () => {
      const { code, text } = await test(`${namespace}/deployment/owned`, '--container', 'app');
      expect(code).toBe(1);
      expect(text).toContain('managed by   Argo CD (shop) (annotation argocd.argoproj.io/tracking-id)');
      expect(text).toMatch(
        /NO +a patch of the template +policy\.routes calls it live-override; Argo CD \(shop\) would take it back/,
      );
      expect(text).toMatch(/\? +a pull request +no rule under repositories is about it/);
      expect(text).toMatch(/Not allowed: policy\.routes: live-override is not among live, pull-request/);
    });

    it('says that it is not there', async () => {
      expect((await test(`${namespace}/deployment/gone`)).text).toMatch(
        /^Not read from a cluster: \S+ has no Deployment .*\/gone\./,
      );
    });
  });
});
