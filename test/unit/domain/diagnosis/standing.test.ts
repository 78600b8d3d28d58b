// What stands of an incident's cause when its container dies again before a run can show anything.

import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/domain/base/piece.ts';
import { HOUR, MINUTE, SECOND } from '../../../../src/domain/base/time.ts';
import { diagnose } from '../../../../src/domain/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts';
import type { Evidence } from '../../../../src/domain/evidence/evidence.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { ago, evidence, kill, mi, NOW, podContainer, podFacts, series, withUsage } from '../../../support/build.ts';

const LONG = kill({ startedAt: ago(49 * HOUR), image: 'checkout:1' });
const SHORT = kill({ id: 'prod/pod-1/app/next', startedAt: ago(MINUTE + 75 * SECOND), image: 'checkout:1' });
const SPIKING = withUsage(series(48, () => 60));
const GROWING = withUsage(series(48, (before) => 250 - 4 * before));

function explain(given: Kill, has: Evidence, before?: { readonly kill: Kill; readonly diagnosis: Diagnosis }): Diagnosis {
  const shown = before?.diagnosis.shown;
  const earlier = before === undefined || shown === undefined ? undefined : { kill: before.kill, shown };
  return diagnose({ kill: given, evidence: has, now: NOW, earlierKills: [], before: earlier });
}

function first(has: Evidence): { readonly kill: Kill; readonly diagnosis: Diagnosis } {
  return { kill: LONG, diagnosis: explain(LONG, has) };
}

describe('after a run that showed a cause', () => {
  it.each([
    { name: 'a spike', has: SPIKING, alone: 'startup', stands: 'spike' },
    { name: 'a leak', has: GROWING, alone: 'startup', stands: 'leak' },
    { name: 'a limit that is too low', has: withUsage(series(48, () => 225)), alone: 'startup', stands: 'limit-too-low' },
  ])('a run of a minute leaves $name what it was', ({ has, alone, stands }) => {
    const before = first(has);
    expect(before.diagnosis.cause).toBe(stands);
    expect(explain(SHORT, evidence()).cause).toBe(alone);
    const again = explain(SHORT, evidence(), before);
    expect(again).toMatchObject({ cause: stands, confidence: before.diagnosis.confidence, summary: before.diagnosis.summary });
    expect(again.facts[0]).toContain('This run lived 75 seconds');
  });

  it('so do any number of them, with the facts of the first', () => {
    const before = first(GROWING);
    const second = explain(SHORT, evidence(), before);
    const third = explain({ ...SHORT, id: 'prod/pod-1/app/third' }, evidence(), { kill: SHORT, diagnosis: second });
    expect(third).toEqual(second);
    expect(third.facts.slice(1)).toEqual(before.diagnosis.facts.slice(0, 3));
    expect(third.against).toContain('This run filled the limit within minutes, faster than the earlier growth.');
  });

  it('a kill without samples leaves it, too', () => {
    const again = explain({ ...LONG, id: 'prod/pod-1/app/next', startedAt: ago(3 * HOUR) }, evidence(), first(GROWING));
    expect(again).toMatchObject({
      cause: 'leak',
      facts: [expect.stringContaining('This kill alone shows no cause'), ...threeMore],
    });
  });

  it.each([
    { name: 'another limit', more: { limit: mi(384) } },
    { name: 'another image', more: { image: 'checkout:2' } },
    { name: 'another template', more: { controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'other', uid: 'rs-2' } } },
    { name: 'a start that the runtime could not finish', more: { how: 'start-oom' as const, exitCode: 128 } },
  ])('$name is another story', ({ more }) => {
    expect(explain({ ...SHORT, ...more }, evidence(), first(SPIKING)).cause).toBe('startup');
  });

  it('a run that never became ready is one that cannot start', () => {
    const pod = podFacts({
      containers: [podContainer({ ready: false })],
      readyChanged: { to: false, at: ago(3 * HOUR) },
    });
    const again = explain(SHORT, evidence({ pod: known(pod, 'pod status', NOW) }), first(SPIKING));
    expect(again).toMatchObject({ cause: 'startup', confidence: 'high' });
  });

  it('a run that shows a cause of its own counts', () => {
    const own = explain({ ...LONG, id: 'prod/pod-1/app/next' }, GROWING, first(SPIKING));
    expect(own).toMatchObject({ cause: 'leak', shown: { cause: 'leak' } });
  });
});

it('what shows no shape is read with nothing', () => {
  const startup = explain(SHORT, evidence());
  expect(startup.shown).toBeUndefined();
  expect(explain(SHORT, evidence(), { kill: SHORT, diagnosis: startup }).cause).toBe('startup');
});

const threeMore: readonly unknown[] = [expect.any(String), expect.any(String)];
