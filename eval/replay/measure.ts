// Sums outcomes up: OOM-days and kills per 100 days, how many first changes hold, how many changes, and the footprint against a clairvoyant limit. A tool
// that is good in one of them alone proves nothing.

import type { Outcome } from './replay.ts';

export type Measures = {
  readonly incidents: number;
  readonly oomDays: number;
  readonly kills: number;
  /** Share of first changes without a kill in the 7 and 28 days after; undefined where no incident has that many days left. */
  readonly safe7: number | undefined;
  readonly safe28: number | undefined;
  /** No kill until the series ends. */
  readonly safe: number;
  readonly changes: number;
  readonly raises: number | undefined;
  /** Sum of limits over the sum of the smallest constant limits without a kill. */
  readonly footprint: number;
  /** The mean of each incident's own ratio: small containers count as much as large ones. */
  readonly meanFootprint: number;
  readonly slack: number;
  readonly unhelpful: number;
};

export function measure(outcomes: readonly Outcome[]): Measures {
  const days = sum(outcomes, ({ days: each }) => each);
  const converged = outcomes.flatMap(({ raises }) => (raises === undefined ? [] : [raises]));
  const judged = outcomes.filter(({ clairvoyantSum }) => clairvoyantSum > 0);
  return {
    incidents: outcomes.length,
    oomDays: (100 * sum(outcomes, ({ killDays }) => killDays)) / days,
    kills: (100 * sum(outcomes, ({ kills }) => kills)) / days,
    safe7: safeFor(outcomes, 7),
    safe28: safeFor(outcomes, 28),
    safe: share(outcomes, ({ quietDays }) => quietDays === Number.POSITIVE_INFINITY),
    changes: sum(outcomes, ({ changes }) => changes) / outcomes.length,
    raises: converged.length === 0 ? undefined : converged.reduce((total, each) => total + each, 0) / converged.length,
    footprint: sum(outcomes, ({ limitSum }) => limitSum) / sum(outcomes, ({ clairvoyantSum }) => clairvoyantSum),
    meanFootprint: sum(judged, ({ limitSum, clairvoyantSum }) => limitSum / clairvoyantSum) / judged.length,
    slack: 1 - sum(outcomes, ({ usedSum }) => usedSum) / sum(outcomes, ({ limitSum }) => limitSum),
    unhelpful: share(outcomes, ({ unhelpful }) => unhelpful),
  };
}

function safeFor(outcomes: readonly Outcome[], days: number): number | undefined {
  const long = outcomes.filter(({ leftDays, quietDays }) => leftDays >= days || quietDays === undefined);
  return long.length === 0 ? undefined : share(long, ({ quietDays }) => (quietDays ?? 0) > days);
}

function share(outcomes: readonly Outcome[], holds: (outcome: Outcome) => boolean): number {
  return outcomes.filter(holds).length / outcomes.length;
}

function sum(outcomes: readonly Outcome[], value: (outcome: Outcome) => number): number {
  return outcomes.reduce((total, outcome) => total + value(outcome), 0);
}
