// Reads the kernel's own report of an OOM kill, line by line (the lines are written by mm/oom_kill.c and mm/memcontrol.c). One
// report is one kill, however many processes a group kill takes. The lines before the kill are rate-limited by the kernel, the kill's is not: in a
// storm a kill may come without its cgroup.

import type { Bytes } from '../base/memory.ts';
import { toBytes } from '../base/memory.ts';
import type { Task } from './kernel-tasks.ts';
import { createTaskReader } from './kernel-tasks.ts';

type Victim = {
  readonly pid: number;
  /** At most 15 bytes; may hold spaces, brackets and colons: "runc:[2:INIT]" is a container's start itself. */
  readonly command: string;
  /** What it held in memory: anon-rss + file-rss + shmem-rss. total-vm is address space and never usage. */
  readonly resident: Bytes;
  /** Absent before Linux 5.0. */
  readonly oomScoreAdj?: number | undefined;
};

/** A container as its cgroup's path names it. The id may be that of a pod's sandbox. */
export type CgroupPlace = { readonly podUid: string; readonly containerId?: string | undefined };

export type KernelKill = {
  readonly victim: Victim;
  /** Whose limit was reached. `unknown`: the lines that say so were left out by the kernel. */
  readonly scope: 'container' | 'pod' | 'ancestor' | 'node' | 'unknown';
  readonly place?: CgroupPlace | undefined;
  /** Of the cgroup whose limit was reached, at the moment of the kill: the only exact values there are. */
  readonly usage?: Bytes | undefined;
  readonly limit?: Bytes | undefined;
  /** Of that usage: memory-backed files, which is tmpfs volumes and /dev/shm. */
  readonly shmem?: Bytes | undefined;
  /** The processes of that cgroup, largest first, at most 20; the oldest, which is the main one, is always among them. */
  readonly tasks?: readonly Task[] | undefined;
  /** Kills in the same container before this one: others of its processes, for the container would not have outlived its main one. */
  readonly before?: number | undefined;
  /** The kill's line as the kernel wrote it. */
  readonly line: string;
  /** The report names no pod: it fits this kill by its time, and no other. */
  readonly matchedBy?: 'time' | undefined;
};

export type KernelReader = {
  /** The kill this line completes; undefined for every other line, and for the further processes of a group kill. */
  read(line: string): KernelKill | undefined;
};

type Context = {
  readonly usage?: Bytes | undefined;
  readonly limit?: Bytes | undefined;
  readonly shmem?: Bytes | undefined;
  readonly global: boolean;
  readonly limitPath?: string | undefined;
  readonly taskPath?: string | undefined;
  /** The process whose kill was told. A further process is another report's, whose lines were left out, unless the group is being killed. */
  readonly told?: number | undefined;
  /** With memory.oom.group every process of the cgroup gets a line, the first of them often two. */
  readonly group: boolean;
  /** The last kill's line, told or not. */
  readonly last?: string | undefined;
};

const INVOKED = / invoked oom-killer: /;
const USAGE = /^memory: usage (\d+)kB, limit (\d+)kB/;
/**
 * Of the cgroup's statistics: with cgroup v1 a line each, with v2 all of them in one record. v1 also gives the sum over its children, which comes later and
 * counts.
 */
const SHMEM = /^(?:total_)?shmem (\d+)$/m;
/** The task's name may hold commas, so that what comes after it is matched from the end. */
const WHERE =
  /^oom-kill:constraint=.*?(?:,oom_memcg=(?<limit>[^,]*)|(?<global>,global_oom)),task_memcg=(?<task>[^,]*),task=.*,pid=\d+,uid=\d+$/s;
/** Not rate-limited: in a storm the only line that says where. */
const GROUP = /^Tasks in (?<task>\S+) are going to be killed due to memory\.oom\.group set/;
/** Before Linux 5.0, as the next two. */
const WHERE_OLD = /^Task in (?<task>\S+) killed as a result of limit of (?<limit>\S+)/;
const GLOBAL_OLD = /^Out of memory: Kill process /;
const KILLED =
  /^(?:(?<domain>Memory cgroup out of memory|Out of memory): )?Killed process (?<pid>\d+) \((?<command>.*)\),?(?: UID \d+,)? total-vm:\d+kB, anon-rss:(?<anon>\d+)kB, file-rss:(?<file>\d+)kB(?:, shmem-rss:(?<shmem>\d+)kB)?(?:.* oom_score_adj:(?<adj>-?\d+))?/s;

export function createKernelReader(): KernelReader {
  let context = fresh();
  const table = createTaskReader();
  return {
    read(line) {
      const text = line.trim();
      if (table.read(text)) return undefined;
      if (INVOKED.test(text)) table.clear();
      const [next, kill] = readLine(context, text);
      context = next;
      if (kill === undefined) return undefined;
      const told = withTasks(kill, table);
      // The next kill may be of a report without a table.
      table.clear();
      return told;
    },
  };
}

