// The tricky cases of cause, by their row in the list of tricky cases: what each is, and what it must not be taken for.

import { describe, expect, it } from 'vitest';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import type { PodContainer, PodFacts } from '../../../../src/domain/base/pod.ts';
import { DAY, HOUR, MINUTE, SECOND, toMillis } from '../../../../src/domain/base/time.ts';
import { diagnose } from '../../../../src/domain/diagnosis/diagnose.ts';
import type { EventLine, Evidence } from '../../../../src/domain/evidence/evidence.ts';
import type { KernelKill } from '../../../../src/domain/kill/kernel-oom.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { ago, evidence, kill, mi, NOW, podContainer, podFacts, series, size, withUsage } from '../../../support/build.ts';

const KERNEL: KernelKill = {
  victim: { pid: 4711, command: 'app', resident: mi(200) },
  scope: 'container',
  limit: mi(256),
  usage: mi(256),
  line: '',
};

function explain(
  over: Partial<Kill>,
  given: Evidence = evidence(),
  earlierKills: Parameters<typeof diagnose>[0]['earlierKills'] = [],
) {
  return diagnose({ kill: kill(over), evidence: given, now: NOW, earlierKills });
}

function withPod(over: Partial<PodFacts>, given: Evidence = evidence()): Evidence {
  return { ...given, pod: known(podFacts(over), 'pod status', NOW) };
}

function withNode(events: readonly Partial<EventLine>[], given: Evidence = evidence(), memoryPressure = false): Evidence {
  const oomEvents = events.map((event) => ({
    type: 'Warning',
    reason: 'SystemOOM',
    message: 'System OOM encountered',
    count: 1,
    from: 'kubelet',
    lastSeen: ago(MINUTE),
    ...event,
  }));
  return { ...given, node: known({ name: 'node-1', memoryPressure, ready: true, oomEvents }, 'node status', NOW) };
}

const SIDECAR: PodContainer = podContainer({ name: 'proxy', role: 'sidecar', resources: { limit: size(64) } });
const DEBUGGER: PodContainer = podContainer({ name: 'debugger', role: 'ephemeral', resources: {} });
const LOW = withUsage(series(48, () => 60));

describe('a child process', () => {
  it('row 6: OOMKilled with exit code 0 in a pod that succeeded', () => {
    const found = explain({ exitCode: 0 }, withPod({ phase: 'Succeeded' }));
    expect(found.cause).toBe('child-process');
    expect(found.summary).toContain('incomplete');
  });

  it('row 7: a mark that surfaces at shutdown says nothing of when', () => {
    const found = explain({ exitCode: 143 }, withPod({ deletedAt: NOW }));
    expect(found).toMatchObject({ cause: 'child-process', confidence: 'medium' });
    expect(found.against.join(' ')).toContain('not known');
  });

  it('row 24: a mark in a pod with several containers may be another container’s', () => {
    const found = explain({ exitCode: 2 }, withPod({ containers: [podContainer(), SIDECAR] }));
    expect(found.against.join(' ')).toContain('another container');
  });

  it('is found in the kernel’s table though the parent was killed', () => {
    const tasks = [
      { pid: 4711, command: 'gunicorn', resident: mi(140) },
      { pid: 4720, command: 'gunicorn', resident: mi(110) },
    ];
    const found = explain({ kernel: { ...KERNEL, tasks } }, LOW);
    expect(found.cause).toBe('child-process');
    expect(found.facts.join(' ')).toContain('4720');
  });

  it('is the one that the kernel killed when it is not the oldest', () => {
    const tasks = [
      { pid: 4720, command: 'worker', resident: mi(200) },
      { pid: 4711, command: 'app', resident: mi(50) },
    ];
    expect(explain({ kernel: { ...KERNEL, victim: { ...KERNEL.victim, pid: 4720 }, tasks } }).confidence).toBe('high');
  });

  it.each([
    {
      name: 'a shell that started the program',
      tasks: [
        { pid: 4711, command: 'sh', resident: mi(1) },
        { pid: 4712, command: 'java', resident: mi(250) },
      ],
    },
    {
      name: 'a program with a small helper',
      tasks: [
        { pid: 4711, command: 'java', resident: mi(240) },
        { pid: 4712, command: 'sleep', resident: mi(1) },
      ],
    },
    {
      name: 'a program alone beside the sandbox',
      tasks: [
        { pid: 4711, command: 'java', resident: mi(250) },
        { pid: 4700, command: 'pause', resident: mi(0) },
      ],
    },
  ])('is not $name', ({ tasks }) => {
    expect(explain({ kernel: { ...KERNEL, tasks } }, withUsage(series(48, () => 225))).cause).toBe('limit-too-low');
  });

  it('is not read from a table that holds other containers’ processes', () => {
    const tasks = [
      { pid: 1, command: 'proxy', resident: mi(100) },
      { pid: 4711, command: 'app', resident: mi(230) },
    ];
    const given = withPod({ containers: [podContainer(), SIDECAR] }, withUsage(series(48, () => 225)));
    expect(
      explain({ kernel: { ...KERNEL, victim: { ...KERNEL.victim, resident: mi(230) }, scope: 'pod', tasks } }, given).cause,
    ).toBe('limit-too-low');
  });
});

