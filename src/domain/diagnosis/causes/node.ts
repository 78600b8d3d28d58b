// Kills that come from the node and not from the container's own limit. A different limit does not help against them.

import { formatBytes } from '../../base/memory.ts';
import { valueOf } from '../../base/piece.ts';
import { MINUTE, SECOND } from '../../base/time.ts';
import { otherLimitNote } from '../../evidence/sample.ts';
import { happenedAt } from '../../kill/oom-kill.ts';
import type { Case, Rule } from './case.ts';
import { runPoints } from './case.ts';
import { evicted } from './not-an-oom.ts';

const SETTLE = 'Which pods on the node use more than they request.';
const CHOSEN = 'The whole node ran out of memory and the kernel chose this container; its own limit was not reached.';
/** Below this share of its limit a container did not reach it, however coarse the samples. */
const BELOW = 0.8;
/** Fewer samples of a run miss what it took between them. */
const FEWEST_SAMPLES = 3;
/** The kubelet of the same node stamps both, to the second, and reads the kernel's log with a short delay. */
const NODE_EVENT_WITHIN = 30 * SECOND;
/** Where only the watcher's clock says when. */
const SEEN_WITHIN = 2 * MINUTE;

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
        : CHOSEN,
    facts: kill.message === undefined ? [] : [`The node says: ${kill.message}`],
    against: [],
    toSettle: SETTLE,
  };
};

const systemOomNearby: Rule = (facts) => {
  const { limit, peak } = facts;
  const systemOom = nodeEvent(facts);
  if (systemOom === undefined || !(limit === undefined || isSampled(facts)) || !staysBelow(facts)) return undefined;
  return {
    cause: 'node-pressure',
    confidence: peak === undefined ? 'medium' : 'high',
    summary: CHOSEN,
    facts: [
      `Node event SystemOOM: ${systemOom.message}`,
      ...(limit !== undefined && peak !== undefined
        ? [`Its highest sample was ${formatBytes(peak.bytes)}${otherLimitNote(peak.bytes, limit)} of ${formatBytes(limit)}.`]
        : ['No limit is set on the container or the pod.']),
    ],
    against: [],
    toSettle: SETTLE,
  };
};

/** That the node ran out just then. Where the kernel named another group's limit, the node's own trouble is a coincidence. */
function nodeEvent({ kill, evidence }: Case) {
  if (kill === undefined || (kill.kernel !== undefined && kill.kernel.scope !== 'unknown')) return undefined;
  const at = happenedAt(kill);
  const within = kill.finishedAt === undefined ? SEEN_WITHIN : NODE_EVENT_WITHIN;
  return valueOf(evidence.node)?.oomEvents.find(
    ({ reason, lastSeen }) => reason === 'SystemOOM' && lastSeen !== undefined && Math.abs(lastSeen - at) <= within,
  );
}

function isSampled(facts: Case): boolean {
  return runPoints(facts).length >= FEWEST_SAMPLES;
}

/** What speaks against the container's own limit when the samples do not settle it. */
export function nodeDoubt(facts: Case): string | undefined {
  const systemOom = nodeEvent(facts);
  if (systemOom === undefined || isSampled(facts) || reachedLimit(facts)) return undefined;
  return `Its node said at that time that the whole node was out of memory (${systemOom.message}), and there are too few samples to tell whether this kill was part of that.`;
}

function reachedLimit(facts: Case): boolean {
  const { limit } = facts;
  return limit !== undefined && runPoints(facts).some(({ bytes }) => bytes >= BELOW * limit);
}

/** No limit at all, or every sample well below it. Without samples nothing is said. */
export function staysBelow({ limit, peak }: Case): boolean {
  return limit === undefined || (peak !== undefined && peak.bytes < BELOW * limit);
}

/** An eviction explains a SIGKILL without the mark. One with the mark was killed by the kernel first: both are told (row 21). */
function evictedKill(facts: Case) {
  if (facts.kill?.how !== 'suspected') return undefined;
  const eviction = evicted(facts);
  return eviction === undefined ? undefined : { ...eviction, cause: 'node-pressure' as const };
}

export const noLimit: Rule = ({ kill, limit }) => {
  if (kill === undefined || limit !== undefined || kill.how === 'silent') return undefined;
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
