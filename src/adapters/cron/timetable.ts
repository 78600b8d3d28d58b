// When a schedule was due, as node-cron itself sees it: its matcher is asked minute by minute, backwards.

import { createTask } from 'node-cron';
import { MINUTE, toInstant } from '../../domain/time.ts';
import type { Timetable } from '../../ports/timetable.ts';

export function cronTimetable(): Timetable {
  return {
    lastDue({ expression, timezone }, { after, until }) {
      const task = createTask(expression, () => undefined, { timezone });
      try {
        for (let at = Math.floor(until / MINUTE) * MINUTE; at > after; at -= MINUTE)
          if (task.match(new Date(at))) return toInstant(at);
        return undefined;
      } finally {
        void task.destroy();
      }
    },
  };
}
