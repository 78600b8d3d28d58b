// A memory cgroup of its own for each run, on cgroup v1 or v2, with what it counts. Bytes.

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';

type Counted = {
  readonly u: number;
  readonly ws: number;
  readonly rss: number;
  readonly cache: number;
  readonly shmem: number;
};

export type Cgroup = {
  /** Where a process writes its number to move in. */
  readonly processes: string;
  read(): { readonly kills: number; readonly memory: Counted };
  remove(): void;
};

/** Throws when memory cgroups cannot be written here. */
export function createCgroup(name: string, limit: number): Cgroup {
  const isV1 = existsSync(`${V1}/memory.limit_in_bytes`);
  const path = `${isV1 ? V1 : V2}/${name}`;
  mkdirSync(path);
  const file = (each: string): string => `${path}/${each}`;
  writeFileSync(file(isV1 ? 'memory.limit_in_bytes' : 'memory.max'), String(limit));
  if (!isV1 && existsSync(file('memory.swap.max'))) writeFileSync(file('memory.swap.max'), '0');
  const numbers = (each: string): ReadonlyMap<string, number> =>
    new Map(
      readFileSync(file(each), 'utf8')
        .split('\n')
        .map((line): [string, number] => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]),
    );
  return {
    processes: file('cgroup.procs'),
    read() {
      const u = Number(readFileSync(file(isV1 ? 'memory.usage_in_bytes' : 'memory.current'), 'utf8'));
      const stat = numbers('memory.stat');
      const of = (v1: string, v2: string): number => stat.get(isV1 ? v1 : v2) ?? 0;
      const kills = numbers(isV1 ? 'memory.oom_control' : 'memory.events').get('oom_kill') ?? 0;
      const ws = Math.max(0, u - of('total_inactive_file', 'inactive_file'));
      return {
        kills,
        memory: { u, ws, rss: of('total_rss', 'anon'), cache: of('total_cache', 'file'), shmem: of('total_shmem', 'shmem') },
      };
    },
    remove: () => rmdirSync(path),
  };
}
