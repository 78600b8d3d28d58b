// How the whole program ends where it is not asked to: its exit code and what it says, as a process of its own.

import { spawn } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis } from '../../../src/adapters/redis/connection.ts';
import { redisAudit } from '../../../src/adapters/redis/stores/audit.ts';
import type { LocalRedis } from '../../../src/app/embedded/redis.ts';
import { startLocalRedis } from '../../../src/app/embedded/redis.ts';
import { silentLog } from '../../fakes/telemetry.ts';
import { textWith } from '../../support/text-with.ts';
import { attempt } from '../stores/audit-trail.ts';

const MAIN = join(import.meta.dirname, '../../../src/main.ts');
const KUBECONFIG = `
apiVersion: v1
kind: Config
clusters: [{ name: away, cluster: { server: "http://127.0.0.1:1" } }]
contexts: [{ name: away, context: { cluster: away, user: nobody } }]
users: [{ name: nobody, user: {} }]
current-context: away
`;

let folder: string;
let redis: LocalRedis;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-exit-'));
  redis = await startLocalRedis({ dataDir: folder });
});

afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

type Asked = { readonly output?: number | 'pipe'; readonly settings?: Readonly<Record<string, string>> };

/** Of a pipe, the first part is read and the rest is not. */
async function run(args: readonly string[], { output = 'pipe', settings = {} }: Asked) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], REDIS_URL: redis.url, ...settings },
    stdio: ['ignore', output, 'pipe'],
  });
  child.stdout?.once('data', () => child.stdout?.destroy());
  const complaints: string[] = [];
  child.stderr?.on('data', (part: Buffer) => complaints.push(part.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, complaints: complaints.join('') };
}

describe('a sub command', () => {
  it.each([
    { name: 'an export', args: ['audit', 'export'] },
    { name: 'a verdict', args: ['audit', 'verify'] },
  ])('says that $name is cut off by a disk that is full', async ({ args }) => {
    const connection = connectRedis({ url: redis.url, log: silentLog });
    await redisAudit({ client: connection.client, log: silentLog }).append(attempt({ outcome: 'first' }));
    await connection.close();
    const full = await open('/dev/full', 'w');
    const ended = await run(args, { output: full.fd });
    await full.close();
    expect(ended).toMatchObject({ code: 69, complaints: textWith('ENOSPC') });
  });

  it('ends well where somebody has read enough', async () => {
    const connection = connectRedis({ url: redis.url, log: silentLog });
    const audit = redisAudit({ client: connection.client, log: silentLog });
    for (let count = 0; count < 300; count += 1) await audit.append(attempt({ outcome: 'many' }));
    await connection.close();
    expect(await run(['audit', 'export'], {})).toEqual({ code: 0, complaints: '' });
  });
});

describe('a role', () => {
  it('calls a context that the kubeconfig does not have a wrong configuration', async () => {
    const path = join(folder, 'kubeconfig');
    await writeFile(path, KUBECONFIG);
    const settings = { KUBECONFIG: path, KUBE_CONTEXT: 'prod-eu-1', HTTP_PORT: '0', HEADROOM_DATA_DIR: folder };
    const ended = await run(['--role', 'watcher'], { settings });
    expect(ended).toMatchObject({ code: 78, complaints: textWith('prod-eu-1') });
  });
});
