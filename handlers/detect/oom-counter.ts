// A container's counter of OOM kills went up (cAdvisor's container_oom_events_total). It vanishes with the container, so what still has it still runs:
// a child was killed and the pod's status shows nothing. Where a node's kernel was read, that has told already.

import type { Instant } from '../../src/domain/base/time.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { isIgnored, killOf } from '../../src/domain/kill/oom-kill.ts';
import type { PodFinder } from '../../src/ports/evidence-reader.ts';
import type { KernelReports } from '../../src/ports/kernel-reports.ts';
import type { Claim } from '../../src/ports/kill-intake.ts';
import type { ClaimPorts, ClaimSettings } from './claim.ts';
import { claimKill } from './claim.ts';

export type CounterRise = {
  readonly namespace: string;
  readonly pod: string;
  readonly containerId: string;
  /** What the counter shows since then. */
  readonly value: number;
  /** When it was first seen to show that: up to one scrape after the kill. */
  readonly at: Instant;
  /** Whether it was seen to show less before; else it is news only from a container that has just started. */
  readonly rose: boolean;
};

export type WatchCounterPorts = ClaimPorts & { readonly kernel: KernelReports; readonly pods: PodFinder };

/** shown: the container is not running, and its status tells. known: the node's kernel told. stale: it may have stood there for months. */
export type WatchCounterOutcome = Claim['kind'] | 'gone' | 'ignored' | 'shown' | 'known' | 'stale';

/** `watches`: whether a namespace is watched. */
export type WatchCounterSettings = ClaimSettings & { readonly cluster: string; readonly watches: (namespace: string) => boolean };

/** A new container's counter is first scraped this long after its start at most. */
const FIRST_SCRAPE_WITHIN = 5 * MINUTE;
/** The kernel tells at once, a counter with the next scrape. */
const KERNEL_WITHIN = 5 * MINUTE;

export function createWatchCounter(ports: WatchCounterPorts, settings: WatchCounterSettings) {
  return async function watchCounter(rise: CounterRise, signal: AbortSignal): Promise<WatchCounterOutcome> {
    if (!settings.watches(rise.namespace)) return 'ignored';
    const pod = await ports.pods.find(rise.namespace, rise.pod, signal);
    const container = pod?.containers.find(({ containerId }) => containerId === rise.containerId);
    if (pod === undefined || container === undefined) return 'gone';
    if (isIgnored(pod)) return 'ignored';
    if (container.state.kind !== 'running') return 'shown';
    const { cluster } = settings;
    const { containerId } = rise;
    if (!rise.rose && !hasJustStarted(container.state.startedAt, rise.at)) return 'stale';
    const kill: Kill = {
      ...killOf(pod, container),
      id: [cluster, pod.uid, container.name, containerId, `child-count-${rise.value}`].join('/'),
      how: 'silent',
      reason: 'OOMKilled',
      startedAt: container.state.startedAt,
      finishedAt: rise.at,
      seenAt: ports.clock.now(),
      shownIn: 'metric',
    };
    const reports = await ports.kernel.find({ cluster, containerId });
    if (!reports.some(({ at }) => Math.abs(at - rise.at) <= KERNEL_WITHIN))
      return claimKill(ports, settings, { kill, initial: false });
    // Remembered, since the kernel's reports are not kept for ever.
    await ports.intake.claim(kill, 'record-silently');
    return 'known';
  };
}

function hasJustStarted(startedAt: Instant | undefined, at: Instant): boolean {
  return startedAt !== undefined && at - startedAt <= FIRST_SCRAPE_WITHIN;
}
