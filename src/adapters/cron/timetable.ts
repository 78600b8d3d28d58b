// When a schedule was due, as node-cron itself sees it: its matcher is asked minute by minute, backwards, what the clocks of that place show. Where they are put
// forward, what they leave out is due in the minute they jump to; where they are put back, the second time they show the same is not due again.

import { createTask } from 'node-cron';
import { MINUTE, toInstant } from '../../domain/base/time.ts';
import type { DigestSchedule, Timetable } from '../../ports/timetable.ts';

/** By how much clocks are put back: half an hour on Lord Howe Island, two at the station Troll. */
const REPEATED_MS = [30 * MINUTE, 60 * MINUTE, 120 * MINUTE];

export function cronTimetable(): Timetable {
  return {
    lastDue(schedule, { after, until }) {
      const due = createDue(schedule);
      try {
        for (let at = Math.floor(until / MINUTE) * MINUTE; at > after; at -= MINUTE) if (due.isDue(at)) return toInstant(at);
        return undefined;
      } finally {
        due.end();
      }
    },
  };
}

function createDue({ expression, timezone }: DigestSchedule) {
  // The place's clocks are read first, and matched as they stand.
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  const shows = clockOf(timezone);
  return {
    isDue(at: number): boolean {
      const now = shows(at);
      const before = Math.min(shows(at - MINUTE), now - MINUTE);
      const matches = Array.from({ length: (now - before) / MINUTE }, (_, index) => task.match(new Date(now - index * MINUTE)));
      return matches.includes(true) && !REPEATED_MS.some((length) => shows(at - length) === now);
    },
    end: () => void task.destroy(),
  };
}

/** What the clocks of a place show at a moment, as if it were UTC. */
function clockOf(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
    timeZone: timezone,
  });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute);
  };
}
