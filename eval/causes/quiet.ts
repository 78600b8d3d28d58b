// False alarms: windows of 14 days in which nothing leaks, told as if they had ended with a kill.

import { toBytes } from '../../src/domain/base/memory.ts';
import { DAY, SECOND, toInstant } from '../../src/domain/base/time.ts';
import type { Series } from '../series/series.ts';
import { causeOf } from './case.ts';

const WINDOW_DAYS = 14;
const STEP_DAYS = 7;
/** As many points as are kept with an incident. */
const POINTS = 500;

export type Alarms = { readonly windows: number; readonly alarms: number };

export function falseAlarms(series: readonly Series[]): Alarms {
  let windows = 0;
  let alarms = 0;
  for (const { bytes, stepSeconds } of series) {
    const perDay = DAY / SECOND / stepSeconds;
    for (let from = 0; from + WINDOW_DAYS * perDay <= bytes.length; from += STEP_DAYS * perDay) {
      windows += 1;
      if (isAlarm(bytes.subarray(from, from + WINDOW_DAYS * perDay), stepSeconds)) alarms += 1;
    }
  }
  return { windows, alarms };
}

function isAlarm(window: Float64Array, stepSeconds: number): boolean {
  const every = Math.ceil(window.length / POINTS);
  const points = [...window.keys()]
    .filter((index) => index % every === 0 || index >= window.length - 12)
    .map((index) => ({ at: toInstant(index * stepSeconds * SECOND + DAY), bytes: toBytes(Math.round(window[index] ?? 0)) }));
  const end = toInstant(window.length * stepSeconds * SECOND + DAY);
  const limit = 1.05 * window.reduce((highest, bytes) => Math.max(highest, bytes), 0);
  return (
    causeOf({ startedAt: toInstant(DAY), killedAt: end, limit, exitCode: 137, points, earlierKills: [], wasReady: true }) ===
    'leak'
  );
}