describe('a start', () => {
  it('row 12: StartError says that the limit is too low for the runtime', () => {
    const found = explain({
      how: 'start-oom',
      exitCode: 128,
      startedAt: undefined,
      message: 'container init was OOM-killed (memory limit too low?)',
    });
    expect(found).toMatchObject({ cause: 'startup', confidence: 'high' });
  });

  it('row 27: the kernel killed runc:[2:INIT]', () => {
    const victim = { ...KERNEL.victim, command: 'runc:[2:INIT]' };
    expect(explain({ kernel: { ...KERNEL, victim } }).summary).toContain('before its program even ran');
  });

  it('never became ready, for an hour', () => {
    const given = withPod({ readyChanged: { to: false, at: ago(3 * HOUR) } }, withUsage(series(1, () => 200)));
    expect(explain({ startedAt: ago(HOUR) }, given)).toMatchObject({ cause: 'startup', confidence: 'high' });
  });

  it('is not blamed when it had been ready, or when a neighbour is not', () => {
    const usage = withUsage(series(48, () => 225));
    const ready = withPod({ readyChanged: { to: false, at: ago(MINUTE) } }, usage);
    const neighbour = withPod(
      { readyChanged: { to: false, at: ago(3 * HOUR) }, containers: [podContainer(), { ...SIDECAR, ready: false }] },
      usage,
    );
    expect(explain({ startedAt: ago(HOUR) }, ready).cause).toBe('limit-too-low');
    expect(explain({ startedAt: ago(HOUR) }, neighbour).cause).toBe('limit-too-low');
  });

  it('is not blamed for quick kills under load after days near the limit, unless it never became ready', () => {
    const given = withUsage(series(48, () => 225));
    const short = { startedAt: ago(90 * SECOND) };
    const earlier = [ago(20 * MINUTE), ago(10 * MINUTE)];
    expect(explain(short, given, earlier).cause).toBe('limit-too-low');
    expect(explain(short, withPod({ readyChanged: { to: false, at: ago(HOUR) } }, given), earlier).cause).toBe('startup');
  });
});

describe('files in memory', () => {
  it('row 23: a volume that earlier runs filled', () => {
    const given = withPod({ memoryVolumes: [{ name: 'scratch', mountedBy: ['app'] }] });
    expect(explain({ how: 'start-oom', exitCode: 128 }, given)).toMatchObject({ cause: 'memory-volume', confidence: 'high' });
  });

  it('are counted by the kernel, mounted volume or not', () => {
    expect(explain({ kernel: { ...KERNEL, shmem: mi(160) } })).toMatchObject({ cause: 'memory-volume', confidence: 'high' });
  });

  it('are not blamed when the kernel counted next to none', () => {
    const given = withPod({ memoryVolumes: [{ name: 'scratch', mountedBy: ['app'] }] }, withUsage(series(48, () => 225)));
    expect(explain({ kernel: { ...KERNEL, shmem: mi(2) } }, given).cause).toBe('limit-too-low');
  });
});

