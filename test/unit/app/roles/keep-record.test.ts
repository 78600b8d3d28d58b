// A watcher says that it watches only while it has read everything, and goes on when the store was away.

import { expect, it, vi } from 'vitest';
import { keepRecord } from '../../../../src/app/roles/keep-record.ts';
import { toInstant } from '../../../../src/domain/base/time.ts';
import type { WatchRecord } from '../../../../src/ports/watch-record.ts';
import { silentLog } from '../../../fakes/telemetry.ts';
import { fakeWatchRecord } from '../../../fakes/watch-record.ts';
import { NOW } from '../../../support/build.ts';

const ALWAYS = toInstant(0);
const PATIENCE = { timeout: 20_000 };

function start(record: WatchRecord, watches: () => boolean) {
  return keepRecord({ record, scopes: ['prod/shop', 'prod/blog'], watches, clock: { now: () => NOW }, log: silentLog });
}

it('says of each scope that it is watched while everything is read', async () => {
  const record = fakeWatchRecord();
  const kept = start(record, () => true);
  await vi.waitFor(
    async () => expect(await record.stretches('prod/blog', ALWAYS)).toEqual([{ from: NOW, until: NOW }]),
    PATIENCE,
  );
  expect(await record.stretches('prod/shop', ALWAYS)).toHaveLength(1);
  await kept.stop();
});

it('says nothing while it is cut off', async () => {
  const record = fakeWatchRecord();
  const watches = vi.fn(() => false);
  const kept = start(record, watches);
  await vi.waitFor(() => expect(watches).toHaveBeenCalled(), PATIENCE);
  await kept.stop();
  expect(await record.stretches('prod/shop', ALWAYS)).toEqual([]);
});

it('stops in order when the store is away', async () => {
  const note = vi.fn(async () => Promise.reject(new Error('Redis is away')));
  const kept = start({ ...fakeWatchRecord(), note }, () => true);
  await vi.waitFor(() => expect(note).toHaveBeenCalled(), PATIENCE);
  await expect(kept.stop()).resolves.toBeUndefined();
});

it('stops soon when the store does not answer', async () => {
  const note = vi.fn(() => new Promise<never>(() => undefined));
  const kept = start({ ...fakeWatchRecord(), note }, () => true);
  await vi.waitFor(() => expect(note).toHaveBeenCalled(), PATIENCE);
  await expect(kept.stop()).resolves.toBeUndefined();
});
