// The evaluation is only worth something when its baselines are the real ones, and its figures must not slip unseen.

import { describe, expect, it } from 'vitest';
import { judgeGenerated } from '../../../eval/causes/generated.ts';
import { judgeRuns, readRuns } from '../../../eval/causes/kernel-runs.ts';
import { scoreOf } from '../../../eval/causes/score.ts';
import { measure } from '../../../eval/replay/measure.ts';
import { replay } from '../../../eval/replay/replay.ts';
import { cold, oversized, undersized } from '../../../eval/replay/scenarios.ts';
import { generate } from '../../../eval/series/generate.ts';
import { podSeries } from '../../../eval/series/series.ts';
import { fixed } from '../../../eval/tools/fixed.ts';
import { headroom } from '../../../eval/tools/headroom.ts';
import { krr } from '../../../eval/tools/krr.ts';
import { compareWithRecorded } from '../../../eval/tools/vpa-pairs.ts';

const HOUR_STEPS = 12;

/** 90 days at five minutes: a level, and a higher one now and then. */
function demand(value: (day: number) => number) {
  const bytes = Float64Array.from({ length: 90 * 24 * HOUR_STEPS }, (_, at) => value(at / (24 * HOUR_STEPS)));
  return { name: 'made', group: 'made', stepSeconds: 300, bytes };
}

it('the re-derived VPA gives the recorded targets of the real one', () => {
  const { pairs, targets, bounds } = compareWithRecorded();
  expect(targets).toBe(pairs);
  expect(bounds).toBeGreaterThanOrEqual(0.98 * pairs);
});

describe('a replay', () => {
  const MI = 2 ** 20;
  const stepUp = demand((day) => (day < 30 ? 100 : 120) * MI);

  it('kills until the answer is applied half an hour later, and counts from then on', () => {
    const [outcome] = [{ series: stepUp, scenario: 'undersized' as const, from: 30 * 24 * HOUR_STEPS, limit: 110 * MI }].map(
      (each) => replay(each, fixed(1.5)),
    );
    expect(outcome).toMatchObject({ kills: 0, changes: 1, unhelpful: false, quietDays: Number.POSITIVE_INFINITY });
    expect(outcome === undefined ? 0 : outcome.limitSum / outcome.clairvoyantSum).toBeCloseTo(165 / 120);
  });

  it('does not apply an answer that is not above the limit', () => {
    const hidden = demand((day) => (day > 30 && day % 1 < 0.01 ? 200 : 50) * MI);
    const [incident] = undersized(hidden, { historyDays: 14, leftDays: 29, seeds: 1 });
    if (incident === undefined) throw new Error('there is a kill to find');
    expect(replay({ ...incident, limit: 150 * MI }, krr({ withKills: false }))).toMatchObject({ unhelpful: true });
    expect(replay({ ...incident, limit: 150 * MI }, headroom()).unhelpful).toBe(false);
  });

  it('finds incidents where a scenario says', () => {
    expect(undersized(stepUp, { historyDays: 14, leftDays: 29, seeds: 3 }).map(({ from }) => from)).toEqual([
      30 * 24 * HOUR_STEPS,
    ]);
    expect(cold(stepUp, { hours: 2, withinDays: 14 })).toEqual([]);
    expect(oversized(stepUp, { days: 14 })[0]?.limit).toBe(300 * MI);
  });

  it('of real pods never gets an unhelpful first answer from this project', () => {
    const incidents = podSeries().flatMap((each) => [
      ...undersized(each, { historyDays: 4 / 24, leftDays: 0, seeds: 1 }),
      ...cold(each, { hours: 2, withinDays: 1 }),
    ]);
    const { unhelpful, safe } = measure(incidents.map((each) => replay(each, headroom())));
    expect(incidents.length).toBeGreaterThan(20);
    expect(unhelpful).toBe(0);
    expect(safe).toBeGreaterThan(0.9);
  });

  it('of a flat load stays near the clairvoyant limit', () => {
    const incidents = Array.from({ length: 60 }, (_, seed) =>
      generate({ shape: 'flat', seed, days: 8, stepSeconds: 300 }),
    ).flatMap((each) => undersized(each, { historyDays: 3, leftDays: 2, seeds: 1 }));
    const { footprint, safe } = measure(incidents.map((each) => replay(each, headroom())));
    expect(incidents.length).toBeGreaterThan(0);
    expect(footprint).toBeLessThanOrEqual(1.25);
    expect(safe).toBe(1);
  });
});

describe('the cause', () => {
  it('of made-up kills is found', () => {
    const { macroF1 } = scoreOf('', judgeGenerated({ from: 0, count: 40 }));
    expect(macroF1).toBeGreaterThanOrEqual(0.93);
  });

  it('of real kernels’ kills is found with the kernel’s word', () => {
    const runs = judgeRuns(readRuns(), false);
    expect(scoreOf('', runs).accuracy).toBeGreaterThanOrEqual(0.88);
    const children = runs.filter(({ label }) => label === 'child-process');
    expect(children.filter(({ found }) => found === 'child-process').length / children.length).toBeGreaterThanOrEqual(0.5);
  });
});