describe('the limit of the whole pod', () => {
  it('row 16: a debug container shares what the pod may use', () => {
    const given = withPod({ containers: [podContainer(), DEBUGGER] });
    expect(explain({ ref: { ...kill().ref, container: 'debugger', role: 'ephemeral' }, limit: undefined }, given).cause).toBe(
      'pod-limit',
    );
  });

  it('row 17: a debug container ran while its peak was below the limit', () => {
    const found = explain({}, withPod({ containers: [podContainer(), DEBUGGER] }, LOW));
    expect(found.cause).toBe('pod-limit');
    expect(found.summary).toContain('debugger');
  });

  it('row 22: limits on the pod only', () => {
    const container = podContainer({ resources: {} });
    const given = withPod({ podResources: { limit: size(256) }, containers: [container, { ...SIDECAR, resources: {} }] });
    expect(explain({}, given).cause).toBe('pod-limit');
  });

  it('is named by the kernel, and the largest neighbour by its samples', () => {
    const usage = { ...series(48, () => 60), neighbours: [{ container: 'proxy', peak: { at: ago(MINUTE), bytes: mi(180) } }] };
    const given = withPod({ containers: [podContainer(), SIDECAR] }, withUsage(usage));
    const found = explain({ kernel: { ...KERNEL, scope: 'pod', victim: { ...KERNEL.victim, resident: mi(60) } } }, given);
    expect(found).toMatchObject({ cause: 'pod-limit', confidence: 'high' });
    expect(found.facts.join(' ')).toContain('proxy used up to 180 MiB');
  });

  it('row 25: of a pod with one container is the container’s own', () => {
    expect(explain({ kernel: { ...KERNEL, scope: 'pod' } }, withUsage(series(48, () => 225))).cause).toBe('limit-too-low');
  });
});

describe('the node', () => {
  it('row 18: no limit anywhere', () => {
    expect(explain({ limit: undefined }, withPod({ containers: [podContainer({ resources: {} })] })).cause).toBe('no-limit');
  });

  it('row 18: no limit, and the node says that it ran out', () => {
    const given = withNode([{}], withPod({ containers: [podContainer({ resources: {} })] }));
    expect(explain({ limit: undefined }, given)).toMatchObject({ cause: 'node-pressure', confidence: 'medium' });
  });

  it('row 19: a SystemOOM within seconds while its peak was far below the limit', () => {
    expect(explain({}, withNode([{}], LOW))).toMatchObject({ cause: 'node-pressure', confidence: 'high' });
  });

  it('row 19: is not blamed for an old event, nor when memory was at the limit, nor when the kernel named the container’s limit', () => {
    expect(explain({}, withNode([{ lastSeen: ago(DAY) }], LOW)).cause).toBe('spike');
    expect(explain({}, withNode([{ lastSeen: ago(2 * MINUTE) }], LOW)).cause).toBe('spike');
    expect(explain({}, withNode([{}], withUsage(series(48, () => 240)))).cause).toBe('limit-too-low');
    expect(explain({ kernel: KERNEL }, withNode([{}], LOW)).cause).toBe('spike');
  });

  it('row 19: is not blamed for what one early sample shows, and named as a doubt', () => {
    const long = series(48, () => 2);
    const given = withNode([{}], withUsage({ ...long, points: long.points.slice(-1) }));
    const found = explain({}, given);
    expect(found.cause).not.toBe('node-pressure');
    expect(found.against[0]).toContain('too few samples');
    expect(explain({ kernel: KERNEL }, given).against.join(' ')).not.toContain('Its node said');
  });

  it('row 19: says nothing of too few samples where there are enough, and an earlier run reached the limit', () => {
    const long = series(48, () => 60);
    const given = withNode([{}], withUsage({ ...long, peak: { ...long.peak, bytes: mi(250) } }));
    const found = explain({}, given);
    expect(found.cause).not.toBe('node-pressure');
    expect(found.against.join(' ')).not.toContain('too few samples');
  });

  it('row 28: the kernel says that the whole machine ran out', () => {
    expect(explain({ kernel: { ...KERNEL, scope: 'node', limit: undefined } }).cause).toBe('node-pressure');
  });

  it('under pressure makes a spike doubtful', () => {
    expect(explain({}, withNode([], LOW, true))).toMatchObject({ cause: 'spike', confidence: 'low' });
  });
});

describe('an eviction', () => {
  it('row 20: explains a SIGKILL without the mark', () => {
    const given = withPod({ reason: 'Evicted', message: 'The node was low on resource: memory.' });
    expect(explain({ how: 'suspected', reason: 'Error' }, given).cause).toBe('node-pressure');
  });

  it('row 21: after a kernel kill is told beside it', () => {
    const found = explain({}, withPod({ reason: 'Evicted' }, withUsage(series(48, () => 225))));
    expect(found.cause).toBe('limit-too-low');
    expect(found.facts.join(' ')).toContain('evicted');
  });
});

