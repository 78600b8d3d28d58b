// Up to when each schedule of digests has had its turns: what came due before is planned, or was before anybody followed that schedule.

import type { Instant } from '../domain/base/time.ts';
import type { DigestPeriod } from '../domain/incident/digest.ts';
import type { DigestSchedule } from './timetable.ts';

export interface DigestTurns {
  /** Undefined when that schedule is not known, or nobody followed it for two months. */
  get(period: DigestPeriod, schedule: DigestSchedule): Promise<Instant | undefined>;
  put(period: DigestPeriod, schedule: DigestSchedule, at: Instant): Promise<void>;
}
