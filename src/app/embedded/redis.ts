// The local Redis: a redis-server of its own on a free loopback port, append-only file on, never evicting, its data kept between starts. One at a
// time per data folder: a second start is refused with a sentence instead of two servers writing one file.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { callAfter } from '../../ports/timers.ts';

export type LocalRedis = { readonly url: string; stop(): Promise<void> };

export type LocalRedisOptions = {
  /** Its files go to the folder `redis` in here. */
  readonly dataDir: string;
  /** Any free one when undefined. */
  readonly port?: number | undefined;
  /** Names a free port; asked again when somebody else took it meanwhile. */
  readonly choosePort?: (() => Promise<number>) | undefined;
};

const READY_WITHIN_MS = 10_000;
const ASK_EVERY_MS = 20;
const STOP_WITHIN_MS = 5000;
const PORTS_TRIED = 5;

/** Throws an Error with a sentence for a person when there is no redis-server, it does not start, or the folder is in use. */
export async function startLocalRedis({ dataDir, port, choosePort = freePort }: LocalRedisOptions): Promise<LocalRedis> {
  const folder = resolve(dataDir, 'redis');
  await mkdir(folder, { recursive: true });
  const lock = join(folder, 'owner.pid');
  await takeOver(lock);
  for (let tried = 1; ; tried += 1) {
    try {
      return await launch({ folder, lock, port: port ?? (await choosePort()) });
    } catch (error) {
      const isTaken = error instanceof Error && /Address already in use/.test(error.message);
      if (!isTaken || port !== undefined || tried === PORTS_TRIED) throw error;
    }
  }
}

type Launching = { readonly folder: string; readonly lock: string; readonly port: number };

async function launch({ folder, lock, port }: Launching): Promise<LocalRedis> {
  const output: string[] = [];
  const child = spawn('redis-server', argumentsFor(folder, port), { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  child.stdout.on('data', (part: Buffer) => keep(output, part));
  child.stderr.on('data', (part: Buffer) => keep(output, part));
  const failed = new Promise<never>((_, reject) => {
    child.once('error', () =>
      reject(
        new Error('redis-server was not found: install it (apt-get install redis-server, brew install redis) or set REDIS_URL'),
      ),
    );
    child.once('close', (code) =>
      reject(new Error(`redis-server ended with code ${code ?? 'none'}: ${output.slice(-3).join(' ')}`)),
    );
  });
  failed.catch(() => undefined);
  await Promise.race([answering(port, child), failed]);
  await writeFile(lock, String(child.pid));
  return {
    url: `redis://127.0.0.1:${port}/0`,
    async stop() {
      await stopped(child);
      await rm(lock, { force: true });
    },
  };
}

/** `detached` puts it in its own process group, so that Ctrl-C reaches the bot first and Redis is stopped last. */
function argumentsFor(folder: string, port: number): readonly string[] {
  return [
    ...['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'yes', '--dir', folder],
    ...[
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
      '--daemonize',
      'no',
    ],
  ];
}

function keep(output: string[], part: Buffer): void {
  output.push(
    ...part
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== ''),
  );
  output.splice(0, Math.max(0, output.length - 20));
}

/** A server left behind by a start that was killed is stopped; one whose bot still runs is somebody's. */
async function takeOver(lock: string): Promise<void> {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (!Number.isSafeInteger(pid) || pid <= 1 || !(await isRedis(pid))) return;
  if (!(await isOrphan(pid)))
    throw new Error(
      `another Headroom uses ${lock}: stop it, set HEADROOM_DATA_DIR to another folder, or REDIS_URL to the Redis that its banner names`,
    );
  process.kill(pid, 'SIGTERM');
  const until = performance.now() + STOP_WITHIN_MS;
  while ((await isRedis(pid)) && performance.now() < until) await pause(ASK_EVERY_MS);
}

async function isRedis(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'redis-server');
  return name.trim() === 'redis-server';
}

/** Its parent is gone when it belongs to init, or to nothing we can see. */
async function isOrphan(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const parent = Number(stat.split(') ').at(-1)?.split(' ')[1]);
  if (!Number.isSafeInteger(parent)) return true;
  const name = await readFile(`/proc/${parent}/comm`, 'utf8').catch(() => '');
  return !/^(node|MainThread)/.test(name.trim());
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (typeof address !== 'object' || address === null) throw new Error('no free port on 127.0.0.1');
  return address.port;
}

/** Resolves once it answers PING: while it loads its file it says LOADING. Never when somebody else's server answers there. */
async function answering(port: number, { pid }: ChildProcess): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null, retryStrategy: () => ASK_EVERY_MS });
  client.on('error', () => undefined);
  const deadline = new Promise<never>((_, reject) => {
    callAfter(READY_WITHIN_MS, () => reject(new Error('redis-server did not answer within ten seconds'))).unref();
  });
  try {
    await Promise.race([client.ping(), deadline]);
    const server = await Promise.race([client.info('server'), deadline]);
    if (!server.includes(`process_id:${pid}\r\n`)) await deadline;
  } finally {
    client.disconnect();
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done());
  });
  child.kill('SIGTERM');
  const timer = callAfter(STOP_WITHIN_MS, () => child.kill('SIGKILL'));
  await ended;
  clearTimeout(timer);
}

function pause(lengthMs: number): Promise<void> {
  return new Promise((done) => {
    callAfter(lengthMs, done);
  });
}
