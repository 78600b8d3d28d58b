// A node's kernel reported an OOM kill. The report is kept for whoever explains the kill; and a while later, when the pod's status had time to show it,
// a container that still runs was robbed of a child without any trace: that kill is reported from here. So is one that the log does not name and the container's
// own count does.

import type { PodContainer, PodFacts } from '../../src/domain/base/pod.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import type { KernelKill } from '../../src/domain/kill/kernel-oom.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { isIgnored, killOf } from '../../src/domain/kill/oom-kill.ts';
import type { PodFinder } from '../../src/ports/evidence-reader.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { KernelReports, TimedReport } from '../../src/ports/kernel-reports.ts';
import type { Claim } from '../../src/ports/kill-intake.ts';
import type { ClaimPorts, ClaimSettings } from './claim.ts';
import { claimKill } from './claim.ts';

/** The key holds no slash: boot and line. */
export type KernelReport = TimedReport;

export type WatchKernelPorts = ClaimPorts & {
  readonly kernel: KernelReports;
  readonly pods: PodFinder;
  readonly queue: JobQueue;
};
export type WatchKernelSettings = ClaimSettings & {
  readonly cluster: string;
  readonly node: string;
  /** Whether a namespace is watched. */
  readonly watches: (namespace: string) => boolean;
};

/** outside: no pod's container, so that no thread would be the place for it. shown: its container ended, and the pod's status says so. */
export type SettleOutcome = Claim['kind'] | 'outside' | 'shown' | 'ignored';

export function createWatchKernel(ports: WatchKernelPorts, settings: WatchKernelSettings) {
  const { cluster, node } = settings;
  async function tell({ podUid, containerId }: Instance, found: FoundKill, signal: AbortSignal): Promise<SettleOutcome> {
    const pod = await ports.pods.onNode(node, podUid, signal);
    // Not among them: a sandbox, an exec'd process' container, a pod that is gone, or an earlier run of a container.
    const container = pod?.containers.find((each) => each.containerId === containerId);
    if (pod === undefined || container?.state.kind !== 'running') return 'shown';
    if (isIgnored(pod) || !settings.watches(pod.namespace)) return 'ignored';
    const kill = silentKill({ pod, container, containerId }, found, ports.clock.now());
    return claimKill(ports, settings, { kill, initial: false });
  }
  return {
    /** At once: the report belongs to the kill whoever reports it. */
    async note(report: KernelReport): Promise<void> {
      ports.meter.count('headroom_kernel_reports_total', { scope: report.kill.scope });
      const { podUid, containerId } = report.kill.place ?? {};
      if (podUid === undefined || containerId === undefined) return;
      await ports.kernel.save({ cluster, podUid, containerId }, report);
      const killId = await ports.kernel.missedBy({ cluster, containerId });
      if (killId !== undefined) await ports.queue.enqueue({ step: 'enrich', cluster, killId, late: true, kernel: true });
    },

    /** When the pod's status had time to change. */
    async settle(report: KernelReport, signal: AbortSignal): Promise<SettleOutcome> {
      const { podUid, containerId } = report.kill.place ?? {};
      if (podUid === undefined || containerId === undefined) return 'outside';
      return tell({ podUid, containerId }, { key: report.key, at: report.at, kernel: report.kill }, signal);
    },

    /** The kernel's log does not say whose kill it was, `number` by the container's count. */
    async missed(
      { podUid, containerId, number }: { readonly podUid: string; readonly containerId: string; readonly number: number },
      at: Instant,
      signal: AbortSignal,
    ): Promise<SettleOutcome> {
      return tell({ podUid, containerId }, { key: `counted-${number}`, at }, signal);
    },
  };
}

type Instance = { readonly podUid: string; readonly containerId: string };
type FoundKill = { readonly key: string; readonly at: Instant; readonly kernel?: KernelKill | undefined };
type Found = { readonly pod: PodFacts; readonly container: PodContainer; readonly containerId: string };

function silentKill({ pod, container, containerId }: Found, { kernel, key, at }: FoundKill, seenAt: Instant): Kill {
  return {
    ...killOf(pod, container),
    id: [pod.cluster, pod.uid, container.name, containerId, `child-${key}`].join('/'),
    how: 'silent',
    reason: 'OOMKilled',
    startedAt: container.state.kind === 'running' ? container.state.startedAt : undefined,
    finishedAt: at,
    seenAt,
    shownIn: 'kernel',
    kernel,
  };
}
