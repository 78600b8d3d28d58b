// A schedule that is stopped in the middle of a run: whoever starts next must not find the work locked.

import { expect, it } from 'vitest';
import { startSchedule } from '../../../src/adapters/cron/schedule.ts';
import { aborted } from '../../../src/adapters/pause.ts';
import type { Instant } from '../../../src/domain/base/time.ts';
import { fakeLock } from '../../fakes/stores.ts';
import { silentLog } from '../../fakes/telemetry.ts';
import { NOW } from '../../support/build.ts';

type Run = Parameters<typeof startSchedule>[0]['run'];

/** Resolves once it runs. */
async function running(run: Run, atOnce?: Instant) {
  const lock = fakeLock();
  const begun = Promise.withResolvers<void>();
  const schedule = startSchedule({
    ...{ expression: atOnce === undefined ? '* * * * * *' : '0 0 1 1 *', timezone: 'UTC', name: 'work' },
    ...{ lock, lockMs: 60_000, log: silentLog },
    ...(atOnce === undefined ? {} : { atOnce }),
    run: (dueAt, leave) => {
      begun.resolve();
      return run(dueAt, leave);
    },
  });
  await begun.promise;
  return { lock, schedule };
}

it.each([
  { name: 'a run that is under way', atOnce: undefined },
  { name: 'the run of the start', atOnce: NOW },
])('asks $name to leave the rest, and is stopped once its lock is free', async ({ atOnce }) => {
  const { lock, schedule } = await running((_dueAt, leave) => aborted(leave), atOnce);
  expect(await lock.holding('work', 1, async () => 'mine')).toBe('held-elsewhere');
  await schedule.stop();
  expect(await lock.holding('work', 1, async () => 'mine')).toBe('mine');
});

it('does not wait long for a run that cannot leave, as when Redis is away', async () => {
  const { schedule } = await running(() => new Promise(() => undefined), NOW);
  const begun = performance.now();
  await schedule.stop();
  expect(performance.now() - begun).toBeLessThan(10_000);
});
