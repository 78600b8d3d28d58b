// What the kernel says of an OOM kill, in the shapes of different kernels, cgroup drivers and runtimes.

import { describe, expect, it } from 'vitest';
import type { KernelKill } from '../../../../src/domain/kill/kernel-oom.ts';
import { createKernelReader, placeOf } from '../../../../src/domain/kill/kernel-oom.ts';

const UID = '4f2c1a7e-9f0b-4d3a-8f57-0d6c2f3b9a11';
const ID = '0123456789abcdef'.repeat(4);
const POD = `/kubepods/burstable/pod${UID}`;

function readAll(lines: readonly string[]): readonly KernelKill[] {
  const reader = createKernelReader();
  return lines.map((line) => reader.read(line)).filter((kill) => kill !== undefined);
}

type Report = { readonly oom?: string; readonly task?: string; readonly command?: string; readonly pid?: number };

/** As Linux 6 writes it, cgroup v2. */
function report({ oom = `${POD}/${ID}`, task = `${POD}/${ID}`, command = 'tail', pid = 4711 }: Report = {}): readonly string[] {
  return [
    `${command} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=984`,
    'CPU: 1 UID: 0 PID: 4711 Comm: tail Not tainted 6.18.0 #1 PREEMPT(lazy)',
    'memory: usage 32768kB, limit 32768kB, failcnt 27',
    'swap: usage 0kB, limit 0kB, failcnt 0',
    `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=${ID},mems_allowed=0,oom_memcg=${oom},task_memcg=${task},task=${command},pid=${pid},uid=0`,
    killed(command, pid),
  ];
}

function killed(command = 'tail', pid = 4711, words = 'Memory cgroup out of memory: '): string {
  return `${words}Killed process ${pid} (${command}) total-vm:36156kB, anon-rss:31012kB, file-rss:64kB, shmem-rss:4kB, UID:0 pgtables:104kB oom_score_adj:984`;
}

describe('the kernel’s report', () => {
  it('names the victim, its size, whose limit it was, and where', () => {
    expect(readAll(report())).toEqual([
      {
        victim: { pid: 4711, command: 'tail', resident: (31_012 + 64 + 4) * 1024, oomScoreAdj: 984 },
        scope: 'container',
        place: { podUid: UID, containerId: ID },
        usage: 32 * 1024 * 1024,
        limit: 32 * 1024 * 1024,
        line: killed(),
      },
    ]);
  });

  it.each([
    { name: 'the pod’s limit (row 25)', oom: POD, scope: 'pod' },
    { name: 'a limit above all pods', oom: '/kubepods', scope: 'ancestor' },
    { name: 'the container’s own', oom: `${POD}/${ID}`, scope: 'container' },
  ])('$name', ({ oom, scope }) => {
    expect(readAll(report({ oom }))[0]?.scope).toBe(scope);
  });

  it('of a whole node names the victim’s container (row 28)', () => {
    const [kill] = readAll([
      'java invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0',
      `oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=${POD}/${ID},task=java,pid=9,uid=1000`,
      killed('java', 9, 'Out of memory: '),
    ]);
    expect(kill).toMatchObject({ scope: 'node', place: { podUid: UID, containerId: ID } });
    expect(kill?.limit).toBeUndefined();
  });

  it('of a group kill is one kill, whatever number of processes it takes (row 26)', () => {
    const kills = readAll([
      ...report(),
      `Tasks in ${POD}/${ID} are going to be killed due to memory.oom.group set`,
      killed('tail', 4711),
      killed('sh', 4700),
      ...report({ pid: 5000 }),
    ]);
    expect(kills.map(({ victim }) => victim.pid)).toEqual([4711, 5000]);
  });

  it('of a container’s start has brackets and colons in the command (row 27)', () => {
    expect(readAll(report({ command: 'runc:[2:INIT]' }))[0]?.victim.command).toBe('runc:[2:INIT]');
  });

  it.each(['a,task_memcg=/x,task=y,pid=1,uid=0', 'weird (name', ') total-vm:1', 'Killed process 7 (x)'])(
    'is not led astray by a process that calls itself %s',
    (command) => {
      const [kill] = readAll(report({ command }));
      expect(kill?.victim.command).toBe(command);
      expect(kill?.place).toEqual({ podUid: UID, containerId: ID });
    },
  );

  it('of Linux before 5.0 has its own lines', () => {
    const [kill] = readAll([
      'java invoked oom-killer: gfp_mask=0x14000c0(GFP_KERNEL), nodemask=(null),  order=0, oom_score_adj=994',
      `Task in ${POD}/${ID} killed as a result of limit of ${POD}`,
      'memory: usage 51200kB, limit 51200kB, failcnt 88',
      'Memory cgroup out of memory: Kill process 31 (java) score 1985 or sacrifice child',
      'Killed process 31 (java) total-vm:2004kB, anon-rss:40000kB, file-rss:8kB, shmem-rss:0kB',
    ]);
    expect(kill).toMatchObject({ scope: 'pod', victim: { pid: 31, command: 'java' }, place: { podUid: UID, containerId: ID } });
    expect(kill?.victim.oomScoreAdj).toBeUndefined();
  });

  it('of two kills in a row are two', () => {
    expect(readAll([...report({ pid: 1 }), ...report({ pid: 2 })]).map(({ victim }) => victim.pid)).toEqual([1, 2]);
  });

  it('without the lines the kernel left out in a storm is still a kill, of nobody known', () => {
    expect(readAll([killed('a', 1), killed('b', 2)])).toEqual([
      expect.objectContaining({ scope: 'unknown', place: undefined }),
      expect.objectContaining({ scope: 'unknown', place: undefined }),
    ]);
  });

  it('in a storm is lost to none before it whose lines the kernel did write', () => {
    const kills = readAll([...report({ pid: 1 }), killed('b', 2), killed('c', 3), ...report({ pid: 4 })]);
    expect(kills.map(({ victim, scope }) => [victim.pid, scope])).toEqual([
      [1, 'container'],
      [2, 'unknown'],
      [3, 'unknown'],
      [4, 'container'],
    ]);
  });

  it('of a group says in a storm where it was, by the group’s own line', () => {
    const other = `/kubepods/pod${UID}/${'e'.repeat(64)}`;
    const kills = readAll([
      ...report(),
      `Tasks in ${POD} are going to be killed due to memory.oom.group set`,
      killed('sh', 4700),
      killed('b', 5000),
      `Tasks in ${other} are going to be killed due to memory.oom.group set`,
      killed('b', 5000),
      killed('sh', 5001),
    ]);
    expect(kills.map(({ victim, place }) => [victim.pid, place?.containerId])).toEqual([
      [4711, ID],
      [5000, 'e'.repeat(64)],
    ]);
  });

  it.each(['two\nlines', 'a\u2028b', '\r'])('is not hidden by a process that calls itself %j', (command) => {
    const [kill] = readAll(report({ command }));
    expect(kill).toMatchObject({ victim: { command }, place: { podUid: UID, containerId: ID } });
  });

  it('is nowhere in other lines', () => {
    expect(readAll(['', 'eth0: link up', 'oom_reaper: reaped process 4711 (tail), now anon-rss:0kB'])).toEqual([]);
  });
});

