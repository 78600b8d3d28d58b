// How much of a time was watched: short absences count as watched, long ones are gaps.

import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../../src/domain/base/time.ts';
import { MINUTE, toInstant, toMillis } from '../../../../src/domain/base/time.ts';
import type { Gap, Stretch } from '../../../../src/domain/coverage/watched.ts';
import {
  closedGaps,
  isSameGaps,
  noted,
  PAUSE_MS,
  scopesOf,
  scopesOver,
  unwatchedMs,
  watchedWithin,
  without,
} from '../../../../src/domain/coverage/watched.ts';
import { NOW } from '../../../support/build.ts';

function at(minutes: number): Instant {
  return toInstant(NOW + minutes * MINUTE);
}

function stretches(...ends: readonly (readonly [number, number])[]): readonly Stretch[] {
  return ends.map(([from, until]) => ({ from: at(from), until: at(until) }));
}

function gap(from: number, until?: number): Gap {
  return until === undefined ? { from: at(from) } : { from: at(from), until: at(until) };
}

describe('of thirty minutes', () => {
  it.each([
    { name: 'all, when watched before and after', record: stretches([-60, 90]), minutes: 30, gaps: [] },
    { name: 'all, over a short absence', record: stretches([-60, 10], [12, 30]), minutes: 30, gaps: [], paused: 2 },
    { name: 'all, over two of them', record: stretches([-60, 10], [12, 20], [21, 30]), minutes: 30, gaps: [], paused: 3 },
    { name: 'less by a long absence', record: stretches([-60, 10], [13, 30]), minutes: 27, gaps: [gap(10, 13)] },
    {
      name: 'less by each long absence',
      record: stretches([-9, 5], [9, 10], [20, 60]),
      minutes: 16,
      gaps: [gap(5, 9), gap(10, 20)],
    },
    { name: 'all, when a watcher came a moment late', record: stretches([1, 30]), minutes: 30, gaps: [], paused: 1 },
    { name: 'what is left, when it came late', record: stretches([12, 30]), minutes: 18, gaps: [gap(0, 12)] },
    { name: 'what was said so far, a moment ago', record: stretches([-60, 29]), minutes: 29, gaps: [] },
    { name: 'what was said so far, when nobody watches any more', record: stretches([-60, 20]), minutes: 20, gaps: [gap(20)] },
    { name: 'nothing, when it was watched only before', record: stretches([-60, -30]), minutes: 0, gaps: [gap(0)] },
    { name: 'nothing, when nobody ever watched', record: [], minutes: 0, gaps: [gap(0)] },
    { name: 'all once, when two watched', record: stretches([-9, 25], [3, 31]), minutes: 30, gaps: [] },
  ])('$name', ({ record, minutes, gaps, paused }) => {
    const pausedMs = paused === undefined ? undefined : paused * MINUTE;
    expect(watchedWithin(record, { from: at(0), now: at(30) })).toEqual({ watchedMs: minutes * MINUTE, gaps, pausedMs });
  });
});

it.each([
  { name: 'a workload, by all of the cluster', only: [], namespace: 'shop', seen: true },
  { name: 'a workload, by its namespace among others', only: ['blog', 'shop'], namespace: 'shop', seen: true },
  { name: 'no workload of another namespace', only: ['blog'], namespace: 'shop', seen: false },
  {
    name: 'no workload of a namespace that is named and left out',
    only: ['shop'],
    excluded: ['shop'],
    namespace: 'shop',
    seen: false,
  },
  { name: 'a node, by all of the cluster', only: [], namespace: '', seen: true },
  { name: 'a node, by the namespace of its Events', only: ['default'], namespace: '', seen: true },
  { name: 'no node, by any other namespace', only: ['blog'], namespace: '', seen: false },
])('sees $name', ({ only, excluded = [], namespace, seen }) => {
  const watched = scopesOf('prod', { only, excluded });
  expect(scopesOver({ cluster: 'prod', namespace }).seenBy.some((scope) => watched.includes(scope))).toBe(seen);
});

it('says what is left out of all of a cluster', () => {
  const watched = scopesOf('prod', { only: [], excluded: ['shop'] });
  expect(watched).toEqual(['prod', scopesOver({ cluster: 'prod', namespace: 'shop' }).leftOut]);
  expect(watched).not.toContain(scopesOver({ cluster: 'prod', namespace: 'blog' }).leftOut);
});

it.each([
  { name: 'nothing left out', others: stretches(), left: stretches([0, 10], [20, 30]) },
  { name: 'the end of one and the beginning of the next', others: stretches([5, 25]), left: stretches([0, 5], [25, 30]) },
  { name: 'the middle', others: stretches([2, 3], [4, 5]), left: stretches([0, 2], [3, 4], [5, 10], [20, 30]) },
  { name: 'all', others: stretches([-5, 35]), left: stretches() },
  { name: 'what lies beside', others: stretches([-5, 0], [10, 20], [30, 40]), left: stretches([0, 10], [20, 30]) },
])('without $name', ({ others, left }) => {
  expect(without(stretches([0, 10], [20, 30]), others)).toEqual(left);
});

it('joins moments to a stretch until one comes too late', () => {
  const later = (from: Instant, lengthMs: number): Instant => toInstant(from + lengthMs);
  const once = noted([], at(0));
  const joined = noted(once, later(at(0), PAUSE_MS));
  expect(joined).toEqual([{ from: at(0), until: later(at(0), PAUSE_MS) }]);
  expect(noted(joined, at(0))).toEqual(joined);
  expect(noted(joined, later(at(0), 2 * PAUSE_MS + 1))).toHaveLength(2);
});

it('knows gaps apart, and how long they were', () => {
  expect(isSameGaps([gap(0, 9)], [gap(0, 9)])).toBe(true);
  expect(isSameGaps([gap(0)], [gap(0, 9)])).toBe(false);
  expect(isSameGaps([], [gap(0)])).toBe(false);
  expect(unwatchedMs([gap(0, 9), gap(20, 21), gap(30)])).toBe(10 * MINUTE);
  expect(closedGaps({ watchedMs: toMillis(0), gaps: [gap(0, 9), gap(30)] })).toEqual([gap(0, 9)]);
});
