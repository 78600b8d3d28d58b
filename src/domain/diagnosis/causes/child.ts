// A process beside the main one: it was killed instead of it, or it is what filled the limit. Exit codes tell the first, only the
// kernel's task table tells the second, because the kernel often takes the larger parent of a growing child.

import { formatBytes, toBytes } from '../../base/memory.ts';
import type { Task } from '../../kill/kernel-tasks.ts';
import { mainOf } from '../../kill/kernel-tasks.ts';
import type { Kill } from '../../kill/oom-kill.ts';
import { isLateMark, isOfSandbox } from '../../kill/oom-kill.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { Case, Rule } from './case.ts';

/** A process below this share of all is a helper: a shell, a supervisor, a probe. */
const HELPER = 0.05;
/** Others that hold less than this share together are not what filled the limit. */
const NOTABLE = 0.2;

export const childProcess: Rule = (facts) => {
  const { kill } = facts;
  if (kill?.how === 'silent') return { ...survived(facts, kill), facts: [...survived(facts, kill).facts, ...tableFacts(facts)] };
  if (kill === undefined || kill.how === 'start-oom' || isOfSandbox(kill)) return undefined;
  if (isLateMark(kill)) return ended(facts, kill);
  return crowded(facts) ?? lostOthers(facts, kill);
};

function sharedLimit({ limit }: Case): readonly string[] {
  return limit === undefined ? [] : [`All processes of the container share its limit of ${formatBytes(limit)}.`];
}

function ended(facts: Case, kill: Kill): Diagnosis {
  const { pod } = facts;
  const atShutdown = pod?.deletedAt !== undefined || kill.exitCode === 143;
  return {
    cause: 'child-process',
    confidence: atShutdown ? 'medium' : 'high',
    summary: atShutdown
      ? `The kernel killed a child process at some time in this container’s life; the mark only shows now that it was shut down (exit code ${kill.exitCode ?? 'unknown'}).`
      : `The kernel killed a child process, not the main one: the main process then ended by itself with exit code ${kill.exitCode ?? 'unknown'}${pod?.phase === 'Succeeded' ? ', and the pod counts as succeeded though its work may be incomplete' : ''}.`,
    facts: [
      `Reason OOMKilled with exit code ${kill.exitCode ?? 'unknown'}; a main process killed by the kernel would show 137.`,
      ...sharedLimit(facts),
      ...tableFacts(facts),
    ],
    against: [
      ...(atShutdown ? ['When that was is not known: the runtime keeps the mark until the container ends.'] : []),
      ...((pod?.containers.length ?? 0) > 1 && kill.kernel === undefined
        ? ['With cgroup v1 a kill in another container of the pod can leave this mark too.']
        : []),
    ],
    toSettle: 'The kernel log of the node names the process that was killed.',
  };
}

function survived(facts: Case, kill: Kill): Diagnosis {
  return {
    cause: 'child-process',
    confidence: 'high',
    summary:
      'The kernel killed a child process and the main process lives on: the pod looks healthy, and its work may be incomplete.',
    facts: [survivedBy(kill), ...sharedLimit(facts)],
    against: [],
  };
}

function survivedBy({ shownIn, kernel }: Kill): string {
  if (shownIn === 'metric')
    return 'Its counter container_oom_events_total went up. The time given is the first at which Prometheus showed that: the kill came a little earlier.';
  return kernel === undefined
    ? 'Its cgroup counted the kill; in a storm of kills the kernel’s log does not say which process it was.'
    : 'The node’s kernel log reports it.';
}

type Crowd = { readonly program: Task; readonly others: readonly Task[]; readonly total: number };

/** The main process died, and others held a good part of the memory. */
function crowded(facts: Case): Diagnosis | undefined {
  const crowd = crowdOf(facts);
  if (crowd === undefined || sumOf(crowd.others) < NOTABLE * crowd.total) return undefined;
  const { program, others } = crowd;
  const [largest] = others;
  const killedOther = facts.kill?.kernel !== undefined && facts.kill.kernel.victim.pid !== program.pid;
  return {
    cause: 'child-process',
    confidence: killedOther || (largest !== undefined && largest.resident > program.resident) ? 'high' : 'medium',
    summary: killedOther
      ? 'The kernel killed a process beside the main one: several share the container’s limit, and together they filled it.'
      : 'Several processes share the container’s limit, and together they filled it; the kernel took the largest.',
    facts: [...tableFacts(facts), ...sharedLimit(facts)],
    against: [],
    toSettle: 'The memory of each process over time: which of them grows.',
  };
}

/** The kernel killed other processes of the same container before it came to the main one. */
function lostOthers(facts: Case, { kernel }: Kill): Diagnosis | undefined {
  const before = kernel?.before ?? 0;
  if (before === 0) return undefined;
  return {
    cause: 'child-process',
    confidence: 'medium',
    summary: 'Several processes share the container’s limit: the kernel killed another of them before, and then the main one.',
    facts: [
      `The kernel killed ${before} other ${before === 1 ? 'process' : 'processes'} of this container before.`,
      ...sharedLimit(facts),
    ],
    against: [],
    toSettle: 'The memory of each process over time: which of them grows.',
  };
}

/**
 * The processes of this container with the one that is the program: the oldest, or, where that is a shell or a supervisor, the largest. Undefined when
 * the table is missing, or holds other containers' processes too.
 */
function crowdOf({ kill, pod }: Case): Crowd | undefined {
  const { tasks = [], scope } = kill?.kernel ?? {};
  const several = (pod?.containers.filter(({ role }) => role !== 'init').length ?? 1) > 1;
  if (scope === 'node' || scope === 'ancestor' || (scope === 'pod' && several)) return undefined;
  const oldest = mainOf(tasks);
  if (oldest === undefined) return undefined;
  const total = sumOf(tasks);
  const isHelper = oldest.resident < HELPER * total;
  const program = isHelper ? (tasks.toSorted((a, b) => b.resident - a.resident)[0] ?? oldest) : oldest;
  return { program, others: tasks.filter((task) => task !== program && task !== oldest), total };
}

function sumOf(tasks: readonly Task[]): number {
  return tasks.reduce((total, { resident }) => total + resident, 0);
}

function tableFacts(facts: Case): readonly string[] {
  const crowd = crowdOf(facts);
  if (crowd === undefined || crowd.others.length === 0) return [];
  const { program, others } = crowd;
  const [largest] = others.toSorted((a, b) => b.resident - a.resident);
  if (largest === undefined) return [];
  const rest = others.length === 1 ? '' : `; ${others.length} others held ${formatBytes(toBytes(sumOf(others)))} together`;
  return [
    `Process ${program.pid} (${program.command}) held ${formatBytes(program.resident)}, process ${largest.pid} (${largest.command}) ${formatBytes(largest.resident)}${rest}.`,
  ];
}
