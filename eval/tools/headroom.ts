// This project's own answer, by the very functions that the bot uses: rememberedOf, sizeAfterKill and lowerLimit. `days`: how many days of daily peaks
// it may look back on, to compare windows.

import { toBytes } from '../../src/domain/base/memory.ts';
import { DAY, HOUR, SECOND, toInstant, toMillis } from '../../src/domain/base/time.ts';
import type { Usage, UsagePoint } from '../../src/domain/evidence/evidence.ts';
import { lowerLimit } from '../../src/domain/sizing/lower.ts';
import { REMEMBERED, rememberedOf } from '../../src/domain/sizing/remembered.ts';
import type { PastKill } from '../../src/domain/sizing/size.ts';
import { sizeAfterKill } from '../../src/domain/sizing/size.ts';
import { Peaks } from '../replay/peaks.ts';
import type { Moment, Policy, Tool } from '../replay/tool.ts';

const FOLLOW_UP_DAYS = 14;

export function headroom(name = 'Headroom', days = REMEMBERED / DAY): Policy {
  return { name, asksEveryDays: FOLLOW_UP_DAYS, immediate: false, create: (stepSeconds) => createTool(stepSeconds, days) };
}

function createTool(stepSeconds: number, days: number): Tool {
  const peaks = new Peaks(stepSeconds);
  const kills: PastKill[] = [];
  const recent: UsagePoint[] = [];
  const window = toMillis(days * DAY);
  const instant = (at: number) => toInstant(Math.round(at * stepSeconds * SECOND));
  const usageAt = (at: number): Usage | undefined => {
    const dailyPeaks = peaks.daily(at, 2 * days).map(({ day, bytes }) => ({ at: toInstant(day * DAY), bytes: toBytes(bytes) }));
    const [first] = dailyPeaks;
    if (first === undefined) return undefined;
    const peak = dailyPeaks.reduce((best, point) => (point.bytes > best.bytes ? point : best), first);
    const daysKnown = Math.min(days, peaks.known(at) / 24);
    return { kind: 'series', points: recent, stepSeconds, peak, p95: peak.bytes, daysKnown, dailyPeaks };
  };
  const keep = 3600 / stepSeconds + 1;
  return {
    sample(at, bytes) {
      peaks.add(at, bytes);
      recent.push({ at: instant(at), bytes: toBytes(bytes) });
      if (recent.length > keep) recent.shift();
    },
    killed({ at, limit }: Moment) {
      const killedAt = instant(at);
      const hit = toBytes(limit);
      const remembered = rememberedOf({ usage: usageAt(at), at: killedAt, limit: hit, window });
      const size = sizeAfterKill({ limit: hit, killedAt, earlierKills: [...kills], remembered });
      if (kills.at(-1)?.limit !== hit || killedAt - (kills.at(-1)?.at ?? 0) > HOUR) kills.push({ at: killedAt, limit: hit });
      return size.limit;
    },
    asked({ at, limit }: Moment) {
      const now = instant(at);
      const current = toBytes(limit);
      const lowered = lowerLimit({
        limit: current,
        now,
        kills,
        remembered: rememberedOf({ usage: usageAt(at), at: now, limit: current, window }),
      });
      return lowered.kind === 'lower' ? lowered.limit : undefined;
    },
  };
}
