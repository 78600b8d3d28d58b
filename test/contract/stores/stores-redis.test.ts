// The real stores keep the same promises, on a real Redis; and the job queue's own.

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aborted } from '../../../src/adapters/pause.ts';
import type { RedisConnection } from '../../../src/adapters/redis/connection.ts';
import { connectRedis, PREFIX } from '../../../src/adapters/redis/connection.ts';
import { queueName, redisJobQueue } from '../../../src/adapters/redis/job-queue.ts';
import type { JobHandlers } from '../../../src/adapters/redis/job-worker.ts';
import { startWorkers } from '../../../src/adapters/redis/job-worker.ts';
import { redisLock, redisOnce } from '../../../src/adapters/redis/once.ts';
import { redisPresenceBoard } from '../../../src/adapters/redis/presence-board.ts';
import { redisAudit } from '../../../src/adapters/redis/stores/audit.ts';
import { redisDigestTurns } from '../../../src/adapters/redis/stores/digest-turns.ts';
import { redisIncidentStore } from '../../../src/adapters/redis/stores/incident-store.ts';
import { redisKernelReports } from '../../../src/adapters/redis/stores/kernel-reports.ts';
import { redisKillIntake } from '../../../src/adapters/redis/stores/kill-intake.ts';
import { redisLedger } from '../../../src/adapters/redis/stores/ledger.ts';
import { redisMuteStore } from '../../../src/adapters/redis/stores/mute-store.ts';
import { redisProposalStore } from '../../../src/adapters/redis/stores/proposal-store.ts';
import { redisStormStore } from '../../../src/adapters/redis/stores/storm-store.ts';
import { redisWatchRecord } from '../../../src/adapters/redis/watch-record.ts';
import type { LocalRedis } from '../../../src/app/embedded/redis.ts';
import { startLocalRedis } from '../../../src/app/embedded/redis.ts';
import { DAY, HOUR, toInstant } from '../../../src/domain/base/time.ts';
import { GONE_AFTER_MS } from '../../../src/domain/coverage/presence.ts';
import { PermanentError, TransientError } from '../../../src/ports/fault.ts';
import type { Job } from '../../../src/ports/job-queue.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { NOW } from '../../support/build.ts';
import { testKeys } from '../../support/keys.ts';
import { storesContract } from './stores.ts';

type Opened = { readonly redis: LocalRedis; readonly connection: RedisConnection; stop(): Promise<void> };

