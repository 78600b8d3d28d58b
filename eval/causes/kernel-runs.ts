// Kills of real kernels, recorded run by run: samples every tenth of a second, the lives they end, and what the kernel counted. A second there stands for
// three hours, or no life would last the day that telling a leak needs. A container counts as ready after three of its seconds, as with a readiness probe.

import { z } from 'zod';
import { toBytes } from '../../src/domain/base/memory.ts';
import { HOUR, toInstant } from '../../src/domain/base/time.ts';
import type { KernelKill } from '../../src/domain/kill/kernel-oom.ts';
import { createKernelReader } from '../../src/domain/kill/kernel-oom.ts';
import { readLines } from '../series/series.ts';
import type { KnownKill, Labelled } from './case.ts';
import { causeOf } from './case.ts';

const SECOND_STANDS_FOR = 3 * HOUR;
const READY_AFTER_SECONDS = 3;
const LABELS = {
  leak: 'leak',
  spike: 'spike',
  undersized: 'limit-too-low',
  startup: 'startup',
  child: 'child-process',
  tmpfs: 'memory-volume',
} as const;

const runSchema = z.object({
  kind: z.enum(['leak', 'spike', 'undersized', 'startup', 'child', 'tmpfs']),
  seed: z.number(),
  limit: z.number(),
  samples: z.array(
    z.tuple([
      z.number(),
      z.number(),
      z.object({ u: z.number(), ws: z.number(), rss: z.number(), cache: z.number(), shmem: z.number() }),
    ]),
  ),
  lives: z.array(
    z.object({
      start: z.number(),
      end: z.number(),
      rc: z.number(),
      oom_kills: z.number(),
      main_killed: z.boolean(),
      /** What the kernel wrote to its log in that life, where it was kept. */
      log: z.union([z.array(z.string()), z.string().transform((text) => text.split('\n'))]).optional(),
    }),
  ),
});
export type Run = z.infer<typeof runSchema>;

export function readRuns(file = 'kernel-kills.jsonl.gz'): readonly Run[] {
  return readLines(file, runSchema);
}

/** One result for each life. `blind`: by the usage alone, without what the kernel says. */
export function judgeRuns(runs: readonly Run[], blind: boolean): readonly Labelled[] {
  return runs.flatMap((run) =>
    run.lives.map((_, index) => ({ label: LABELS[run.kind], found: causeOf(killOf(run, index, blind)) })),
  );
}

function killOf(run: Run, index: number, blind: boolean): KnownKill {
  const life = run.lives[index];
  if (life === undefined) throw new RangeError('no such life');
  const at = (seconds: number) => toInstant(Math.round(seconds * SECOND_STANDS_FOR));
  const points = run.samples
    .filter(([seconds]) => seconds <= life.end)
    .map(([seconds, , { ws }]) => ({ at: at(seconds), bytes: toBytes(ws) }));
  return {
    startedAt: at(life.start),
    killedAt: at(life.end),
    limit: run.limit,
    exitCode: blind || life.rc < 0 ? 137 : life.rc,
    points,
    earlierKills: run.lives.slice(0, index).map(({ end }) => at(end)),
    wasReady: life.end - life.start > READY_AFTER_SECONDS,
    kernel: blind ? undefined : (logged(life.log ?? []) ?? counted(run, life)),
  };
}

function logged(log: readonly string[]): KernelKill | undefined {
  const reader = createKernelReader();
  const kills = log.map((line) => reader.read(line)).filter((kill) => kill !== undefined);
  const last = kills.at(-1);
  // Its own cgroup stands for a container's, though no path says so.
  return last === undefined ? undefined : { ...last, scope: 'container', before: kills.length - 1 };
}

/** Without its log: who was killed, and the files in memory as last sampled. */
function counted(run: Run, { start, end, main_killed: mainKilled, oom_kills: kills }: Run['lives'][number]): KernelKill {
  const last = run.samples.findLast(([seconds]) => seconds >= start && seconds <= end)?.[2];
  return {
    victim: { pid: mainKilled ? 1 : 2, command: mainKilled ? 'main' : 'child', resident: toBytes(last?.rss ?? 0) },
    scope: 'container',
    before: Math.max(0, kills - 1),
    usage: toBytes(run.limit),
    limit: toBytes(run.limit),
    shmem: toBytes(last?.shmem ?? 0),
    line: '',
  };
}