describe('a cgroup’s path', () => {
  const systemd = UID.replaceAll('-', '_');
  it.each([
    { path: `${POD}/${ID}`, containerId: ID },
    { path: `/kubepods/pod${UID}/${ID}`, containerId: ID },
    {
      path: `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${systemd}.slice/cri-containerd-${ID}.scope`,
      containerId: ID,
    },
    { path: `/kubepods.slice/kubepods-pod${systemd}.slice/crio-${ID}.scope`, containerId: ID },
    {
      path: `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${systemd}.slice/docker-${ID}.scope`,
      containerId: ID,
    },
    { path: `/docker/${'f'.repeat(64)}/kubelet/kubepods/burstable/pod${UID}/${ID}`, containerId: ID },
    { path: `${POD}/${ID}/nested`, containerId: ID },
    { path: POD, containerId: undefined },
  ])('$path', ({ path, containerId }) => {
    expect(placeOf(path)).toEqual({ podUid: UID, containerId });
  });

  it.each(['/', '/system.slice/sshd.service', `/docker/${ID}`, '/kubepods/burstable'])('%s is in no pod', (path) => {
    expect(placeOf(path)).toBeUndefined();
  });
});

describe('the kernel’s table of processes', () => {
  const HEADER = '[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name';
  const table = (rows: readonly string[], header = HEADER) => {
    const [invoked = '', ...rest] = report({ pid: 30_635, command: 'python3' });
    return readAll([invoked, 'Tasks state (memory values in pages):', header, ...rows, ...rest])[0]?.tasks;
  };

  it('gives what each holds of its own, largest first', () => {
    const tasks = table([
      '[  30586]     0 30586     6190     5401     3744     1657         0    90112        0             0 python3',
      '[  30635]     0 30635    12335     7770     5877      782         0   110592        0             0 my worker',
    ]);
    expect(tasks).toEqual([
      { pid: 30_635, command: 'my worker', resident: 5877 * 4096 },
      { pid: 30_586, command: 'python3', resident: 3744 * 4096 },
    ]);
  });

  it('of older kernels has fewer columns', () => {
    const old = '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name';
    expect(table(['[  30635]     0 30635    12335     7770   110592        0             0 python3'], old)).toEqual([
      { pid: 30_635, command: 'python3', resident: 7770 * 4096 },
    ]);
  });

  it('of a machine with larger pages is measured by the victim’s own line', () => {
    // 31,080 kB in 486 pages: 64 KiB each.
    expect(
      table(['[  30635]     0 30635      900      486      480        6         0   110592        0             0 python3']),
    ).toEqual([{ pid: 30_635, command: 'python3', resident: 480 * 65_536 }]);
  });

  it('keeps twenty, and always the oldest', () => {
    const rows = Array.from(
      { length: 30 },
      (_, index) =>
        `[  ${30_635 + index}]     0 30635    12335     ${100 + index}     ${100 + index}      0         0   1        0             0 w${index}`,
    );
    const tasks = table(rows) ?? [];
    expect(tasks).toHaveLength(20);
    expect(tasks.some(({ pid }) => pid === 30_635)).toBe(true);
  });

  it.each(['[ broken', '[  12] 1 2 3', '[  12]     0 x y z 1 2 3 4 5 6 name'])('ignores the line %s', (line) => {
    expect(table([line])).toBeUndefined();
  });

  it('belongs to its own report', () => {
    const row = '[  30635]     0 30635    12335     7770     5877      782         0   110592        0             0 python3';
    const kills = readAll([...report().slice(0, 1), HEADER, row, ...report({ pid: 30_635 }).slice(1), ...report({ pid: 5 })]);
    expect(kills.map(({ tasks }) => tasks?.length)).toEqual([1, undefined]);
  });
});

it.each([
  { name: 'cgroup v2', lines: ['anon 33247232', 'shmem 1048576'], shmem: 1_048_576 },
  { name: 'cgroup v1, whose sum counts', lines: ['shmem 0', 'total_shmem 2097152'], shmem: 2_097_152 },
])('memory-backed files are read from the statistics of $name', ({ lines, shmem }) => {
  const [invoked = '', ...rest] = report();
  expect(readAll([invoked, ...lines, ...rest])[0]?.shmem).toBe(shmem);
});
