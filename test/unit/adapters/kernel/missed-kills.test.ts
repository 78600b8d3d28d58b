// Kills that the kernel's log does not name, by what the containers' cgroups count.

import { describe, expect, it } from 'vitest';
import { createMissedKills } from '../../../../src/adapters/kernel/missed-kills.ts';
import type { OomCount } from '../../../../src/adapters/kernel/oom-counts.ts';
import { toBytes } from '../../../../src/domain/base/memory.ts';
import type { KernelKill } from '../../../../src/domain/kill/kernel-oom.ts';

const A = { podUid: 'pod-a', containerId: 'a'.repeat(64) };
const B = { podUid: 'pod-b', containerId: 'b'.repeat(64) };

function named(place: KernelKill['place']): KernelKill {
  return { victim: { pid: 7, command: 'tail', resident: toBytes(0) }, scope: 'container', place, line: '' };
}

function counting(...counts: readonly OomCount[]) {
  const now = { counts: [...counts] };
  return { now, missed: createMissedKills(async () => now.counts) };
}

const atOnce = async (): Promise<void> => undefined;

describe('a kill that the log does not name', () => {
  it('is what a container counts beyond what the log told, once', async () => {
    const { now, missed } = counting({ ...A, count: 3 }, { ...B, count: 0 });
    await missed.begin();
    missed.told(named(A));
    now.counts = [
      { ...A, count: 6 },
      { ...B, count: 1 },
    ];
    expect(await missed.look(atOnce)).toEqual([
      { ...A, number: 5 },
      { ...A, number: 6 },
      { ...B, number: 1 },
    ]);
    expect(await missed.look(atOnce)).toEqual([]);
  });

  it('is none that the log tells while it is being looked for', async () => {
    const { now, missed } = counting({ ...A, count: 0 });
    await missed.begin();
    now.counts = [{ ...A, count: 1 }];
    expect(await missed.look(async () => missed.told(named(A)))).toEqual([]);
  });

  it('is none in a container that is born, and its kill told, while another is being looked for', async () => {
    const { now, missed } = counting({ ...A, count: 0 });
    await missed.begin();
    now.counts = [{ ...A, count: 1 }];
    expect(await missed.look(async () => missed.told(named(B)))).toEqual([{ ...A, number: 1 }]);
    now.counts = [
      { ...A, count: 1 },
      { ...B, count: 1 },
    ];
    expect(await missed.look(atOnce)).toEqual([]);
  });

  it('is not waited for where every count is known', async () => {
    const { missed } = counting({ ...A, count: 3 });
    await missed.begin();
    expect(await missed.look(() => Promise.reject(new Error('waited')))).toEqual([]);
  });

  it('in a container that is new is one from its first on', async () => {
    const { now, missed } = counting();
    await missed.begin();
    now.counts = [{ ...B, count: 2 }];
    expect((await missed.look(atOnce)).map(({ number }) => number)).toEqual([1, 2]);
  });

  it('is not looked for before it is known what was counted when the agent began', async () => {
    const { missed } = counting({ ...A, count: 9 });
    expect(await missed.look(atOnce)).toEqual([]);
    await missed.begin();
    expect(await missed.look(atOnce)).toEqual([]);
  });

  it('whose place nobody told says nothing of a container', async () => {
    const { now, missed } = counting({ ...A, count: 0 });
    await missed.begin();
    missed.told(named(undefined));
    now.counts = [{ ...A, count: 1 }];
    expect(await missed.look(atOnce)).toHaveLength(1);
  });
});
