// When digests come: the schedules of headroom.yaml, in each worker; the job's name lets one of them through.

import { createPlanDigests } from '../../handlers/digest.ts';
import { startSchedule } from '../adapters/cron/schedule.ts';
import type { DigestRules } from '../config-digests.ts';
import type { DigestPeriod } from '../domain/digest.ts';
import { MINUTE, SECOND, toInstant } from '../domain/time.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Stores, Telemetry } from './parts.ts';

export type Digesting = {
  readonly rules: DigestRules;
  readonly channel: string;
  readonly stores: Stores;
  readonly telemetry: Telemetry;
  readonly lifecycle: Lifecycle;
};

const PLANNED_WITHIN_MS = 30 * SECOND;

export function startDigests({ rules, channel, stores, telemetry, lifecycle }: Digesting): void {
  const plan = createPlanDigests(stores, { channel });
  const start = (period: DigestPeriod, expression: string | undefined): void => {
    if (expression === undefined) return;
    const schedule = startSchedule({
      expression,
      timezone: rules.timezone,
      name: `digest.${period}`,
      // To the minute: a tick comes some milliseconds late.
      run: (dueAt) => plan({ period, at: toInstant(Math.floor(dueAt / MINUTE) * MINUTE) }),
      lock: stores.lock,
      lockMs: PLANNED_WITHIN_MS,
      log: telemetry.log,
    });
    lifecycle.onStop(`${period} digests`, () => schedule.stop());
  };
  start('daily', rules.daily);
  start('weekly', rules.weekly);
}