it('row 13: a sandbox that was gone before it could start is told as probable, unless the kernel has its word', () => {
  const gone = {
    how: 'suspected',
    shownIn: 'event',
    reason: 'FailedCreatePodSandBox',
    exitCode: undefined,
    limit: mi(3),
  } as const;
  const found = explain(gone, evidence());
  expect(found).toMatchObject({ cause: 'startup', confidence: 'low' });
  expect(found.summary).toContain('sandbox');
  expect(found.against[0]).toContain('The runtime only says that the process had ended');
  const sure = explain(
    { ...gone, kernel: { ...KERNEL, scope: 'pod', victim: { ...KERNEL.victim, command: 'runc:[2:INIT]' } } },
    evidence(),
  );
  expect(sure).toMatchObject({ cause: 'startup', confidence: 'high', against: [] });
});

it('row 9: a suspected kill is never told with more than low confidence', () => {
  expect(explain({ how: 'suspected', reason: 'Error' }, withUsage(series(48, () => 250)))).toMatchObject({
    cause: 'limit-too-low',
    confidence: 'low',
  });
});

it('row 33: the limit in force is the one that was hit', () => {
  const container = podContainer({ resources: { limit: size(512) }, inForce: { limit: size(256) } });
  const found = explain({ limit: mi(256) }, withPod({ containers: [container] }, withUsage(series(48, () => 225))));
  expect(found.facts.join(' ')).toContain('256 MiB');
});

it('row 34: the kernel enforces less than the pod shows, because a resize never reached it', () => {
  const found = explain({ limit: mi(512), kernel: { ...KERNEL, limit: mi(256) } });
  expect(found.facts.join(' ')).toContain('Only a new pod');
});

it('a node whose clock is behind is said to be, since its times do not fit the samples', () => {
  const found = explain({ clockBehind: toMillis(3 * HOUR) }, LOW);
  expect(found.facts[0]).toContain('The clock of node-1 is 3 hours behind');
});

it('row 39: one low value after the restart is no peak', () => {
  const given = evidence({ usage: known({ kind: 'instant', now: { at: NOW, bytes: mi(3) } }, 'metrics.k8s.io', NOW) });
  expect(explain({}, given).cause).toBe('unclear');
});

it('row 39: no samples at all is said', () => {
  const found = explain({}, evidence({ usage: unavailable('metrics.k8s.io has no value for this pod yet') }));
  expect(found.facts.join(' ')).toContain('no samples');
});

it('row 40: the program’s own error about its heap is told beside the kill', () => {
  const log = known(
    { lines: ['java.lang.OutOfMemoryError: Java heap space'], cutMidLine: false, instance: 'killed' as const },
    'pod log',
    NOW,
  );
  expect(explain({}, { ...withUsage(series(48, () => 225)), log }).facts.join(' ')).toContain('OutOfMemoryError');
});

describe('growth', () => {
  const climb = (hours: number, growth: number) => withUsage(series(hours, (before) => 250 - (growth * before) / hours));

  it('under a day of history cannot be told from a warm-up yet', () => {
    expect(explain({ startedAt: ago(20 * HOUR) }, climb(20, 150))).toMatchObject({ cause: 'unclear', confidence: 'low' });
  });

  it('over days is a leak, with the hours to the next kill at this limit and at twice', () => {
    const found = explain({ startedAt: ago(73 * HOUR) }, climb(72, 150));
    expect(found).toMatchObject({ cause: 'leak', confidence: 'high' });
    expect(found.facts.join(' ')).toMatch(/fills the limit of 256 MiB in .* twice the limit in/);
  });

  it('that levels off is a warm-up, not a leak', () => {
    const plateau = withUsage(series(96, (before) => Math.min(230, 100 + (96 - before) * 6)));
    expect(explain({ startedAt: ago(97 * HOUR) }, plateau).cause).toBe('limit-too-low');
  });

  it('that ends in a jump is a spike', () => {
    const given = withUsage(series(96, (before) => (before < 0.01 ? 250 : 150 - (54 * before) / 96)));
    expect(explain({ startedAt: ago(97 * HOUR) }, given).cause).toBe('spike');
  });
});
