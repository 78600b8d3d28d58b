// When a schedule was due where clocks are put forward and back: each day once, never not at all.

import { expect, it } from 'vitest';
import { cronTimetable } from '../../../../src/adapters/cron/timetable.ts';
import { HOUR, MINUTE, parseInstant, toInstant } from '../../../../src/domain/base/time.ts';

/** Every time it was due within some hours from then on. */
function due(expression: string, timezone: string, { from, hours }: { readonly from: string; readonly hours: number }) {
  const begun = parseInstant(from) ?? toInstant(0);
  const times: string[] = [];
  for (let at = begun + MINUTE; at <= begun + hours * HOUR; at += MINUTE) {
    const found = cronTimetable().lastDue({ expression, timezone }, { after: toInstant(at - MINUTE), until: toInstant(at) });
    if (found !== undefined) times.push(new Date(found).toISOString().slice(8, 16));
  }
  return times;
}

it.each([
  { name: 'a usual day', expression: '30 2 * * *', from: '2026-06-01T00:00:00Z', times: ['01T00:30'] },
  {
    name: 'the day clocks are put back, the first time',
    expression: '30 2 * * *',
    from: '2026-10-24T22:00:00Z',
    times: ['25T00:30'],
  },
  {
    name: 'the day clocks are put forward, when they jump',
    expression: '30 2 * * *',
    from: '2026-03-28T23:00:00Z',
    times: ['29T01:00'],
  },
  {
    name: 'the day clocks are put forward, in the minute they jump to',
    expression: '0 3 * * *',
    from: '2026-03-28T23:00:00Z',
    times: ['29T01:00'],
  },
  {
    name: 'the day clocks are put forward, long after',
    expression: '0 4 * * *',
    from: '2026-03-28T23:00:00Z',
    times: ['29T02:00'],
  },
])('in Berlin once on $name', ({ expression, from, times }) => {
  expect(due(expression, 'Europe/Berlin', { from, hours: 6 })).toEqual(times);
});

it('at the station Troll, whose clocks are put back by two hours, once as well', () => {
  expect(due('30 1 * * *', 'Antarctica/Troll', { from: '2026-10-24T22:00:00Z', hours: 6 })).toEqual(['24T23:30']);
});

it('on Lord Howe Island, whose clocks move by half an hour, once as well', () => {
  expect(due('45 1 * * *', 'Australia/Lord_Howe', { from: '2026-04-04T13:30:00Z', hours: 4 })).toEqual(['04T14:45']);
  expect(due('15 2 * * *', 'Australia/Lord_Howe', { from: '2026-10-03T14:00:00Z', hours: 4 })).toEqual(['03T15:30']);
});
