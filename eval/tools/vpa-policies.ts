// The VPA as people meet it: asked for its target when a container was killed and once a week; or left alone, in mode Auto, with the updater's rules
// (updater/priority/update_priority_calculator.go), looking every hour.

import type { Moment, Policy, Tool } from '../replay/tool.ts';
import { VpaRecommender } from './vpa.ts';

/** It samples once a minute, whatever the step of the replay is. */
const SAMPLE_SECONDS = 60;
const NOT_WORTH = 0.1;
const LEAST_AGE_HOURS = 12;
const QUICK_KILL_SECONDS = 600;

export function vpaAsked(scale = 1): Policy {
  return {
    name: scale === 1 ? 'VPA at event + weekly' : `VPA at event × ${scale}`,
    asksEveryDays: 7,
    immediate: false,
    create(stepSeconds) {
      const { recommender, sample, record } = follow(stepSeconds);
      const answer = (): number => Math.ceil(recommender.bounds().target * scale);
      return {
        sample,
        killed(moment) {
          record(moment);
          return answer();
        },
        asked: answer,
      };
    },
  };
}

export const vpaAuto: Policy = {
  name: 'VPA Auto',
  asksEveryDays: 1 / 24,
  immediate: true,
  create(stepSeconds) {
    const { recommender, sample, record } = follow(stepSeconds);
    let startedAt = 0;
    const decide = ({ at, limit }: Moment, quick: boolean): number | undefined => {
      const { target, lower, upper } = recommender.bounds();
      const outside = limit < lower || limit > upper;
      const old = (at - startedAt) * stepSeconds >= LEAST_AGE_HOURS * 3600;
      const worth = Math.abs(target - limit) / limit >= NOT_WORTH;
      if (target === limit || !(outside || (old && worth) || quick)) return undefined;
      startedAt = at;
      return target;
    };
    return {
      sample,
      killed(moment) {
        record(moment);
        const quick = (moment.at - startedAt) * stepSeconds < QUICK_KILL_SECONDS;
        startedAt = moment.at;
        return decide(moment, quick);
      },
      asked: (moment) => decide(moment, false),
    };
  },
};

type Following = { readonly recommender: VpaRecommender; readonly record: (moment: Moment) => void } & Pick<Tool, 'sample'>;

function follow(stepSeconds: number): Following {
  const recommender = new VpaRecommender();
  const container = recommender.container();
  const perStep = stepSeconds / SAMPLE_SECONDS;
  return {
    recommender,
    sample(at, bytes) {
      container.sample(at * stepSeconds * 1000, bytes);
      recommender.seen(at * stepSeconds * 1000, perStep);
    },
    // Guaranteed: the request is the limit.
    record: ({ at, limit }) => container.killed(at * stepSeconds * 1000, limit),
  };
}
