// robusta-dev/krr at d6baa74, strategy "simple": the highest sample of 336 hours and 15 % on top, at least 100 MiB, whole MiB, from 100 points and three
// hours on. With use_oomkill_data (off by default, called experimental there) also 1.25 times the highest limit that was hit.

import { MIB } from '../../src/domain/base/memory.ts';
import { Peaks } from '../replay/peaks.ts';
import type { Policy } from '../replay/tool.ts';

const WINDOW_HOURS = 336;
const POINTS = 100;
const HOURS = 3;
const FLOOR = 100 * MIB;

export function krr(options: { readonly withKills: boolean; readonly scale?: number }): Policy {
  const scale = options.scale ?? 1;
  const name = options.withKills ? 'KRR with OOM data' : 'KRR default';
  return {
    name: scale === 1 ? name : `${name} × ${scale}`,
    asksEveryDays: 7,
    immediate: false,
    create(stepSeconds) {
      const peaks = new Peaks(stepSeconds);
      const kills: { readonly hour: number; readonly limit: number }[] = [];
      const answer = (at: number): number | undefined => {
        if (peaks.count < POINTS || peaks.known(at) < HOURS) return undefined;
        const now = peaks.hourOf(at);
        const hit = Math.max(0, ...kills.filter(({ hour }) => now - hour <= WINDOW_HOURS).map(({ limit }) => limit));
        const bytes = Math.max(peaks.highest(at, WINDOW_HOURS) * 1.15, options.withKills ? hit * 1.25 : 0);
        return Math.ceil((Math.max(bytes, FLOOR) * scale) / MIB) * MIB;
      };
      return {
        sample: (at, bytes) => peaks.add(at, bytes),
        killed({ at, limit }) {
          kills.push({ hour: peaks.hourOf(at), limit });
          return answer(at);
        },
        asked: ({ at }) => answer(at),
      };
    },
  };
}
