// A schedule that is stopped in the middle of a run: whoever starts next must not find the work locked.

import { expect, it } from 'vitest';
import { startSchedule } from '../../src/adapters/cron/schedule.ts';
import { fakeLock } from '../fakes/stores.ts';
import { silentLog } from '../fakes/telemetry.ts';

it('asks a run that is under way to leave the rest, and is stopped once its lock is free', async () => {
  const lock = fakeLock();
  const begun = Promise.withResolvers<void>();
  const schedule = startSchedule({
    ...{ expression: '* * * * * *', timezone: 'UTC', name: 'work', lock, lockMs: 60_000, log: silentLog },
    run: async (_dueAt, leave) => {
      const asked = new Promise((resolve) => leave.addEventListener('abort', resolve));
      begun.resolve();
      await asked;
    },
  });
  await begun.promise;
  expect(await lock.holding('work', 1, async () => 'mine')).toBe('held-elsewhere');
  await schedule.stop();
  expect(await lock.holding('work', 1, async () => 'mine')).toBe('mine');
});
