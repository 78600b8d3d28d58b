// Schedules of several replicas agree on when they were due, so that what they hand on has one name; node-cron as it really ticks.

import { afterEach, expect, it } from 'vitest';
import type { Schedule } from '../../../src/adapters/cron/schedule.ts';
import { startSchedule } from '../../../src/adapters/cron/schedule.ts';
import { fakeLock } from '../../fakes/stores.ts';
import { silentLog } from '../../fakes/telemetry.ts';

const running: Schedule[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((schedule) => schedule.stop()));
});

function everySecond(run: (dueAt: number) => void): void {
  running.push(
    startSchedule({
      expression: '* * * * * *',
      timezone: 'UTC',
      name: 'each-second',
      run: async (dueAt) => run(dueAt),
      // A lock of its own, as if it were another process whose turn comes a little later.
      lock: fakeLock(),
      lockMs: 500,
      log: silentLog,
    }),
  );
}

it('tells two replicas the same moments, whenever they get round to it', async () => {
  const [one, other]: [number[], number[]] = [[], []];
  await new Promise<void>((resolve) => {
    const look = (seen: number[]) => (dueAt: number) => {
      seen.push(Math.floor(dueAt / 1000));
      if (one.some((at) => other.includes(at)) && one.length > 1 && other.length > 1) resolve();
    };
    everySecond(look(one));
    everySecond(look(other));
  });
  expect(new Set(one).size).toBe(one.length);
  expect(one.filter((at) => other.includes(at)).length).toBeGreaterThan(0);
});

it('refuses what is no cron expression', () => {
  const options = { timezone: 'UTC', name: 'x', run: async () => undefined, lockMs: 1, log: silentLog };
  expect(() => startSchedule({ ...options, expression: 'at nine', lock: fakeLock() })).toThrow(RangeError);
});
