// Replays a demand against a limit that a tool sets. Demand above the limit kills: the sample is lost, the tool is told, and its answer is applied
// half an hour later, when a person approved it; kills in between count. Without a kill the tool is asked again on its dates. An answer to a kill that
// is not above the limit is not applied. What is counted begins after the first half hour.

import type { Series } from '../series/series.ts';
import type { Policy, Tool } from './tool.ts';

export type Incident = {
  readonly series: Series;
  readonly scenario: 'undersized' | 'cold' | 'oversized';
  readonly from: number;
  /** Bytes. */
  readonly limit: number;
};

export type Outcome = {
  readonly series: string;
  readonly group: string;
  /** Days that were counted. */
  readonly days: number;
  readonly kills: number;
  readonly killDays: number;
  readonly changes: number;
  /** Raises until the first limit that was followed by seven days without a kill; undefined when there was none. */
  readonly raises: number | undefined;
  /** Days from the first change to the next kill; Infinity without one, undefined when nothing was changed. */
  readonly quietDays: number | undefined;
  /** Days left after the first change. */
  readonly leftDays: number;
  readonly unhelpful: boolean;
  readonly limitSum: number;
  readonly usedSum: number;
  readonly clairvoyantSum: number;
};

const APPROVAL_SECONDS = 1800;
const DAY_SECONDS = 86_400;

type State = {
  limit: number;
  pending: { readonly at: number; readonly limit: number } | undefined;
  nextQuestion: number;
  readonly kills: number[];
  readonly changes: { readonly at: number; readonly up: boolean }[];
  unhelpful: boolean | undefined;
  limitSum: number;
  usedSum: number;
};

export function replay(incident: Incident, policy: Policy): Outcome {
  const { series, from } = incident;
  const { stepSeconds, bytes } = series;
  const tool = policy.create(stepSeconds);
  for (let at = 0; at < from; at += 1) tool.sample(at, bytes[at] ?? 0);
  const asks = Math.max(1, Math.round((policy.asksEveryDays * DAY_SECONDS) / stepSeconds));
  const state: State = {
    limit: incident.limit,
    pending: undefined,
    nextQuestion: from + (incident.scenario === 'oversized' ? 0 : asks),
    kills: [],
    changes: [],
    unhelpful: undefined,
    limitSum: 0,
    usedSum: 0,
  };
  const counted = firstCounted(incident, policy);
  for (let at = from; at < bytes.length; at += 1) step({ policy, tool, state, stepSeconds, asks, counted }, at, bytes[at] ?? 0);
  return outcomeOf(incident, state, counted);
}

function firstCounted({ scenario, series, from, limit }: Incident, policy: Policy): number {
  if (scenario === 'oversized') return from;
  let at = from;
  while (at < series.bytes.length && (series.bytes[at] ?? 0) <= limit) at += 1;
  return at + (policy.immediate ? 1 : Math.ceil(APPROVAL_SECONDS / series.stepSeconds));
}

type Running = {
  readonly policy: Policy;
  readonly tool: Tool;
  readonly state: State;
  readonly stepSeconds: number;
  readonly asks: number;
  readonly counted: number;
};

function step({ policy, tool, state, stepSeconds, asks, counted }: Running, at: number, demand: number): void {
  const change = (limit: number): void => {
    state.changes.push({ at, up: limit > state.limit });
    state.limit = limit;
    state.nextQuestion = at + asks;
  };
  if (state.pending !== undefined && at >= state.pending.at) {
    change(state.pending.limit);
    state.pending = undefined;
  }
  if (at >= state.nextQuestion) {
    state.nextQuestion = at + asks;
    const answer = state.pending === undefined ? tool.asked({ at, stepSeconds, limit: state.limit }) : undefined;
    if (answer !== undefined && answer !== state.limit) change(answer);
  }
  if (demand > state.limit) {
    state.kills.push(at);
    const answer = tool.killed({ at, stepSeconds, limit: state.limit });
    const helps = answer !== undefined && answer > state.limit;
    state.unhelpful ??= !helps;
    const wait = policy.immediate ? 1 : Math.ceil(APPROVAL_SECONDS / stepSeconds);
    if (helps && state.pending === undefined) state.pending = { at: at + wait, limit: answer };
  } else {
    tool.sample(at, demand);
  }
  if (at < counted) return;
  state.limitSum += state.limit;
  state.usedSum += Math.min(demand, state.limit);
}

function outcomeOf({ series }: Incident, state: State, counted: number): Outcome {
  const perDay = DAY_SECONDS / series.stepSeconds;
  const end = series.bytes.length;
  const kills = state.kills.filter((at) => at >= counted);
  const [first] = state.changes;
  const after = first === undefined ? undefined : kills.find((at) => at > first.at);
  let highest = 0;
  for (let at = counted; at < end; at += 1) highest = Math.max(highest, series.bytes[at] ?? 0);
  return {
    series: series.name,
    group: series.group,
    days: Math.max(0, end - counted) / perDay,
    kills: kills.length,
    killDays: new Set(kills.map((at) => Math.floor((at - counted) / perDay))).size,
    changes: state.changes.length,
    raises: raisesToQuiet(state, perDay, end),
    quietDays: first === undefined ? undefined : after === undefined ? Number.POSITIVE_INFINITY : (after - first.at) / perDay,
    leftDays: first === undefined ? 0 : (end - first.at) / perDay,
    unhelpful: state.unhelpful ?? false,
    limitSum: state.limitSum,
    usedSum: state.usedSum,
    clairvoyantSum: highest * Math.max(0, end - counted),
  };
}

const QUIET_DAYS = 7;

function raisesToQuiet({ changes, kills }: State, perDay: number, end: number): number | undefined {
  let raises = 0;
  for (const { at, up } of changes) {
    if (up) raises += 1;
    const next = kills.find((kill) => kill > at) ?? end;
    if (up && next - at >= QUIET_DAYS * perDay) return raises;
  }
  return undefined;
}
