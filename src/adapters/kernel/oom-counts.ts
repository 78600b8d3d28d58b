// How often the kernel has killed a process in each container of the node, as the container's own cgroup counts it: cgroup v2 in memory.events, v1 in
// memory.oom_control (Documentation/admin-guide/cgroup-v2.rst, mm/memcontrol.c). These counts know the kills whose lines a storm leaves out.

import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf } from '../../domain/kill/kernel-oom.ts';

export type OomCount = { readonly podUid: string; readonly containerId: string; readonly count: number };

/** The host's, as the agent's container has them, and as a process on the node itself has them; with v1 the memory controller has a tree of its own. */
const ROOTS = ['/host/sys/fs/cgroup/memory', '/host/sys/fs/cgroup', '/sys/fs/cgroup/memory', '/sys/fs/cgroup'];
const FILES = ['memory.events', 'memory.oom_control'];
/** kubepods.slice/kubepods-burstable.slice/…-pod….slice/cri-containerd-….scope, under --cgroup-root and whatever a kubelet in a container adds. */
const DEEPEST = 8;

/** Of the first tree that has containers; empty where there is none to be read. */
export async function readOomCounts(roots: readonly string[] = ROOTS): Promise<readonly OomCount[]> {
  for (const root of roots) {
    const counts = await countsIn(root, '', DEEPEST);
    if (counts.length > 0) return counts;
  }
  return [];
}

async function countsIn(root: string, path: string, depth: number): Promise<readonly OomCount[]> {
  const place = placeOf(path);
  if (place?.containerId !== undefined) {
    const count = await countOf(join(root, path));
    return count === undefined ? [] : [{ podUid: place.podUid, containerId: place.containerId, count }];
  }
  if (depth === 0) return [];
  const inner = await foldersIn(join(root, path));
  return (await Promise.all(inner.map((name) => countsIn(root, `${path}/${name}`, depth - 1)))).flat();
}

/** A cgroup may be gone by the time it is looked into. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries: readonly Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function countOf(folder: string): Promise<number | undefined> {
  for (const file of FILES) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => '');
    const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
    if (count !== undefined) return Number(count);
  }
  return undefined;
}
