// The counters of containers' cgroups, in trees as cgroup v1 and v2 have them.

import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOomCounts } from '../../../../src/adapters/kernel/oom-counts.ts';

const UID = '4f2c1a7e-9f0b-4d3a-8f57-0d6c2f3b9a11';
const ID = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
// As Linux 6.1 wrote it when a child was killed sixteen times.
const V2 = 'low 0\nhigh 0\nmax 9370\noom 372\noom_kill 16\noom_group_kill 0\n';
const V1 = 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n';
let root = '';

async function tree(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

describe('the counts of a node', () => {
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'headroom-cgroups-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('with cgroup v2 under systemd, of containers and not of what is inside or outside them', async () => {
    const slice = `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID.replaceAll('-', '_')}.slice`;
    const folder = await tree('v2', {
      [`${slice}/memory.events`]: V2,
      [`${slice}/cri-containerd-${ID}.scope/memory.events`]: V2,
      [`${slice}/cri-containerd-${ID}.scope/inner/memory.events`]: V2,
      'system.slice/sshd.service/memory.events': V2,
    });
    expect(await readOomCounts([folder])).toEqual([{ podUid: UID, containerId: ID, count: 16 }]);
  });

  it('with cgroup v1 and the cgroupfs driver', async () => {
    const folder = await tree('v1', {
      [`kubepods/pod${UID}/${ID}/memory.oom_control`]: V1,
      [`kubepods/besteffort/pod${UID}/${OTHER}/memory.oom_control`]: V1.replace('oom_kill 2', 'oom_kill 0'),
    });
    const counts = await readOomCounts([join(root, 'nowhere'), folder]);
    expect(new Map(counts.map(({ containerId, count }) => [containerId, count]))).toEqual(
      new Map([
        [ID, 2],
        [OTHER, 0],
      ]),
    );
  });

  it('of a kernel that does not count kills are none', async () => {
    const folder = await tree('old', { [`kubepods/pod${UID}/${ID}/memory.oom_control`]: 'oom_kill_disable 0\nunder_oom 0\n' });
    expect(await readOomCounts([folder])).toEqual([]);
  });
});
