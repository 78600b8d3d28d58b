// When a schedule is due.

import type { Instant } from '../domain/base/time.ts';

export type DigestSchedule = {
  /** A cron expression of five fields. */
  readonly expression: string;
  /** IANA name. */
  readonly timezone: string;
};

export interface Timetable {
  /**
   * The last full minute after `after`, up to and with `until`, at which it was due by the clocks of that place; undefined when there was none. On the days that
   * they are put forward or back it is due as often as on others.
   */
  lastDue(schedule: DigestSchedule, within: { readonly after: Instant; readonly until: Instant }): Instant | undefined;
}
