// A Redis that comes back without what it had acknowledged: the watcher claims again what still shows.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRecentClaims, createWatch } from '../../../handlers/detect/pod.ts';
import { createPodWatcher } from '../../../src/adapters/kubernetes/watch/pod-watcher.ts';
import type { RedisConnection } from '../../../src/adapters/redis/connection.ts';
import { connectRedis } from '../../../src/adapters/redis/connection.ts';
import { redisJobQueue } from '../../../src/adapters/redis/job-queue.ts';
import { followServer } from '../../../src/adapters/redis/server-change.ts';
import { redisKillIntake } from '../../../src/adapters/redis/stores/kill-intake.ts';
import type { LocalRedis } from '../../../src/app/embedded/redis.ts';
import { freePort, startLocalRedis } from '../../../src/app/embedded/redis.ts';
import { DAY, toInstant, toMillis } from '../../../src/domain/base/time.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { added, initialEnd, serve } from '../../unit/adapters/kubernetes/watch/watching.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };
const KILL = 'prod/uid-1/app/abc';

let folder: string;
let port: number;
let redis: LocalRedis;
let connection: RedisConnection;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-failover-'));
  port = await freePort();
  redis = await startLocalRedis({ dataDir: join(folder, 'first'), port });
  connection = connectRedis({ url: redis.url, log: silentLog });
});

afterEach(async () => {
  await connection.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

function killedPod(): object {
  const ended = { reason: 'OOMKilled', exitCode: 137, containerID: 'containerd://abc', finishedAt: new Date().toISOString() };
  return {
    metadata: { name: 'api', namespace: 'shop', uid: 'uid-1', resourceVersion: '5' },
    spec: { containers: [{ name: 'app' }] },
    status: { containerStatuses: [{ name: 'app', restartCount: 1, lastState: { terminated: ended }, state: {} }] },
  };
}

it('claims again, after a failover, a kill whose claim the promoted server has never seen', async () => {
  const queue = redisJobQueue(connection);
  const intake = redisKillIntake({ client: connection.client, queue });
  const claims = createRecentClaims();
  const clock = { now: () => toInstant(Date.now()) };
  const watch = createWatch({ intake, clock, log: silentLog, meter: silentMeter }, { reportWithin: toMillis(DAY) }, claims);
  const pods = createPodWatcher({
    connection: serve({ streams: [{ lines: [added(killedPod()), initialEnd('7')] }] }).connection,
    cluster: 'prod',
    namespaces: [],
    excluded: [],
    log: silentLog,
    meter: silentMeter,
    random: () => 0,
    onPod: watch,
  });
  const server = followServer({
    client: connection.client,
    onChange() {
      claims.forget();
      pods.reread();
    },
  });
  await pods.start();
  await vi.waitUntil(async () => (await intake.kill(KILL)) !== undefined, PATIENCE);
  await redis.stop();
  redis = await startLocalRedis({ dataDir: join(folder, 'promoted'), port });
  await vi.waitUntil(async () => (await intake.kill(KILL)) !== undefined, PATIENCE);
  await vi.waitUntil(async () => (await queue.depth({ step: 'enrich', cluster: 'prod', killId: KILL })) === 1, PATIENCE);
  server.stop();
  await pods.stop();
  await queue.close();
});

it('notices another server though its own connection was never lost, and only then', async () => {
  const changes: string[] = [];
  await connection.client.ping();
  const server = followServer({ client: connection.client, lookEveryMs: 10, onChange: (why) => changes.push(why) });
  const looked = vi.spyOn(connection.client, 'info');
  await vi.waitUntil(() => looked.mock.calls.length > 3, PATIENCE);
  expect(changes).toEqual([]);
  // As a proxy's new master: the same connection, another history.
  await connection.client.replicaof('127.0.0.1', await freePort());
  await connection.client.replicaof('NO', 'ONE');
  await vi.waitUntil(() => changes.length > 0, PATIENCE);
  expect(new Set(changes)).toEqual(new Set(['another server']));
  server.stop();
});

it('notices a reconnect, and nothing once it is stopped', async () => {
  const changes: string[] = [];
  await connection.client.ping();
  const server = followServer({ client: connection.client, onChange: (why) => changes.push(why) });
  connection.client.disconnect(true);
  await vi.waitUntil(() => changes.length > 0, PATIENCE);
  expect(changes).toEqual(['reconnected']);
  server.stop();
  connection.client.disconnect(true);
  await connection.client.ping();
  expect(changes).toEqual(['reconnected']);
});
