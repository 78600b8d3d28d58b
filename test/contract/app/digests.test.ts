// Digests of several workers on a real Redis: what came due while nobody ran is planned once, in every channel that has incidents.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LocalRedis } from '../../../src/app/embedded/redis.ts';
import { startLocalRedis } from '../../../src/app/embedded/redis.ts';
import { createLifecycle } from '../../../src/app/lifecycle.ts';
import type { Stores } from '../../../src/app/parts.ts';
import { openStores, systemClock } from '../../../src/app/parts.ts';
import { startDigests } from '../../../src/app/roles/digests.ts';
import type { Instant } from '../../../src/domain/base/time.ts';
import { DAY, HOUR, toInstant } from '../../../src/domain/base/time.ts';
import { openIncident } from '../../../src/domain/incident/incident.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { kill, workload } from '../../support/build.ts';
import { openFor } from '../../support/open-incident.ts';

const CHANNELS = ['C1', 'C2'];

let dataDir: string;
let redis: LocalRedis;
const lifecycle = createLifecycle(silentLog);

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headroom-digests-'));
  redis = await startLocalRedis({ dataDir });
});

afterEach(async () => {
  await lifecycle.stop(10_000);
  await redis.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Due once a day, an hour ago. */
function scheduleOf(now: Instant) {
  const due = new Date(now - HOUR);
  return { expression: `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`, timezone: 'UTC' };
}

/** One more worker; resolves when it has looked once. */
async function startWorker(stores: Stores, expression: string): Promise<void> {
  let looked = false;
  const lock: Stores['lock'] = {
    async holding(name, ttlMs, work) {
      try {
        return await stores.lock.holding(name, ttlMs, work);
      } finally {
        looked = true;
      }
    },
  };
  startDigests({
    rules: { digests: { timezone: 'UTC', daily: expression, weekly: undefined } },
    channel: 'C1',
    stores: { ...stores, lock },
    telemetry: { log: silentLog, meter: silentMeter },
    lifecycle,
    clock: systemClock,
  });
  await vi.waitFor(() => expect(looked).toBe(true), { timeout: 20_000 });
}

async function open(): Promise<Stores> {
  const stores = openStores({ url: redis.url, words: 'a test’s own' }, { log: silentLog, lifecycle });
  await stores.connection.ready(AbortSignal.timeout(10_000));
  return stores;
}

it('are caught up once by whichever worker is first, for each channel', async () => {
  const now = systemClock.now();
  const { expression, timezone } = scheduleOf(now);
  const workers = [await open(), await open(), await open()];
  const [stores = await open()] = workers;
  for (const channel of CHANNELS) {
    const draft = { kill: kill({ finishedAt: toInstant(now - HOUR) }), workload: workload(), channel, now };
    await openFor(stores.incidents, channel, (id) => ({ ...openIncident({ ...draft, id }), key: channel }));
  }
  await stores.turns.put('daily', { expression, timezone }, toInstant(now - DAY + HOUR));
  await Promise.all(workers.map((each) => startWorker(each, expression)));
  await startWorker(await open(), expression);
  expect(await stores.queue.counts('prod')).toEqual({ waiting: CHANNELS.length, running: 0, failed: 0 });
});

it('of a time before the first start are not told', async () => {
  const stores = await open();
  const draft = { kill: kill(), workload: workload(), channel: 'C1', now: systemClock.now() };
  await openFor(stores.incidents, 'key', (id) => openIncident({ ...draft, id }));
  const { expression, timezone } = scheduleOf(systemClock.now());
  await startWorker(stores, expression);
  expect(await stores.queue.counts('prod')).toMatchObject({ waiting: 0 });
  expect(await stores.turns.get('daily', { expression, timezone })).toBeDefined();
});
