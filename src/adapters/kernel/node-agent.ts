// The agent on a node: follows the kernel's log, hands each kill on at once and again when the pod's status had time to show it, and remembers how far it
// has dealt with the log. What it handed on before a crash it hands on again afterwards; who takes it knows the same kill by its key.

import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import type { KernelKill } from '../../domain/kernel-oom.ts';
import { createKernelReader } from '../../domain/kernel-oom.ts';
import type { Instant } from '../../domain/time.ts';
import { SECOND, toInstant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KernelLogPositions } from '../../ports/kernel-log-position.ts';
import type { Log } from '../../ports/log.ts';
import { pause } from '../pause.ts';
import type { KernelLine } from './kmsg.ts';
import { followKernelLog } from './kmsg.ts';

export type AgentReport = { readonly kill: KernelKill; readonly key: string; readonly at: Instant };

export type NodeAgentOptions = {
  readonly node: string;
  readonly positions: KernelLogPositions;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReport: (report: AgentReport, signal: AbortSignal) => Promise<void>;
  readonly onSettled: (report: AgentReport, signal: AbortSignal) => Promise<void>;
  /** Where the kernel's log is; for tests. */
  readonly path?: string | undefined;
  readonly settleMs?: number | undefined;
};

export type NodeAgent = { start(): Promise<void>; stop(): Promise<void>; following(): boolean };

/** A kubelet tells of a dead container within two seconds; a busy one within ten. */
const SETTLE_MS = 10 * SECOND;
const TRY_AGAIN_MS = 5 * SECOND;
const ONE_TRY_MS = 10 * SECOND;

export function createNodeAgent(options: NodeAgentOptions): NodeAgent {
  const stopping = new AbortController();
  const pending = new Map<number, Promise<void>>();
  let loop: Promise<void> = Promise.resolve();
  let following = false;
  return {
    async start() {
      const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
      const known = await options.positions.read(options.node);
      const after = known?.bootId === bootId ? known.sequence : undefined;
      following = true;
      loop = follow(options, { bootId, after, pending, signal: stopping.signal })
        .catch((error: unknown) => {
          if (!stopping.signal.aborted) options.log.error('the kernel log cannot be read', { error });
        })
        .finally(() => {
          following = false;
        });
    },
    async stop() {
      stopping.abort();
      await loop;
      await Promise.allSettled(pending.values());
    },
    following: () => following,
  };
}

type Following = {
  readonly bootId: string;
  readonly after: number | undefined;
  /** By the line each report ended with. */
  readonly pending: Map<number, Promise<void>>;
  readonly signal: AbortSignal;
};

async function follow(options: NodeAgentOptions, { bootId, after, pending, signal }: Following): Promise<void> {
  const reader = createKernelReader();
  let lastLine = after ?? -1;
  /** Everything up to the line before the first that is still under way. */
  const reached = (): number => Math.min(lastLine, ...[...pending.keys()].map((sequence) => sequence - 1));
  const deal = async (report: AgentReport, sequence: number): Promise<void> => {
    await untilDone(options, signal, (each) => options.onReport(report, each));
    await pause(options.settleMs ?? SETTLE_MS, signal);
    await untilDone(options, signal, (each) => options.onSettled(report, each));
    if (signal.aborted) return;
    pending.delete(sequence);
    await untilDone(options, signal, () => options.positions.save(options.node, { bootId, sequence: reached() }));
  };
  await followKernelLog({
    path: options.path ?? '/dev/kmsg',
    signal,
    onLost: () => options.log.warn('the kernel wrote faster than its log was read; some kills may be missing'),
    async onLine(line) {
      // Earlier lines are read for their context alone: a report may begin before the line that was reached.
      const kill = reader.read(line.text);
      lastLine = Math.max(lastLine, line.sequence);
      if (kill === undefined || (after !== undefined && line.sequence <= after)) return;
      const report = { kill, key: `${bootId.slice(0, 8)}-${line.sequence}`, at: wallClock(line, options.clock.now()) };
      pending.set(line.sequence, deal(report, line.sequence));
    },
  });
}

/** The kernel counts from the start of the machine. */
function wallClock({ atUs }: KernelLine, now: Instant): Instant {
  const ago = Math.max(0, uptime() * SECOND - atUs / 1000);
  return toInstant(Math.round(now - ago));
}

/** Redis or the API server may be away: tried until it works or the agent stops. */
async function untilDone(
  options: NodeAgentOptions,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await act(AbortSignal.any([signal, AbortSignal.timeout(ONE_TRY_MS)]));
      return;
    } catch (error) {
      options.log.warn('a kernel report waits', { error });
      await pause(TRY_AGAIN_MS, signal);
    }
  }
}
