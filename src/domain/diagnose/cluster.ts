// Causes read from the objects rather than from a curve: node pressure, no limit, memory volumes, killed children, heap settings.

import type { Diagnosis } from '../diagnosis.ts';
import type { Bytes } from '../memory.ts';
import { formatBytes, toBytes } from '../memory.ts';
import type { Kill } from '../oom-kill.ts';
import { valueOf } from '../piece.ts';
import { formatDuration, MINUTE, toMillis } from '../time.ts';
import type { Case, Rule } from './case.ts';
import { evicted } from './not-an-oom.ts';

export const nodePressure: Rule = (facts) => nodeReport(facts) ?? systemOomNearby(facts) ?? evictedKill(facts);

/** The kernel or the node itself says that the whole node ran out. */
const nodeReport: Rule = ({ kill }) => {
  if (kill === undefined || (kill.how !== 'node' && kill.kernel?.scope !== 'node')) return undefined;
  return {
    cause: 'node-pressure',
    confidence: 'high',
    summary:
      kill.how === 'node'
        ? 'The whole node ran out of memory and the kernel killed a process on it; no container’s own limit was reached.'
        : 'The whole node ran out of memory and the kernel chose this container; its own limit was not reached.',
    facts: kill.message === undefined ? [] : [`The node says: ${kill.message}`],
    against: [],
    toSettle: 'Which pods on the node use more than they request.',
  };
};

const systemOomNearby: Rule = (facts) => {
  const { kill, limit, peak, evidence } = facts;
  const node = valueOf(evidence.node);
  const at = kill?.finishedAt ?? kill?.seenAt;
  const systemOom = node?.oomEvents.find(
    ({ reason, lastSeen }) =>
      reason === 'SystemOOM' && at !== undefined && lastSeen !== undefined && Math.abs(lastSeen - at) < 2 * MINUTE,
  );
  const below = limit === undefined || (peak !== undefined && peak.bytes < 0.8 * limit);
  if (systemOom === undefined || !below) return undefined;
  return {
    cause: 'node-pressure',
    confidence: 'high',
    summary: 'The whole node ran out of memory and the kernel chose this container; its own limit was not reached.',
    facts: [
      `Node event SystemOOM: ${systemOom.message}`,
      ...(limit !== undefined && peak !== undefined
        ? [`Its highest sample was ${formatBytes(peak.bytes)} of ${formatBytes(limit)}.`]
        : []),
    ],
    against: [],
    toSettle: 'Which pods on the node use more than they request.',
  };
};

function evictedKill(facts: Case) {
  const eviction = evicted(facts);
  return eviction === undefined ? undefined : { ...eviction, cause: 'node-pressure' as const };
}

export const noLimit: Rule = ({ kill, limit }) => {
  if (kill === undefined || limit !== undefined) return undefined;
  return {
    cause: 'no-limit',
    confidence: 'high',
    summary:
      'The container has no memory limit of its own, so the kill came from above: the pod, all pods together, or the node.',
    facts: ['No limit is set on the container or the pod.'],
    against: [],
    toSettle: 'The kernel log of the node, which names the group that ran out.',
  };
};

export const memoryVolume: Rule = ({ kill, pod, container, limit, livedMs }) => {
  const mounted =
    pod?.memoryVolumes.filter(({ mountedBy }) => container !== undefined && mountedBy.includes(container.name)) ?? [];
  const [volume] = mounted;
  if (volume === undefined || kill === undefined || limit === undefined) return undefined;
  const filled = kill.how === 'start-oom';
  const size = volume.sizeLimit === undefined ? 'without a size limit' : `with a size limit of ${formatBytes(volume.sizeLimit)}`;
  const roomy = volume.sizeLimit !== undefined && volume.sizeLimit < 0.3 * limit;
  if (roomy && !filled) return undefined;
  return {
    cause: 'memory-volume',
    confidence: filled ? 'high' : 'medium',
    summary: 'Files in a memory-backed volume count against the memory limit, and they stay there when the container restarts.',
    facts: [
      `Volume ${volume.name} is an emptyDir with medium Memory ${size}; the limit is ${formatBytes(limit)}.`,
      ...(filled
        ? ['It was killed while starting: what earlier runs left in the volume already fills the limit, so no restart can help.']
        : []),
      ...(!filled && livedMs !== undefined ? [`It lived ${formatDuration(toMillis(livedMs))}.`] : []),
    ],
    against: filled ? [] : ['How full the volume was is not recorded.'],
    toSettle: 'df on the mount, or deleting the pod: a new pod starts with an empty volume.',
  };
};

export const startFailure: Rule = ({ kill, limit }) => {
  if (kill?.how !== 'start-oom' && kill?.how !== 'sandbox') return undefined;
  return {
    cause: 'startup',
    confidence: 'high',
    summary:
      kill.how === 'sandbox'
        ? 'Not even the pod’s sandbox could start: the limit is too small for the container runtime itself.'
        : 'It was killed before its program even ran: the limit is too small for the container runtime to start it.',
    facts: [
      `The runtime says: ${kill.message ?? 'OOM-killed while starting'}`,
      ...(limit === undefined ? [] : [`The limit is ${formatBytes(limit)}.`]),
    ],
    against: [],
  };
};

export const childProcess: Rule = ({ kill, limit }) => {
  if (kill?.how === 'silent') return survived(kill, limit);
  if (kill === undefined || kill.how !== 'oom-killed' || kill.exitCode === 137) return undefined;
  return {
    cause: 'child-process',
    confidence: 'high',
    summary: `The kernel killed a child process, not the main one: the main process then ended by itself with exit code ${kill.exitCode}.`,
    facts: [
      `Reason OOMKilled with exit code ${kill.exitCode}; a main process killed by the kernel would show 137.`,
      ...(limit === undefined ? [] : [`All processes of the container share its limit of ${formatBytes(limit)}.`]),
    ],
    against: [],
    toSettle: 'The kernel log of the node names the process that was killed.',
  };
};

function survived(kill: Kill, limit: Bytes | undefined): Diagnosis {
  return {
    cause: 'child-process',
    confidence: 'high',
    summary:
      'The kernel killed a child process and the main process lives on: the pod looks healthy, and its work may be incomplete.',
    facts: [
      kill.shownIn === 'metric' ? 'Its counter container_oom_events_total went up.' : 'The node’s kernel log reports it.',
      ...(limit === undefined ? [] : [`All processes of the container share its limit of ${formatBytes(limit)}.`]),
    ],
    against: [],
  };
}

const RUNTIMES = { jvm: 'The Java heap', node: 'The Node.js heap', go: 'Go’s memory target' } as const;

export const heapSetting: Rule = ({ container, limit }) => {
  if (container === undefined || limit === undefined) return undefined;
  const setting = container.heapSettings.find(({ bytes, runtime }) => bytes >= (runtime === 'go' ? 1 : 0.8) * limit);
  if (setting === undefined) return undefined;
  const rest = limit - setting.bytes;
  return {
    cause: 'heap-setting',
    confidence: setting.bytes >= limit ? 'high' : 'medium',
    summary: `${RUNTIMES[setting.runtime]} is allowed to grow to ${formatBytes(setting.bytes)} of a limit of ${formatBytes(limit)}, and the program needs memory beside its heap.`,
    facts: [
      `Setting ${setting.setting} allows ${formatBytes(setting.bytes)}.`,
      rest > 0
        ? `That leaves ${formatBytes(toBytes(rest))} for threads, code, buffers and everything else.`
        : 'That leaves nothing for threads, code, buffers and everything else.',
    ],
    against: [],
  };
};
