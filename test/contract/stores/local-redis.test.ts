// The local Redis finds a port of its own, also where somebody takes the one that was free a moment ago.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import type { LocalRedisOptions } from '../../../src/app/embedded/redis.ts';
import { freePort, startLocalRedis } from '../../../src/app/embedded/redis.ts';

async function start(options: Omit<LocalRedisOptions, 'dataDir'> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-redis-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const redis = await startLocalRedis({ ...options, dataDir });
  onTestFinished(() => redis.stop());
  return redis;
}

it('takes another port when the one it was given is taken by now', async () => {
  const other = await start();
  const ports = [Number(new URL(other.url).port), await freePort()];
  const redis = await start({ choosePort: async () => ports.shift() ?? freePort() });
  expect(redis.url).not.toBe(other.url);
  const [client, first] = [new Redis(redis.url), new Redis(other.url)];
  try {
    await first.set('mine', 'yes');
    expect(await client.get('mine')).toBeNull();
  } finally {
    client.disconnect();
    first.disconnect();
  }
});

it('says that a port is taken which somebody wanted', async () => {
  const other = await start();
  await expect(start({ port: Number(new URL(other.url).port) })).rejects.toThrow('Address already in use');
});
