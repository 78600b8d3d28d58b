// Each worker looks every minute, and at its start, whether a digest is due; a lock lets one of them through. The schedules are read anew each time, for
// headroom.yaml may have changed.

import { createPlanDigests } from '../../../handlers/notify/digest.ts';
import { createTakeDigestTurn } from '../../../handlers/notify/digest-turn.ts';
import { startSchedule } from '../../adapters/cron/schedule.ts';
import { cronTimetable } from '../../adapters/cron/timetable.ts';
import type { Rules } from '../../config/rules/rules.ts';
import type { Instant } from '../../domain/base/time.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Stores, Telemetry } from '../parts.ts';

export type Digesting = {
  readonly rules: Pick<Rules, 'digests'>;
  readonly channel: string;
  readonly stores: Pick<Stores, 'incidents' | 'queue' | 'turns' | 'lock'>;
  readonly telemetry: Telemetry;
  readonly lifecycle: Pick<Lifecycle, 'onStopWork'>;
  readonly clock: Clock;
};

const NAME = 'digests';
const EVERY_MINUTE = '* * * * *';
const PLANNED_WITHIN_MS = 30 * SECOND;

export function startDigests({ rules, channel, stores, telemetry: { log }, lifecycle, clock }: Digesting): void {
  const take = createTakeDigestTurn({
    turns: stores.turns,
    timetable: cronTimetable(),
    plan: createPlanDigests(stores, { channel }),
  });
  const look = async (now: Instant): Promise<void> => {
    const { timezone, ...schedules } = rules.digests;
    for (const period of ['daily', 'weekly'] as const) {
      const expression = schedules[period];
      const schedule = expression === undefined ? undefined : { expression, timezone };
      const outcome = await take({ period, schedule, now });
      if (outcome.kind === 'planned') log.info('digests planned', { period, at: outcome.at });
    }
  };
  const schedule = startSchedule({
    expression: EVERY_MINUTE,
    timezone: 'UTC',
    name: NAME,
    // What came due while nobody ran is not left to the next minute.
    atOnce: clock.now(),
    run: look,
    lock: stores.lock,
    lockMs: PLANNED_WITHIN_MS,
    log,
  });
  lifecycle.onStopWork('digests', () => schedule.stop());
}
