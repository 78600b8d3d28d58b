// Whether a digest is due: in time, caught up once after an absence, never for a time before its schedule was followed, and by a changed schedule at once.

import { describe, expect, it } from 'vitest';
import { createTakeDigestTurn } from '../../../../handlers/notify/digest-turn.ts';
import { cronTimetable } from '../../../../src/adapters/cron/timetable.ts';
import type { Instant } from '../../../../src/domain/base/time.ts';
import { parseInstant, toInstant } from '../../../../src/domain/base/time.ts';
import { fakeDigestTurns } from '../../../fakes/digest-turns.ts';

const NINE = { expression: '0 9 * * *', timezone: 'UTC' };
const EIGHT = { ...NINE, expression: '0 8 * * *' };
const MONDAY = { ...NINE, expression: '0 9 * * 1' };

/** In November 2026, the 23rd being a Monday. */
function on(day: number, time: string): Instant {
  return parseInstant(`2026-11-${day}T${time}:00Z`) ?? toInstant(0);
}

/** One process after the other, or beside it, on the same store. */
function store() {
  const turns = fakeDigestTurns();
  const planned: string[] = [];
  let broken = false;
  const plan = async ({ period, at }: { readonly period: string; readonly at: Instant }): Promise<void> => {
    if (broken) throw new Error('the queue is away');
    planned.push(`${period} ${new Date(at).toISOString().slice(8, 16)}`);
  };
  return {
    planned,
    breakQueue(is: boolean): void {
      broken = is;
    },
    process: () => createTakeDigestTurn({ turns, plan, timetable: cronTimetable() }),
  };
}

describe('a daily digest', () => {
  it('is planned once in its minute, however many processes look', async () => {
    const { process, planned } = store();
    const [one, other] = [process(), process()];
    for (const take of [one, other]) await take({ period: 'daily', schedule: NINE, now: on(23, '08:58') });
    for (const time of ['08:59', '09:00', '09:01', '09:02']) {
      for (const take of [one, other]) await take({ period: 'daily', schedule: NINE, now: on(23, time) });
    }
    expect(planned).toEqual(['daily 23T09:00']);
  });

  it('is not told of a day before anybody followed its schedule', async () => {
    const { process, planned } = store();
    const take = process();
    expect(await take({ period: 'daily', schedule: NINE, now: on(23, '09:30') })).toEqual({ kind: 'new-schedule' });
    expect(await take({ period: 'daily', schedule: NINE, now: on(23, '09:31') })).toEqual({ kind: 'not-due' });
    expect(planned).toEqual([]);
  });

  it('that came due while nobody ran is caught up once, and the one before it is not', async () => {
    const { process, planned } = store();
    await process()({ period: 'daily', schedule: NINE, now: on(20, '12:00') });
    const back = process();
    expect(await back({ period: 'daily', schedule: NINE, now: on(23, '15:20') })).toMatchObject({ kind: 'planned' });
    for (const take of [back, process()]) await take({ period: 'daily', schedule: NINE, now: on(23, '15:21') });
    expect(planned).toEqual(['daily 23T09:00']);
  });

  it('is old news after half a day', async () => {
    const { process, planned } = store();
    await process()({ period: 'daily', schedule: NINE, now: on(22, '12:00') });
    expect(await process()({ period: 'daily', schedule: NINE, now: on(23, '21:01') })).toEqual({ kind: 'not-due' });
    expect(planned).toEqual([]);
  });

  it('is planned by the next look when the queue was away', async () => {
    const { process, planned, breakQueue } = store();
    const take = process();
    await take({ period: 'daily', schedule: NINE, now: on(23, '08:00') });
    breakQueue(true);
    await expect(take({ period: 'daily', schedule: NINE, now: on(23, '09:00') })).rejects.toThrow('the queue is away');
    breakQueue(false);
    await take({ period: 'daily', schedule: NINE, now: on(23, '09:01') });
    expect(planned).toEqual(['daily 23T09:00']);
  });

  it('follows a changed schedule from then on, and catches up nothing of one it comes back to', async () => {
    const { process, planned } = store();
    const take = process();
    await take({ period: 'daily', schedule: EIGHT, now: on(22, '07:00') });
    await take({ period: 'daily', schedule: EIGHT, now: on(22, '08:00') });
    await take({ period: 'daily', schedule: NINE, now: on(22, '08:30') });
    await take({ period: 'daily', schedule: NINE, now: on(22, '09:00') });
    await take({ period: 'daily', schedule: NINE, now: on(23, '08:30') });
    expect(await take({ period: 'daily', schedule: EIGHT, now: on(23, '08:40') })).toEqual({ kind: 'new-schedule' });
    await take({ period: 'daily', schedule: EIGHT, now: on(24, '08:00') });
    expect(planned).toEqual(['daily 22T08:00', 'daily 22T09:00', 'daily 24T08:00']);
  });

  it('is not told of a time in which none was wanted', async () => {
    const { process, planned } = store();
    const take = process();
    await take({ period: 'daily', schedule: NINE, now: on(23, '08:00') });
    expect(await take({ period: 'daily', schedule: undefined, now: on(23, '08:30') })).toEqual({ kind: 'off' });
    expect(await take({ period: 'daily', schedule: NINE, now: on(23, '10:00') })).toEqual({ kind: 'new-schedule' });
    expect(planned).toEqual([]);
  });

  it('is not lost to a replica that reads the changed file a little later', async () => {
    const { process, planned } = store();
    const [first, second] = [process(), process()];
    for (const take of [first, second]) await take({ period: 'daily', schedule: EIGHT, now: on(22, '07:00') });
    await first({ period: 'daily', schedule: NINE, now: on(22, '08:59') });
    await second({ period: 'daily', schedule: NINE, now: on(22, '09:01') });
    expect(planned).toEqual(['daily 22T09:00']);
  });
});

it('keeps a weekly digest apart from the daily one, and catches it up for half a week', async () => {
  const { process, planned } = store();
  await process()({ period: 'weekly', schedule: MONDAY, now: on(22, '12:00') });
  await process()({ period: 'daily', schedule: NINE, now: on(22, '12:00') });
  await process()({ period: 'weekly', schedule: MONDAY, now: on(26, '20:00') });
  expect(planned).toEqual(['weekly 23T09:00']);
});

it('reads the time zone of the schedule', () => {
  const { lastDue } = cronTimetable();
  const until = on(23, '12:00');
  const within = { after: on(23, '00:00'), until };
  expect(lastDue({ ...NINE, timezone: 'Europe/Berlin' }, within)).toBe(on(23, '08:00'));
  expect(lastDue({ ...NINE, timezone: 'Asia/Kolkata' }, within)).toBe(on(23, '03:30'));
  expect(lastDue(NINE, { after: on(23, '09:00'), until })).toBeUndefined();
  expect(lastDue(NINE, { after: on(23, '08:59'), until: on(23, '09:00') })).toBe(on(23, '09:00'));
});
