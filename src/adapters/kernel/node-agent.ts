// The agent on a node: follows the kernel's log, hands each kill on at once and again when the pod's status had time to show it, and remembers how far it
// has dealt with the log. What it handed on before a crash it hands on again afterwards; who takes it knows the same kill by its key. Where the log leaves out
// whose a kill was, the containers' own counts are asked.

import { readFile } from 'node:fs/promises';
import type { Instant } from '../../domain/base/time.ts';
import { SECOND, toInstant } from '../../domain/base/time.ts';
import { createKernelReader } from '../../domain/kill/kernel-oom.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KernelLogPositions } from '../../ports/kernel-log-position.ts';
import type { TimedReport } from '../../ports/kernel-reports.ts';
import type { Log } from '../../ports/log.ts';
import { timeoutAfter } from '../../ports/timers.ts';
import { aborted, pause } from '../pause.ts';
import type { ReadLine } from './kmsg.ts';
import { followKernelLog } from './kmsg.ts';
import type { MissedKill, MissedKills } from './missed-kills.ts';
import { createMissedKills } from './missed-kills.ts';
import type { OomCount } from './oom-counts.ts';
import { readOomCounts } from './oom-counts.ts';
import type { Turns } from './turns.ts';
import { createTurns } from './turns.ts';

export type NodeAgentOptions = {
  readonly node: string;
  readonly positions: KernelLogPositions;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReport: (report: TimedReport, signal: AbortSignal) => Promise<void>;
  readonly onSettled: (report: TimedReport, signal: AbortSignal) => Promise<void>;
  /** The log does not name it; `at`: of the report that may be its. */
  readonly onMissed: (missed: MissedKill, at: Instant, signal: AbortSignal) => Promise<void>;
  /** How often something was killed in each container; for tests. */
  readonly counts?: (() => Promise<readonly OomCount[]>) | undefined;
  /** Where the kernel's log is; for tests. */
  readonly path?: string | undefined;
  readonly settleMs?: number | undefined;
};

export type NodeAgent = { start(): Promise<void>; stop(): Promise<void>; following(): boolean };

/** A kubelet tells of a dead container within two seconds; a busy one within ten. */
const SETTLE_MS = 10 * SECOND;
const TRY_AGAIN_MS = 5 * SECOND;
const ONE_TRY_MS = 10 * SECOND;
const SAY_AGAIN_MS = 10 * SECOND;
/** The log is read five times a second. */
const CAUGHT_UP_MS = SECOND;
/** Each reads the node's pods. */
const SETTLED_AT_ONCE = 4;
/** More wait in the kernel's own buffer. */
const MOST_PENDING = 1000;

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
      const missed = createMissedKills(options.counts ?? readOomCounts);
      loop = followForEver(options, { bootId, after, pending, missed, signal: stopping.signal }, (now) => {
        following = now;
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
  readonly missed: MissedKills;
  readonly signal: AbortSignal;
};

/** What was handed on before a fault is handed on again after it, under the same keys. */
async function followForEver(options: NodeAgentOptions, following: Following, tell: (now: boolean) => void): Promise<void> {
  const { signal } = following;
  while (!signal.aborted) {
    tell(true);
    try {
      await follow(options, following);
    } catch (error) {
      if (!signal.aborted) options.log.error('the kernel log cannot be read; trying again', { error });
    }
    tell(false);
    await pause(TRY_AGAIN_MS, signal);
  }
}

async function follow(options: NodeAgentOptions, { bootId, after, pending, missed, signal }: Following): Promise<void> {
  const reader = createKernelReader();
  const turns = createTurns(SETTLED_AT_ONCE);
  const untilDone = createPatience(options, signal);
  // One look at a time: the next one sees what came meanwhile.
  const looking = createTurns(1);
  const lookForMissed = async (at: Instant): Promise<void> => {
    const found = await looking.take(() => missed.look(() => pause(CAUGHT_UP_MS, signal)));
    for (const each of found) await untilDone((within) => options.onMissed(each, at, within), turns);
  };
  let lastLine = after ?? -1;
  /** Everything up to the line before the first that is still under way. */
  const reached = (): number => Math.min(lastLine, ...[...pending.keys()].map((sequence) => sequence - 1));
  const deal = async (report: TimedReport, sequence: number): Promise<void> => {
    await untilDone((each) => options.onReport(report, each));
    await pause(options.settleMs ?? SETTLE_MS, signal);
    await untilDone((each) => options.onSettled(report, each), turns);
    if (report.kill.place?.containerId === undefined && !signal.aborted) await lookForMissed(report.at);
    if (signal.aborted) return;
    pending.delete(sequence);
    await untilDone(() => options.positions.save(options.node, { bootId, sequence: reached() }));
  };
  await followKernelLog({
    path: options.path ?? '/dev/kmsg',
    signal,
    onCaughtUp: () => missed.begin(),
    onLost: () => options.log.warn('the kernel wrote faster than its log was read; some kills may be missing'),
    async onLine(line) {
      // Earlier lines are read for their context alone: a report may begin before the line that was reached.
      const kill = reader.read(line.text);
      lastLine = Math.max(lastLine, line.sequence);
      if (kill === undefined || (after !== undefined && line.sequence <= after)) return;
      if (line.live) missed.told(kill);
      const report = { kill, key: `${bootId.slice(0, 8)}-${line.sequence}`, at: wallClock(line, options.clock.now()) };
      pending.set(line.sequence, deal(report, line.sequence));
      while (pending.size >= MOST_PENDING && !signal.aborted) await Promise.race(pending.values());
    },
  });
}

/**
 * The kernel counts from the start of the machine, without the time it was asleep, and as well as its clock goes: after months that may be minutes off. So
 * what was written just now happened just now.
 */
function wallClock({ atUs, live }: ReadLine, now: Instant): Instant {
  if (live) return now;
  const sinceStartMs = Number(process.hrtime.bigint() / 1_000_000n);
  return toInstant(Math.round(now - Math.max(0, sinceStartMs - atUs / 1000)));
}

type Act = (signal: AbortSignal) => Promise<void>;

/** Redis or the API server may be away: tried until it works or the agent stops. */
function createPatience({ log }: NodeAgentOptions, signal: AbortSignal): (act: Act, turns?: Turns) => Promise<void> {
  let saidAt = Number.NEGATIVE_INFINITY;
  const say = (error: unknown): void => {
    if (performance.now() - saidAt < SAY_AGAIN_MS) return;
    saidAt = performance.now();
    log.warn('a kernel report waits', { error });
  };
  return async (act, turns) => {
    const once = (): Promise<void> => act(AbortSignal.any([signal, timeoutAfter(ONE_TRY_MS)]));
    while (!signal.aborted) {
      try {
        // What waits for Redis hears of no signal; and what fails lets the others have their turn before it tries again.
        await Promise.race([turns === undefined ? once() : turns.take(once), aborted(signal)]);
        return;
      } catch (error) {
        say(error);
        await pause(TRY_AGAIN_MS, signal);
      }
    }
  };
}
