// The smaller turns of the cause rules: what is said when a piece is missing, and the other side of each distinction.

import { describe, expect, it } from 'vitest';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import type { HeapSetting, PodContainer, PodFacts, TerminatedState } from '../../../../src/domain/base/pod.ts';
import { DAY, HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import { diagnose } from '../../../../src/domain/diagnosis/diagnose.ts';
import type { Evidence } from '../../../../src/domain/evidence/evidence.ts';
import type { KernelKill } from '../../../../src/domain/kill/kernel-oom.ts';
import { withEarlier } from '../../../../src/domain/kill/kernel-oom.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { ago, evidence, kill, mi, NOW, podContainer, podFacts, series, size, withUsage } from '../../../support/build.ts';

const KERNEL: KernelKill = {
  victim: { pid: 4711, command: 'app', resident: mi(200), oomScoreAdj: 969 },
  scope: 'container',
  limit: mi(256),
  usage: mi(256),
  line: 'Killed process 4711',
};

function explain(
  over: Partial<Kill>,
  given: Evidence = evidence(),
  earlierKills: Parameters<typeof diagnose>[0]['earlierKills'] = [],
) {
  return diagnose({ kill: kill(over), evidence: given, now: NOW, earlierKills });
}

const withPod = (over: Partial<PodFacts>, given: Evidence = evidence()): Evidence => ({
  ...given,
  pod: known(podFacts(over), 'pod status', NOW),
});
const withContainer = (over: Partial<PodContainer>, given: Evidence = evidence()) =>
  withPod({ containers: [podContainer(over)] }, given);
const said = ({ facts, against, summary }: ReturnType<typeof diagnose>): string => [summary, ...facts, ...against].join(' ');

describe('a child', () => {
  it('killed in silence, by the counter or by the node’s log', () => {
    const silent = { how: 'silent' as const, exitCode: undefined };
    expect(said(explain({ ...silent, shownIn: 'metric' }))).toContain('container_oom_events_total');
    expect(
      said(
        explain(
          { ...silent, shownIn: 'kernel', limit: undefined, kernel: KERNEL },
          withPod({ containers: [podContainer({ resources: {} })] }),
        ),
      ),
    ).toContain('kernel log');
  });

  it('killed before the main process', () => {
    expect(explain({ kernel: withEarlier(KERNEL, 1) })).toMatchObject({ cause: 'child-process', confidence: 'medium' });
    expect(said(explain({ kernel: withEarlier(KERNEL, 2) }))).toContain('2 other processes');
    expect(withEarlier(KERNEL, 0)).toBe(KERNEL);
  });

  it('among several others is told with their sum, and the largest by name', () => {
    const tasks = [
      { pid: 3, command: 'w1', resident: mi(120) },
      { pid: 4, command: 'w2', resident: mi(60) },
      { pid: 4711, command: 'app', resident: mi(70) },
    ].map((task) => ({ ...task, pid: task.pid === 4711 ? 2 : task.pid }));
    expect(said(explain({ kernel: { ...KERNEL, victim: { ...KERNEL.victim, pid: 2 }, tasks } }))).toContain(
      '2 others held 180 MiB together',
    );
  });

  it('is not read from a report of the whole node', () => {
    const tasks = [
      { pid: 1, command: 'a', resident: mi(100) },
      { pid: 2, command: 'b', resident: mi(100) },
    ];
    expect(explain({ kernel: { ...KERNEL, scope: 'ancestor', tasks } }, withUsage(series(48, () => 225))).cause).toBe(
      'limit-too-low',
    );
  });
});

describe('a heap', () => {
  const heap = (over: Partial<HeapSetting>) =>
    withContainer(
      { heapSettings: [{ runtime: 'jvm', setting: '-Xmx', bytes: mi(220), ...over }] },
      withUsage(series(48, () => 225)),
    );

  it.each([
    { name: 'near the limit', over: {}, cause: 'heap-setting', confidence: 'medium' },
    { name: 'as large as the limit', over: { bytes: mi(256) }, cause: 'heap-setting', confidence: 'high' },
    { name: 'with room beside it', over: { bytes: mi(190) }, cause: 'limit-too-low', confidence: 'high' },
    { name: 'of Node.js', over: { runtime: 'node' as const }, cause: 'heap-setting', confidence: 'medium' },
    {
      name: 'of Go at 0.9, which is as it should be',
      over: { runtime: 'go' as const, bytes: mi(230) },
      cause: 'limit-too-low',
      confidence: 'high',
    },
    { name: 'of Go at the limit', over: { runtime: 'go' as const, bytes: mi(250) }, cause: 'heap-setting', confidence: 'medium' },
  ])('$name', ({ over, cause, confidence }) => {
    expect(explain({}, heap(over))).toMatchObject({ cause, confidence });
  });
});

describe('a limit that is too low', () => {
  const level = (usual: number, peak = usual) => series(48, (index) => (index === 20 ? peak : usual));
  it.each([
    { name: 'is sure where the usual load has no room', given: level(225), confidence: 'high', against: 0, toSettle: false },
    {
      name: 'is not sure of a flat line that never comes near it',
      given: level(203),
      confidence: 'medium',
      against: 1,
      toSettle: true,
    },
    {
      name: 'is not sure of a line with one sample at it',
      given: level(203, 250),
      confidence: 'medium',
      against: 0,
      toSettle: true,
    },
  ])('$name', ({ given, confidence, against, toSettle }) => {
    const found = explain({}, withUsage(given));
    expect(found).toMatchObject({ cause: 'limit-too-low', confidence });
    expect([found.against.length, found.toSettle !== undefined]).toEqual([against, toSettle]);
    expect(found.summary.includes('normal load needs about as much')).toBe(confidence === 'high');
  });
});

describe('a start', () => {
  it.each([
    { name: 'of a sandbox', over: { how: 'sandbox' as const, exitCode: undefined, message: undefined }, words: 'sandbox' },
    {
      name: 'without a message',
      over: { how: 'start-oom' as const, exitCode: 128, message: undefined, limit: mi(4) },
      words: 'OOM-killed while starting',
    },
  ])('$name', ({ over, words }) => {
    expect(said(explain(over))).toContain(words);
  });

  it('of a container that was ready before is doubted, and repeats are counted', () => {
    const given = withPod({ readyChanged: { to: false, at: ago(MINUTE) } });
    const short = { startedAt: ago(3 * MINUTE) };
    expect(said(explain(short, given))).toContain('was ready');
    expect(said(explain(short, given, [ago(20 * MINUTE)]))).toContain('1 more time ');
    expect(said(explain(short, given, [ago(20 * MINUTE), ago(30 * MINUTE)]))).toContain('2 more times');
  });

  it('cannot be told from a Ready condition that is True again, or of a sidecar', () => {
    const low = withUsage(series(48, () => 225));
    expect(explain({ startedAt: ago(HOUR) }, withPod({ readyChanged: { to: true, at: NOW } }, low)).cause).toBe('limit-too-low');
    const sidecar = withPod({ readyChanged: { to: false, at: ago(DAY) }, containers: [podContainer({ role: 'sidecar' })] }, low);
    expect(explain({ startedAt: ago(HOUR) }, sidecar).cause).toBe('limit-too-low');
  });
});

describe('files in memory', () => {
  const volume = { name: 'scratch', mountedBy: ['app'] };

  it('that fill half of what was added over the run, by the kernel’s count', () => {
    const grown = withPod({ memoryVolumes: [volume] }, withUsage(series(2, (before) => 250 - 70 * before)));
    const found = explain({ startedAt: ago(2 * HOUR), kernel: { ...KERNEL, shmem: mi(100) } }, grown);
    expect(found.cause).toBe('memory-volume');
    expect(said(found)).toContain('scratch');
  });

  it('that are a small part of a large growth are not blamed', () => {
    const grown = withUsage(series(48, (before) => 250 - 4.5 * before));
    expect(explain({ startedAt: ago(49 * HOUR), kernel: { ...KERNEL, shmem: mi(30) } }, grown).cause).toBe('leak');
  });

  it.each([
    { name: 'with a size limit that leaves room', sizeLimit: mi(32), over: {}, cause: 'limit-too-low' },
    { name: 'with one that does not', sizeLimit: mi(128), over: {}, cause: 'memory-volume' },
    { name: 'of another container', sizeLimit: undefined, over: { mountedBy: ['other'] }, cause: 'limit-too-low' },
  ])('in a volume $name: $cause', ({ sizeLimit, over, cause }) => {
    const given = withPod({ memoryVolumes: [{ ...volume, sizeLimit, ...over }] }, withUsage(series(48, () => 225)));
    expect(explain({}, given).cause).toBe(cause);
  });

  it('left by earlier runs are told at a start that fails', () => {
    expect(said(explain({ how: 'start-oom', exitCode: 128, kernel: { ...KERNEL, shmem: mi(250) } }))).toContain('while starting');
  });
});

describe('the pod’s limit', () => {
  const two = (over: Partial<PodContainer> = {}) => [
    podContainer(),
    podContainer({ name: 'proxy', role: 'sidecar', resources: { limit: size(64) }, ...over }),
  ];

  it('is shared with several neighbours', () => {
    const containers = [...two(), podContainer({ name: 'third' })];
    const kernel = { ...KERNEL, scope: 'pod' as const, victim: { ...KERNEL.victim, resident: mi(20) } };
    expect(said(explain({ kernel }, withPod({ containers })))).toContain('its neighbours');
  });

  it('is not blamed for an init container that is over, or when the container itself was full', () => {
    const low = withUsage(series(48, () => 225));
    const kernel = { ...KERNEL, scope: 'pod' as const, victim: { ...KERNEL.victim, resident: mi(20) } };
    expect(explain({ kernel }, withPod({ containers: two({ role: 'init' }) }, low)).cause).toBe('limit-too-low');
    expect(
      explain({ kernel: { ...kernel, victim: { ...kernel.victim, resident: mi(250) } } }, withPod({ containers: two() }, low))
        .cause,
    ).toBe('limit-too-low');
  });
});

describe('what stands beside the cause', () => {
  it('is at most four facts, the kernel’s first', () => {
    const found = explain({ kernel: KERNEL }, withUsage(series(48, () => 225)), [ago(DAY)]);
    expect(found.facts).toHaveLength(4);
    expect(found.facts[0]).toContain('oom_score_adj 969');
    expect(
      explain({ kernel: { ...KERNEL, victim: { ...KERNEL.victim, oomScoreAdj: undefined }, usage: undefined } }).facts[0],
    ).not.toContain('oom_score');
  });

  it('is no stale limit when the whole node ran out', () => {
    expect(said(explain({ limit: mi(512), kernel: { ...KERNEL, scope: 'node' } }))).not.toContain('Only a new pod');
  });

  it('is how little is known', () => {
    const gone = { ...evidence(), pod: unavailable('the pod is gone') };
    expect(said(explain({ startedAt: undefined, limit: undefined }, gone))).toContain('no memory limit');
    expect(
      said(
        explain(
          { startedAt: ago(2 * HOUR) },
          { ...withUsage({ ...series(1, () => 100), points: series(1, () => 100).points.slice(0, 2) }) },
        ),
      ),
    ).toContain('only 2 samples');
  });

  it('of a node is what the node says', () => {
    expect(said(explain({ how: 'node', message: 'System OOM encountered' }))).toContain('System OOM');
    expect(explain({ how: 'node', message: undefined, limit: undefined }).facts).toEqual([]);
  });
});

describe('a leak', () => {
  const climb = (hours: number) => withUsage(series(hours, (before) => 250 - (150 * before) / hours));

  it('seen again, or over days, is sure; within two days a cache is still thinkable', () => {
    expect(said(explain({ startedAt: ago(31 * HOUR) }, climb(30)))).toContain('cache');
    expect(explain({ startedAt: ago(31 * HOUR) }, climb(30), [ago(3 * DAY), ago(2 * DAY)])).toMatchObject({
      cause: 'leak',
      confidence: 'high',
    });
    expect(said(explain({ startedAt: ago(31 * HOUR) }, climb(30), [ago(3 * DAY)]))).toContain('Killed 2 times');
  });
});

describe('no memory kill', () => {
  const ended = (over: Partial<TerminatedState>, more: Partial<Evidence> = {}) =>
    diagnose({
      kill: undefined,
      evidence: { ...withContainer({ state: { kind: 'terminated', exitCode: 1, reason: 'Error', ...over } }), ...more },
      now: NOW,
      earlierKills: [],
    });

  it.each([
    { name: 'exit code 0', over: { exitCode: 0, reason: 'Completed' }, words: 'without an error' },
    { name: 'exit code 2', over: { exitCode: 2, reason: undefined }, words: 'exit code 2' },
    { name: 'SIGKILL without any sign', over: { exitCode: 137, reason: undefined }, words: 'nothing points to memory' },
  ])('$name', ({ over, words }) => {
    expect(said(ended(over))).toContain(words);
  });

  it('137 far below the limit, or of a pod that was deleted, is none', () => {
    const low = withUsage(series(48, () => 60)).usage;
    expect(said(ended({ exitCode: 137 }, { usage: low }))).toContain('60 MiB of a limit of 256 MiB');
    const gone = withPod(
      { deletedAt: NOW, containers: [podContainer({ state: { kind: 'terminated', exitCode: 137 } })] },
      withUsage(series(48, () => 254)),
    );
    expect(diagnose({ kill: undefined, evidence: gone, now: NOW, earlierKills: [] }).cause).toBe('not-an-oom');
  });

  it.each([
    {
      name: 'running, with an instant',
      container: {},
      usage: known({ kind: 'instant' as const, now: { at: ago(20_000), bytes: mi(9) } }, 'metrics.k8s.io', NOW),
      words: 'metrics.k8s.io last showed it at 9 MiB of its limit of 256 MiB, 20 seconds before this was asked.',
    },
    {
      name: 'running without a limit',
      container: { resources: {} },
      usage: withUsage(series(2, () => 50)).usage,
      words: 'no memory limit',
    },
    { name: 'waiting', container: { state: { kind: 'waiting' as const } }, usage: unavailable('none'), words: 'no reason given' },
  ])('$name', ({ container, usage, words }) => {
    const given = { ...withContainer(container), usage };
    expect(said(diagnose({ kill: undefined, evidence: given, now: NOW, earlierKills: [] }))).toContain(words);
  });

  it('of a pod that is not there is still an answer', () => {
    expect(
      diagnose({ kill: undefined, evidence: { ...evidence(), pod: unavailable('gone') }, now: NOW, earlierKills: [] }).cause,
    ).toBe('not-an-oom');
  });
});