type Step = readonly [Context, (KernelKill | undefined)?];

function readLine(context: Context, text: string): Step {
  if (INVOKED.test(text)) return [fresh()];
  const where = (WHERE.exec(text) ?? WHERE_OLD.exec(text))?.groups;
  if (where !== undefined) return [{ ...context, ...placed(where), told: undefined, group: false }];
  const group = GROUP.exec(text)?.groups?.['task'];
  if (group !== undefined) return readGroup(context, group);
  if (GLOBAL_OLD.test(text)) return [{ ...(context.told === undefined ? context : fresh()), global: true }];
  const pid = Number(KILLED.exec(text)?.groups?.['pid'] ?? Number.NaN);
  return Number.isNaN(pid) ? [{ ...context, ...sizes(text) }] : readKilled({ ...context, last: text }, pid, text);
}

function readKilled(context: Context, pid: number, text: string): Step {
  if (context.told === undefined) return [{ ...context, told: pid }, readKill(context, text)];
  if (context.group || context.told === pid) return [context];
  const unknown = { ...fresh(), last: text };
  return [{ ...unknown, told: pid }, readKill(unknown, text)];
}

/** The group of the kill that was told; or, of a report whose lines were left out, the one of the last kill: then this says where it was. */
function readGroup(context: Context, path: string): Step {
  const { taskPath, told, last } = context;
  const isOfTold = told !== undefined && taskPath !== undefined && `${taskPath}/`.startsWith(`${path}/`);
  if (isOfTold || last === undefined) return [{ ...context, group: true }];
  const found: Context = { ...fresh(), taskPath: path, group: true, last };
  const kill = readKill(found, last);
  return [{ ...found, told: kill?.victim.pid }, kill];
}

function fresh(): Context {
  return { global: false, group: false };
}

function sizes(text: string): Partial<Context> {
  const usage = USAGE.exec(text);
  if (usage !== null) return { usage: kib(usage[1]), limit: kib(usage[2]) };
  const shmem = SHMEM.exec(text)?.[1];
  return shmem === undefined ? {} : { shmem: toBytes(Number(shmem)) };
}

function withTasks(kill: KernelKill, table: ReturnType<typeof createTaskReader>): KernelKill {
  const tasks = table.tasks(kill.victim);
  return tasks.length === 0 ? kill : { ...kill, tasks };
}

function placed(groups: Readonly<Record<string, string | undefined>>): Pick<Context, 'global' | 'limitPath' | 'taskPath'> {
  return { global: groups['global'] !== undefined, limitPath: groups['limit'], taskPath: groups['task'] };
}

function readKill(context: Context, text: string): KernelKill | undefined {
  const groups = KILLED.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { anon, file, shmem, adj, pid, command = '', domain } = groups;
  const victim = {
    pid: Number(pid),
    command,
    resident: toBytes((kib(anon) ?? 0) + (kib(file) ?? 0) + (kib(shmem) ?? 0)),
    oomScoreAdj: adj === undefined ? undefined : Number(adj),
  };
  const place = context.taskPath === undefined ? undefined : placeOf(context.taskPath);
  if (context.global || domain === 'Out of memory') return { victim, scope: 'node', place, line: text };
  const { usage, limit, shmem: files } = context;
  return { victim, scope: scopeOf(context), place, usage, limit, ...(files === undefined ? {} : { shmem: files }), line: text };
}

function scopeOf({ limitPath, taskPath }: Context): KernelKill['scope'] {
  if (limitPath === undefined || taskPath === undefined) return 'unknown';
  const place = placeOf(limitPath);
  if (place === undefined) return 'ancestor';
  return place.containerId === undefined ? 'pod' : 'container';
}

const POD = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?:\/|$)/;
const CONTAINER = /^(?:[a-z]+(?:-[a-z]+)*-)?([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;

/**
 * The pod and container in a cgroup's path, by the shapes of cgroupfs and systemd, containerd, cri-o and docker. The pod's part is searched, not
 * anchored: --cgroup-root puts anything in front of it. undefined for a path outside any pod.
 */
export function placeOf(path: string): CgroupPlace | undefined {
  const pod = POD.exec(path);
  if (pod?.[1] === undefined) return undefined;
  const rest = path.slice(pod.index + pod[0].length);
  // Only systemd's form has underscores, because its slices read a dash as a level.
  return { podUid: pod[1].replaceAll('_', '-'), containerId: CONTAINER.exec(rest)?.[1] };
}

function kib(text: string | undefined): Bytes | undefined {
  return text === undefined ? undefined : toBytes(Number(text) * 1024);
}

/** A report with the number of earlier ones of the same container. */
export function withEarlier(report: KernelKill, earlier: number): KernelKill {
  return earlier === 0 ? report : { ...report, before: earlier };
}
