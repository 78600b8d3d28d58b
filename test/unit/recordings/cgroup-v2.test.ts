// What a kernel with cgroup v2 writes and what its kubelet shows: records of /dev/kmsg and pods from Linux 6.1 (Debian 12), without the stack traces.
// cgroupfs.kmsg and pods.jsonl: a kubelet 1.36.3 with containerd 2.2.1 and the cgroupfs driver; the pods are those of record.ts. systemd.kmsg and storm.kmsg:
// scopes and slices made by systemd 252, named as kubelet and containerd name them (systemd-run --scope --slice=… --unit=… -p MemoryMax=… -p MemorySwapMax=0),
// with memory.oom.group written as runc writes it.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/adapters/kernel/kmsg.ts';
import { MIB } from '../../../src/domain/base/memory.ts';
import type { KernelKill } from '../../../src/domain/kill/kernel-oom.ts';
import { createKernelReader } from '../../../src/domain/kill/kernel-oom.ts';
import { containerIdOf } from '../../../src/domain/kill/oom-kill.ts';
import { killsIn } from './recordings.ts';

const FOLDER = new URL('../../recordings/cgroup-v2/', import.meta.url);

function lines(name: string): readonly string[] {
  return readFileSync(new URL(name, FOLDER), 'utf8').trim().split('\n');
}

function reports(name: string): readonly KernelKill[] {
  const reader = createKernelReader();
  return lines(name).flatMap((record) => {
    const line = parseRecord(record);
    if (line === undefined) throw new Error(`no record: ${record}`);
    return reader.read(line.text) ?? [];
  });
}

describe('the cgroupfs driver’s kubelet', () => {
  const kills = killsIn(lines('pods.jsonl').map((line) => objectIn(line)));
  const told = reports('cgroupfs.kmsg');

  it('has one report for each container it shows as killed, whatever number of its processes went', () => {
    const first = kills.filter(({ shownIn }) => shownIn === 'lastState');
    expect(told.length).toBe(6);
    expect(new Set(told.map(({ place }) => place?.containerId))).toEqual(new Set(first.map((kill) => containerIdOf(kill))));
    expect(new Set(told.map(({ place }) => place?.podUid))).toEqual(new Set(first.map(({ ref }) => ref.podUid)));
    expect(lines('cgroupfs.kmsg').filter((line) => line.includes('Killed process')).length).toBeGreaterThan(told.length);
  });

  it('shows a killed child as the death of its whole container (rows 25 and 26)', () => {
    const [kill] = kills.filter(({ ref }) => ref.pod === 'child-then-deleted');
    expect(kill).toMatchObject({ how: 'oom-killed', exitCode: 137 });
    const own = told.find(({ place }) => place?.podUid === kill?.ref.podUid);
    expect(own).toMatchObject({ scope: 'pod', limit: 32 * MIB, victim: { command: 'tail' } });
    expect(own?.tasks?.map(({ command }) => command)).toContain('sh');
  });

  it('says how much of a limit a memory volume holds when nothing can start any more (rows 12, 23 and 27)', () => {
    const [kill] = kills.filter(({ ref }) => ref.pod === 'start-oom');
    expect(kill).toMatchObject({ how: 'start-oom', exitCode: 128 });
    const own = told.find(({ place }) => place?.containerId === (kill === undefined ? '' : containerIdOf(kill)));
    expect(own).toMatchObject({ victim: { command: 'runc:[2:INIT]' }, limit: 32 * MIB });
    expect(own?.shmem).toBeGreaterThan(24 * MIB);
  });
});

describe('systemd’s slices and scopes', () => {
  const UID = '4f2c1a7e-9f0b-4d3a-8f57-0d6c2f3b9a1';
  const [child, group, alone, pod, volume, node] = reports('systemd.kmsg');

  it('name pod and container, whoever’s limit it was', () => {
    expect(reports('systemd.kmsg')).toHaveLength(6);
    expect([child, group, alone, pod, volume, node].map((kill) => kill?.scope)).toEqual([
      'container',
      'container',
      'container',
      'pod',
      'container',
      'node',
    ]);
    expect([child, group, alone, pod, volume, node].map((kill) => kill?.place?.podUid)).toEqual(
      ['1', '1', '1', '1', '2', '3'].map((end) => `${UID}${end}`),
    );
    expect(new Set([child, group, alone, pod, volume, node].map((kill) => kill?.place?.containerId?.length))).toEqual(
      new Set([64]),
    );
  });

  it('tell a group’s kill once, and which processes there were', () => {
    expect(group).toMatchObject({ victim: { command: 'tail', oomScoreAdj: 900 }, limit: 48 * MIB, usage: 48 * MIB });
    expect(group?.tasks?.map(({ command }) => command).toSorted()).toEqual(['bash', 'sleep', 'tail']);
  });

  it('say how much of the limit is memory-backed files', () => {
    expect(volume?.victim.command).toBe('dd');
    expect(volume?.shmem).toBeGreaterThan(24 * MIB);
    expect(child?.shmem).toBe(0);
  });

  it('tell of a whole node with the container that paid for it (row 28)', () => {
    expect(node).toMatchObject({ scope: 'node', victim: { command: 'tail' } });
    expect(node?.limit).toBeUndefined();
  });
});

it('of fourteen kills within a second and a half, four come without the lines that say where, and a group’s own line says it still', () => {
  const told = reports('storm.kmsg');
  expect(lines('storm.kmsg').filter((line) => line.includes(';oom-kill:'))).toHaveLength(10);
  const groups = lines('storm.kmsg').filter((line) => line.includes('memory.oom.group set'));
  const placed = new Set(told.map(({ place }) => place?.containerId).filter((id) => id !== undefined));
  // Seven groups, two of them without other lines, and the five single processes that have theirs.
  expect(placed.size).toBe(12);
  for (const line of groups) expect([...placed].some((id) => line.includes(id))).toBe(true);
  // The other two come right behind a group and look like its processes. No kubelet kills both ways, so these are no container's.
  expect(new Set(told.map(({ victim }) => victim.pid)).size).toBe(12);
});

function objectIn(line: string): { readonly object: unknown } {
  const content: unknown = JSON.parse(line);
  return { object: typeof content === 'object' && content !== null && 'object' in content ? content.object : undefined };
}
