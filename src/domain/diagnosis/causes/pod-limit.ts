// Kills by the limit of the whole pod, reached by what runs beside this container: a sidecar, another container, a debug container. In a
// pod with one container the pod's limit is the container's own, and other rules speak.

import type { Bytes } from '../../base/memory.ts';
import { formatBytes } from '../../base/memory.ts';
import { valueOf } from '../../base/piece.ts';
import type { PodContainer, PodFacts } from '../../base/pod.ts';
import type { NeighbourUse } from '../../evidence/evidence.ts';
import { isOfSandbox } from '../../kill/oom-kill.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { Case, Rule } from './case.ts';
import { staysBelow } from './node.ts';

export const podLimit: Rule = (facts) => {
  const { kill, pod, container } = facts;
  if (kill === undefined || pod === undefined || container === undefined || isOfSandbox(kill)) return undefined;
  if (container.role === 'ephemeral') return debugContainer(container);
  const beside = besides(pod, container);
  if (beside.length === 0) return undefined;
  const debugger_ = beside.find(({ role }) => role === 'ephemeral');
  if (kill.kernel?.scope === 'pod' && ownShareIsSmall(facts)) return neighbours(facts, beside);
  if (container.resources.limit === undefined && pod.podResources.limit !== undefined) return neighbours(facts, beside);
  if (debugger_ !== undefined && facts.peak !== undefined && staysBelow(facts)) return neighbours(facts, [debugger_]);
  return undefined;
};

/** What runs at the same time and counts towards the same pod: init containers are over by then. */
function besides(pod: PodFacts, container: PodContainer): readonly PodContainer[] {
  return pod.containers.filter(({ name, role, state }) => {
    if (name === container.name || role === 'init') return false;
    return role !== 'ephemeral' || state.kind === 'running';
  });
}

/** The kernel says that the pod's limit was reached: by others, when this container held well below its own. */
function ownShareIsSmall(facts: Case): boolean {
  const own = facts.container?.resources.limit?.bytes;
  const held = facts.kill?.kernel?.victim.resident ?? facts.peak?.bytes;
  return own === undefined || (held !== undefined && held < 0.8 * own);
}

function debugContainer(container: PodContainer): Diagnosis {
  return {
    cause: 'pod-limit',
    confidence: 'high',
    summary:
      'A debug container was killed. It has no limit of its own: it shares what the pod may use, and the kernel prefers it.',
    facts: [`${container.name} is an ephemeral container; it counts towards the pod’s limit and has the highest oom_score_adj.`],
    against: [],
  };
}

function neighbours(facts: Case, beside: readonly PodContainer[]): Diagnosis {
  const { kill, pod } = facts;
  const largest = largestOf(facts, beside);
  const bound = kill?.kernel?.limit ?? pod?.podResources.limit?.bytes;
  return {
    cause: 'pod-limit',
    confidence: largest !== undefined || kill?.kernel?.scope === 'pod' ? 'high' : 'medium',
    summary: summaryOf(beside, bound),
    facts: [...ownFacts(facts), ...neighbourFacts(largest), `In the same pod: ${beside.slice(0, 5).map(describe).join(', ')}.`],
    against: largest === undefined ? ['What the other containers used is not known.'] : [],
    toSettle: 'kubectl top pod --containers, or the memory of each container of the pod before the kill.',
  };
}

function largestOf({ evidence }: Case, beside: readonly PodContainer[]): NeighbourUse | undefined {
  const usage = valueOf(evidence.usage);
  const read = usage?.kind === 'series' ? (usage.neighbours ?? []) : [];
  const known = read.filter(({ container }) => beside.some(({ name }) => name === container));
  return known.toSorted((a, b) => b.peak.bytes - a.peak.bytes)[0];
}

function ownFacts({ peak, limit, container }: Case): readonly string[] {
  if (peak === undefined || limit === undefined) return [];
  const own = container?.resources.limit === undefined ? '' : ` of its own ${formatBytes(limit)}`;
  return [`This container’s highest sample was ${formatBytes(peak.bytes)}${own}.`];
}

function neighbourFacts(largest: NeighbourUse | undefined): readonly string[] {
  return largest === undefined
    ? []
    : [`Container ${largest.container} used up to ${formatBytes(largest.peak.bytes)} just before.`];
}

function summaryOf(beside: readonly PodContainer[], bound: Bytes | undefined): string {
  const [only] = beside;
  const who = beside.length === 1 && only !== undefined ? `together with ${only.name}` : 'together with its neighbours';
  const size = bound === undefined ? '' : ` of ${formatBytes(bound)}`;
  return `The limit of the whole pod${size} was reached, ${who}; the kernel took this container.`;
}

function describe({ name, role, resources }: PodContainer): string {
  const size = resources.limit === undefined ? 'no limit' : `limit ${formatBytes(resources.limit.bytes)}`;
  return `${name} (${role === 'ephemeral' ? 'debug container, ' : ''}${size})`;
}
