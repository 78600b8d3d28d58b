// The audit on a real Redis: it outlives a restart of the server, a crash before an event was chained, several processes at once, and shows who
// touched it behind its back.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RedisConnection } from '../../../src/adapters/redis/connection.ts';
import { connectRedis } from '../../../src/adapters/redis/connection.ts';
import { AUDIT_PENDING, redisAudit } from '../../../src/adapters/redis/stores/audit.ts';
import type { LocalRedis } from '../../../src/app/embedded/redis.ts';
import { startLocalRedis } from '../../../src/app/embedded/redis.ts';
import { silentLog } from '../../fakes/telemetry.ts';
import { testKeys } from '../../support/keys.ts';
import { attempt, chainVerdict } from './audit-trail.ts';

let dataDir: string;
let redis: LocalRedis;
let connections: RedisConnection[] = [];

function connect(): RedisConnection {
  const connection = connectRedis({ url: redis.url, log: silentLog });
  connections.push(connection);
  return connection;
}

async function stop(): Promise<void> {
  for (const connection of connections) await connection.close();
  connections = [];
  await redis.stop();
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headroom-audit-'));
  redis = await startLocalRedis({ dataDir });
});

afterAll(async () => {
  await stop();
  await rm(dataDir, { recursive: true, force: true });
});

it('keeps one chain for several processes that record at once', async () => {
  const audits = [connect(), connect(), connect()].map(({ client }) => redisAudit({ client, log: silentLog }));
  await Promise.all(audits.flatMap((audit) => Array.from({ length: 40 }, () => audit.append(attempt()))));
  const [audit] = audits;
  if (audit === undefined) throw new Error('no audit');
  expect(await chainVerdict(audit)).toMatchObject({ kind: 'intact', records: 120 });
});

it('is still there after Redis was stopped and started again', async () => {
  const before = await redisAudit({ client: connect().client, log: silentLog }).head();
  await stop();
  redis = await startLocalRedis({ dataDir });
  const audit = redisAudit({ client: connect().client, log: silentLog });
  expect(await audit.head()).toEqual(before);
  expect(await chainVerdict(audit)).toMatchObject({ kind: 'intact', records: 120 });
});

it('chains later what a crash left unchained', async () => {
  const { client } = connect();
  await client.rpush(AUDIT_PENDING, JSON.stringify(attempt({ incidentId: 'OOM-crash' })));
  const audit = redisAudit({ client, log: silentLog });
  expect(await audit.settle()).toBe(1);
  expect((await audit.history({ incidentId: 'OOM-crash', limit: 5 })).entries).toHaveLength(1);
});

it('tells records of Headroom from those that somebody else put there', async () => {
  const { client } = connect();
  const { seal } = testKeys();
  const event = attempt({ proposalId: 'P-sealed', action: 'propose', result: 'done' });
  const other = { ...seal, of: () => '0'.repeat(64) };
  await redisAudit({ client, log: silentLog, seal }).append(event);
  await redisAudit({ client, log: silentLog, seal: other }).append({ ...event, action: 'approve' });
  await client.rpush(AUDIT_PENDING, JSON.stringify({ ...event, action: 'edit' }));
  // A genuine one, moved to another proposal.
  const copied = JSON.stringify({ ...event, seal: seal.of('of another text') });
  await client.rpush(AUDIT_PENDING, copied);
  const genuine = await redisAudit({ client, log: silentLog, seal }).ofProposal('P-sealed');
  expect(genuine).toEqual([event]);
  expect(await redisAudit({ client, log: silentLog }).ofProposal('P-sealed')).toEqual([]);
  expect((await redisAudit({ client, log: silentLog }).history({ proposalId: 'P-sealed', limit: 9 })).entries).toHaveLength(4);
});

it('shows a record that somebody removed from Redis', async () => {
  const { client } = connect();
  await client.xdel('headroom:audit:records', '60-0');
  expect(await chainVerdict(redisAudit({ client, log: silentLog }))).toMatchObject({ kind: 'broken', sequence: 61 });
});
