// Autopilot's window for jobs that must not run out (EuroSys 2020): the highest sample of seven days, and 15 % on top. Its learning recommender is not
// public; this is the part that is.

import { Peaks } from '../replay/peaks.ts';
import type { Policy } from '../replay/tool.ts';

const WINDOW_HOURS = 7 * 24;
const MARGIN = 1.15;

export const autopilotLike: Policy = {
  name: 'Autopilot-like',
  asksEveryDays: 7,
  immediate: false,
  create(stepSeconds) {
    const peaks = new Peaks(stepSeconds);
    const answer = (at: number): number | undefined => {
      const highest = peaks.highest(at, WINDOW_HOURS);
      return highest === 0 ? undefined : Math.ceil(highest * MARGIN);
    };
    return { sample: (at, bytes) => peaks.add(at, bytes), killed: ({ at }) => answer(at), asked: ({ at }) => answer(at) };
  },
};