async function open(): Promise<Opened> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-stores-'));
  const redis = await startLocalRedis({ dataDir });
  const connection = connectRedis({ url: redis.url, log: silentLog });
  return {
    redis,
    connection,
    async stop() {
      await connection.close();
      await redis.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

storesContract('a real Redis', async () => {
  const { connection, stop } = await open();
  const { client } = connection;
  const clock = { now: () => NOW };
  const { seal } = testKeys();
  const queue = redisJobQueue(connection);
  const clusters = new Set<string>();
  const noting = {
    async enqueue(job: Job) {
      if (job.step === 'enrich') clusters.add(job.cluster);
      await queue.enqueue(job);
    },
  };
  const waiting = async (cluster: string): Promise<readonly Job[]> => {
    const reader = new Queue<Job>(queueName('enrich', cluster), { connection: client, prefix: `${PREFIX}:queue` });
    return (await reader.getJobs(['wait'], 0, -1, true)).map(({ data }) => data);
  };
  return {
    intake: redisKillIntake({ client, queue: noting }),
    intakeWithoutQueue: redisKillIntake({ client, queue: { enqueue: () => Promise.reject(new Error('the queue is away')) } }),
    kernel: redisKernelReports({ client }),
    incidents: redisIncidentStore({ client }),
    proposals: redisProposalStore({ client, seal }),
    audit: redisAudit({ client, log: silentLog, seal }),
    mutes: redisMuteStore({ client, clock }),
    storms: redisStormStore({ client }),
    watched: redisWatchRecord({ client }),
    ledger: redisLedger({ client, clock }),
    turns: redisDigestTurns({ client }),
    once: redisOnce({ client }),
    lock: redisLock({ client, newToken: randomUUID }),
    jobs: async () => (await Promise.all([...clusters].map(waiting))).flat(),
    async stop() {
      await queue.close();
      await stop();
    },
  };
});

describe('the presence of processes', () => {
  it('is what each said last, until it leaves or is not heard of any more', async () => {
    const { connection, stop } = await open();
    let now = 1_000_000;
    const board = redisPresenceBoard({ client: connection.client, clock: { now: () => toInstant(now) } });
    const presence = (process: string) => ({
      process,
      host: 'host-1',
      role: 'watcher',
      cluster: 'prod',
      at: toInstant(now),
      watching: { standing: 'leading' as const, connected: true },
      prometheus: { answers: false, words: 'took longer than 3 s' },
    });
    await board.say({ ...presence('a'), host: 'before' });
    await board.say(presence('a'));
    await board.say(presence('b'));
    expect(await board.list()).toEqual([presence('a'), presence('b')]);
    await board.leave('b');
    expect(await board.list()).toEqual([presence('a')]);
    now += GONE_AFTER_MS;
    expect(await board.list()).toEqual([]);
    await stop();
  });
});

describe('a lock', () => {
  const TTL_MS = 60_000;
  const SHORT_MS = 500;

  async function locked() {
    const { redis, connection, stop } = await open();
    const { client } = connection;
    const key = `${PREFIX}:lock:long`;
    return { redis, client, key, stop, lock: redisLock({ client, newToken: randomUUID, renewEveryMs: 20 }) };
  }

  it('is kept for as long as the work takes', async () => {
    const { client, key, lock, stop } = await locked();
    const done = await lock.holding('long', TTL_MS, async (lost) => {
      // As if nearly all of its time were over.
      await client.pexpire(key, TTL_MS / 2);
      await vi.waitFor(async () => expect(await client.pttl(key)).toBeGreaterThan(TTL_MS / 2), { timeout: 20_000 });
      return lost.aborted;
    });
    expect(done).toBe(false);
    expect(await client.exists(key)).toBe(0);
    await stop();
  });

  it('that may have run out while Redis is away is told to the work', async () => {
    const { redis, stop, lock } = await locked();
    const told = Promise.withResolvers<void>();
    const held = lock.holding('long', SHORT_MS, async (lost) => {
      await redis.stop();
      await aborted(lost);
      told.resolve();
    });
    // It is freed in vain.
    held.catch(() => undefined);
    await told.promise;
    await stop();
  });

  it('that somebody else has by now is told to the work, and left to them', async () => {
    const { client, key, lock, stop } = await locked();
    await lock.holding('long', TTL_MS, async (lost) => {
      await client.set(key, 'somebody-else', 'PX', TTL_MS);
      await vi.waitFor(() => expect(lost.aborted).toBe(true), { timeout: 20_000 });
    });
    expect(await client.get(key)).toBe('somebody-else');
    await stop();
  });
});

describe('digests of several workers', () => {
  it('are one job for a channel and a time, however many add it', async () => {
    const { connection, stop } = await open();
    const queues = [redisJobQueue(connection), redisJobQueue(connection)];
    const job = { step: 'digest', period: 'daily', channel: 'C1', at: toInstant(1_795_500_000_000) } as const;
    await Promise.all(
      queues.flatMap((queue) => [queue.enqueue(job), queue.enqueue(job), queue.enqueue({ ...job, channel: 'C2' })]),
    );
    const [queue] = queues;
    expect(await queue?.counts('prod')).toEqual({ waiting: 2, running: 0, failed: 0 });
    await Promise.all(queues.map((each) => each.close()));
    await stop();
  });
});

describe('the job queue', () => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open();
  });

  afterAll(async () => {
    await opened.stop();
  });

  /** Runs workers whose post step is the given one, and hands it one job. */
  async function running(id: string, post: JobHandlers['post'], check: () => void): Promise<void> {
    const queue = redisJobQueue(opened.connection);
    const done = async () => ({ kind: 'done' });
    const workers = startWorkers({
      cluster: 'prod',
      connection: opened.connection,
      handlers: { enrich: done, post, storm: done, digest: done, apply: done, verify: done },
      log: silentLog,
      meter: silentMeter,
    });
    try {
      await queue.enqueue({ step: 'post', incidentId: id });
      await vi.waitFor(check, { timeout: 20_000, interval: 20 });
    } finally {
      await workers.stop();
      await queue.close();
    }
  }

  it('tries a transient fault again after the time that was named, as often as needed', async () => {
    const times: number[] = [];
    await running(
      'OOM-1',
      async () => {
        times.push(performance.now());
        if (times.length < 4) throw new TransientError('later', { code: 'OOM_SLACK_RATE_LIMITED', retryAfterMs: 50 });
        return { kind: 'done' };
      },
      () => expect(times).toHaveLength(4),
    );
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(45);
  });

  it('goes on within seconds of the end of an outage, however long that was', async () => {
    let calls = 0;
    const queue = redisJobQueue(opened.connection);
    await queue.enqueue({ step: 'post', incidentId: 'OOM-5' });
    // As after an hour or so: what doubles without an end would wait for years now.
    const keys = await opened.connection.client.keys(`${PREFIX}:queue:post:*`);
    const jobs = keys.filter((key) => /:\d+$/.test(key));
    expect(jobs).not.toEqual([]);
    for (const key of jobs) await opened.connection.client.hset(key, 'atm', 600);
    await running(
      'OOM-5',
      async () => {
        calls += 1;
        if (calls === 1) throw new TransientError('no way to Slack', { code: 'OOM_SLACK_UNREACHABLE' });
        return { kind: 'done' };
      },
      () => expect(calls).toBe(2),
    );
    await queue.close();
  });

  it('gives a job that waits by a clock that was ahead the wait it was to have', async () => {
    let calls = 0;
    const queue = redisJobQueue(opened.connection);
    const { client } = opened.connection;
    await queue.enqueue({ step: 'post', incidentId: 'OOM-6', afterMs: 200 });
    await queue.enqueue({ step: 'post', incidentId: 'OOM-7', afterMs: HOUR });
    const delayed = `${PREFIX}:queue:post:delayed`;
    const [early = '', late = ''] = await client.zrange(delayed, '0', '-1');
    // As the process would have written it whose clock is a day ahead.
    await client.zincrby(delayed, DAY * 0x1000, early);
    await running(
      'OOM-8',
      async ({ incidentId }) => {
        if (incidentId === 'OOM-6') calls += 1;
        return { kind: 'done' };
      },
      () => expect(calls).toBe(1),
    );
    // What waits by a right clock waits on.
    expect(await client.zrange(delayed, '0', '-1')).toEqual([late]);
    const posts = new Queue('post', { connection: client, prefix: `${PREFIX}:queue` });
    await posts.remove(late);
    await Promise.all([posts.close(), queue.close()]);
  });

  it('gives up a permanent fault at once', async () => {
    let tries = 0;
    const queue = redisJobQueue(opened.connection);
    await running(
      'OOM-2',
      async () => {
        tries += 1;
        throw new PermanentError('never', { code: 'OOM_SLACK_REFUSED' });
      },
      () => expect(tries).toBe(1),
    );
    await vi.waitFor(async () => expect(await queue.depth({ step: 'post', incidentId: 'any' })).toBe(0), { timeout: 20_000 });
    await queue.close();
    expect(tries).toBe(1);
  });

  it('waits in the queue for "later"', async () => {
    let calls = 0;
    await running(
      'OOM-3',
      async () => {
        calls += 1;
        return calls < 3 ? { kind: 'later', afterMs: 30, reason: 'not yet' } : { kind: 'done' };
      },
      () => expect(calls).toBe(3),
    );
  });

  it('runs once more for a change that comes while it runs', async () => {
    let calls = 0;
    const queue = redisJobQueue(opened.connection);
    await running(
      'OOM-4',
      async () => {
        calls += 1;
        if (calls === 1) await queue.enqueue({ step: 'post', incidentId: 'OOM-4' });
        return { kind: 'done' };
      },
      () => expect(calls).toBe(2),
    );
    await queue.close();
  });
});
