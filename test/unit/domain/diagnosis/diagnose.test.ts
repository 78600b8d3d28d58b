// Why it happened, case by case, and that a case without evidence is said to be unclear instead of guessed.

import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import { HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import { diagnose } from '../../../../src/domain/diagnosis/diagnose.ts';
import type { EventLine, Evidence } from '../../../../src/domain/evidence/evidence.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { ago, evidence, kill, mi, NOW, podContainer, podFacts, series, withUsage } from '../../../support/build.ts';

type Row = { readonly name: string; readonly kill?: Kill | undefined; readonly evidence: Evidence; readonly cause: string };

const podWith = (container: ReturnType<typeof podContainer>, more = {}) =>
  known(podFacts({ containers: [container], ...more }), 'pod status', NOW);
const event = (overrides: Partial<EventLine>): EventLine => ({
  type: 'Warning',
  reason: 'Unhealthy',
  message: '',
  count: 1,
  lastSeen: ago(MINUTE),
  from: 'kubelet',
  ...overrides,
});

const KILLED: readonly Row[] = [
  { name: 'steady use near the limit for days', evidence: withUsage(series(48, () => 225)), cause: 'limit-too-low' },
  {
    name: 'a steady climb over two days',
    kill: kill({ startedAt: ago(49 * HOUR) }),
    evidence: withUsage(series(48, (before) => 250 - 4 * before)),
    cause: 'leak',
  },
  {
    name: 'the same climb within six hours',
    kill: kill({ startedAt: ago(7 * HOUR) }),
    evidence: withUsage(series(6, (before) => 250 - 30 * before)),
    cause: 'unclear',
  },
  { name: 'far below the limit, then gone', evidence: withUsage(series(48, () => 60)), cause: 'spike' },
  {
    name: 'killed within seconds of starting, no samples',
    kill: kill({ startedAt: ago(70_000) }),
    evidence: evidence(),
    cause: 'startup',
  },
  {
    name: 'killed before its program ran',
    kill: kill({ how: 'start-oom', exitCode: 128 }),
    evidence: evidence(),
    cause: 'startup',
  },
  { name: 'exit code 1: a child was killed', kill: kill({ exitCode: 1 }), evidence: evidence(), cause: 'child-process' },
  {
    name: 'no limit anywhere',
    kill: kill({ limit: undefined }),
    evidence: evidence({ pod: podWith(podContainer({ resources: {} })) }),
    cause: 'no-limit',
  },
  {
    name: 'a Java heap as large as the limit',
    evidence: evidence({
      pod: podWith(podContainer({ heapSettings: [{ runtime: 'jvm', setting: 'JAVA_TOOL_OPTIONS: -Xmx256m', bytes: mi(256) }] })),
    }),
    cause: 'heap-setting',
  },
  {
    name: 'a memory-backed volume without a size limit',
    evidence: evidence({ pod: podWith(podContainer(), { memoryVolumes: [{ name: 'scratch', mountedBy: ['app'] }] }) }),
    cause: 'memory-volume',
  },
  {
    name: 'a SystemOOM on the node while it was small',
    evidence: {
      ...withUsage(series(48, () => 60)),
      node: known(
        {
          name: 'node-1',
          memoryPressure: true,
          ready: true,
          oomEvents: [event({ reason: 'SystemOOM', message: 'System OOM encountered' })],
        },
        'node status',
        NOW,
      ),
    },
    cause: 'node-pressure',
  },
  { name: 'nothing known but the kill', evidence: evidence({ pod: unavailable('the pod is gone') }), cause: 'unclear' },
];

describe('a kill', () => {
  it.each(KILLED)('$name: $cause', (row) => {
    const diagnosis = diagnose({ kill: row.kill ?? kill(), evidence: row.evidence, now: NOW, earlierKills: [] });
    expect(diagnosis.cause).toBe(row.cause);
    expect(diagnosis.facts.length).toBeLessThanOrEqual(4);
  });
});

const died137 = podContainer({ state: { kind: 'terminated', reason: 'Error', exitCode: 137, finishedAt: ago(MINUTE) } });

describe('no memory kill', () => {
  it.each([
    {
      name: 'a failing liveness probe',
      evidence: evidence({
        pod: podWith(died137),
        events: known([event({ message: 'Liveness probe failed: HTTP 500' })], 'events', NOW),
      }),
      words: 'failing probe',
    },
    { name: 'an eviction', evidence: evidence({ pod: podWith(died137, { reason: 'Evicted' }) }), words: 'evicted' },
    {
      name: 'the program’s own heap error',
      evidence: evidence({
        pod: podWith(podContainer({ state: { kind: 'terminated', reason: 'Error', exitCode: 1 } })),
        log: known(
          { lines: ['java.lang.OutOfMemoryError: Java heap space'], cutMidLine: false, instance: 'killed' as const },
          'pod log',
          NOW,
        ),
      }),
      words: 'its own heap',
    },
    { name: 'a plain running pod', evidence: evidence(), words: 'No memory kill' },
  ])('$name is said to be none', (row) => {
    const diagnosis = diagnose({ kill: undefined, evidence: row.evidence, now: NOW, earlierKills: [] });
    expect(diagnosis.cause).toBe('not-an-oom');
    expect(diagnosis.summary).toContain(row.words);
  });

  it('137 without a mark while its memory was at the limit stays unclear', () => {
    const near = { ...withUsage(series(48, () => 254)), pod: podWith(died137) };
    expect(diagnose({ kill: undefined, evidence: near, now: NOW, earlierKills: [] }).cause).toBe('unclear');
  });
});

it('does not throw for a trend that lies above the limit', () => {
  const samples = [294, 286, 280, 271, 263, 257, 257, 257, 257, 257, 0, 0];
  const usage = series(samples.length / 12, (before) => samples[Math.round(before * 12)] ?? 0);
  const asked = { kill: kill({ startedAt: ago(HOUR) }), evidence: withUsage(usage), now: NOW, earlierKills: [] };
  expect(() => diagnose(asked)).not.toThrow();
});

it('never throws, whatever the samples are', () => {
  assert(
    property(
      array(integer({ min: 0, max: 4096 }), { minLength: 3, maxLength: 120 }),
      integer({ min: 0, max: 255 }),
      (samples, exitCode) => {
        const usage = series(samples.length / 12, (before) => samples[Math.round(before * 12)] ?? 0);
        const diagnosis = diagnose({
          kill: kill({ exitCode, startedAt: ago(HOUR) }),
          evidence: withUsage(usage),
          now: NOW,
          earlierKills: [],
        });
        expect(diagnosis.summary).not.toBe('');
      },
    ),
  );
});
