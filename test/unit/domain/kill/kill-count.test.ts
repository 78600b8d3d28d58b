// How often it was killed, and when that is only the least.

import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../../../src/adapters/slack/render.ts';
import type { Incident } from '../../../../src/domain/incident/incident.ts';
import { addKill } from '../../../../src/domain/incident/incident.ts';
import { startStorm, storyOf } from '../../../../src/domain/incident/storm.ts';
import { isAtLeast, REMEMBERED_PODS, timesInWords } from '../../../../src/domain/kill/kill-count.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { findKills } from '../../../../src/domain/kill/oom-kill.ts';
import { incident, kill, NOW, podContainer, podFacts } from '../../../support/build.ts';

/** The kill of that run, as the pod shows it while it waits for the next. */
function ofRun(run: number, { pod = 'pod-1', whileAway }: { readonly pod?: string; readonly whileAway?: boolean } = {}): Kill {
  const { ref } = kill();
  return kill({ id: `prod/${pod}/app/${run}`, ref: { ...ref, podUid: pod }, run, restartCount: run, whileAway });
}

function killed(...kills: readonly Kill[]): Incident {
  const [first = kill(), ...others] = kills;
  return others.reduce(addKill, incident({ lastKill: first, killIds: [first.id], runs: [], ...startOf(first) }));
}

function startOf(first: Kill): Partial<Incident> {
  const { runs, orMore } = addKill(incident({ killIds: [], runs: [] }), first);
  return { runs, orMore };
}

describe('killed', () => {
  it.each([
    { name: 'in each run, all seen', kills: [ofRun(3), ofRun(4), ofRun(5)], words: '3 times' },
    { name: 'in each run, seen in another order', kills: [ofRun(5), ofRun(3), ofRun(4)], words: '3 times' },
    { name: 'once, whatever was before', kills: [ofRun(8)], words: 'once' },
    { name: 'with a run between that nobody saw end', kills: [ofRun(3), ofRun(5)], words: 'at least 2 times' },
    { name: 'in pods of their own', kills: [ofRun(0), ofRun(4, { pod: 'pod-2' })], words: '2 times' },
    { name: 'once while nobody watched', kills: [ofRun(3, { whileAway: true })], words: 'at least once' },
    {
      name: 'while nobody watched, and again',
      kills: [ofRun(3), ofRun(4, { whileAway: true }), ofRun(5)],
      words: 'at least 3 times',
    },
    {
      name: 'without a run of its own',
      kills: [kill({ id: 'a' }), kill({ id: 'b', whileAway: true })],
      words: 'at least 2 times',
    },
  ])('$name', ({ kills, words }) => {
    expect(timesInWords(killed(...kills))).toBe(words);
  });

  it('stays a least count when the pod that had the gap is forgotten', () => {
    const others = Array.from({ length: REMEMBERED_PODS }, (_, index) => ofRun(0, { pod: `other-${index}` }));
    const all = killed(ofRun(3), ofRun(5), ...others);
    expect(all.runs).toHaveLength(REMEMBERED_PODS);
    expect(isAtLeast(all)).toBe(true);
  });
});

it('a pod shows which run ended: waiting for the next, running it, or after it', () => {
  const end = { kind: 'terminated' as const, reason: 'OOMKilled', exitCode: 137 };
  const runs = (container: Parameters<typeof podContainer>[0]) =>
    findKills(podFacts({ containers: [podContainer(container)] }), NOW).map(({ run }) => run);
  expect(runs({ restartCount: 2, state: { kind: 'waiting' }, lastState: end })).toEqual([2]);
  expect(runs({ restartCount: 3, state: { kind: 'running' }, lastState: end })).toEqual([2]);
  expect(runs({ restartCount: 3, state: end, lastState: { ...end, containerId: 'before' } })).toEqual([3, 2]);
});

it('a least count is said wherever it is told', () => {
  const gap = killed(ofRun(3), ofRun(5));
  const root = renderMessage({ kind: 'root', incident: gap }, false);
  expect(root.text).toContain('killed at least 2 times on');
  expect(JSON.stringify(root.blocks)).toContain('Killed *at least 2 times* since');
  const story = storyOf([{ incident: gap }, { incident: incident() }]);
  const storm = renderMessage({ kind: 'storm', storm: startStorm('S-1', 'C1', NOW), story, over: false }, false);
  expect(storm.text).toContain('at least 3 kills in all');
  expect(JSON.stringify(storm.blocks)).toContain('"2+"');
});
