// npm run eval -- kills: makes kills of a real kernel, of six causes, each process in a memory cgroup of its own, and writes them in the shape of
// eval/data/kernel-kills.jsonl.gz with what the kernel wrote to its log. Needs root and writable memory cgroups; two lives for each run, two runs at once.

import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { followKernelLog } from '../../src/adapters/kernel/kmsg.ts';
import type { Run } from '../causes/kernel-runs.ts';
import { randomFrom } from '../series/random.ts';
import { createCgroup } from './cgroup.ts';

const KINDS = ['leak', 'spike', 'undersized', 'startup', 'child', 'tmpfs'] as const;
const LIMITS_MIB = [160, 192, 256];
const SAMPLE_MS = 100;
const LONGEST_MS = 60_000;
const AT_ONCE = 2;

export type MakeOptions = {
  readonly out: string;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly say: (line: string) => void;
};

export async function makeKills({ out, seeds, firstSeed, say }: MakeOptions): Promise<void> {
  writeFileSync(out, '');
  const plans = Array.from({ length: seeds }, (_, index) => firstSeed + index).flatMap((seed) =>
    KINDS.map((kind) => ({ kind, seed })),
  );
  const log = followLog();
  const next = async (): Promise<void> => {
    for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) {
      const run = await makeRun(plan, log.lines);
      appendFileSync(out, `${JSON.stringify(run)}\n`);
      say(`${plan.kind} ${plan.seed}: ${run.lives.map(({ rc, oom_kills: kills }) => `ended ${rc}, ${kills} killed`).join('; ')}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  } finally {
    await log.stop();
  }
}

type LogLine = { readonly atUs: number; readonly text: string };

function followLog() {
  const stopping = new AbortController();
  const lines: LogLine[] = [];
  const following = followKernelLog({
    path: '/dev/kmsg',
    signal: stopping.signal,
    onLost: () => undefined,
    async onLine(line) {
      lines.push(line);
    },
  }).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return {
    lines,
    async stop(): Promise<void> {
      stopping.abort();
      await following;
    },
  };
}

async function makeRun(
  { kind, seed }: { readonly kind: Run['kind']; readonly seed: number },
  log: readonly LogLine[],
): Promise<Run> {
  const limit = (LIMITS_MIB[randomFrom(seed).whole(LIMITS_MIB.length)] ?? 256) * 2 ** 20;
  const name = `headroom-eval-${process.pid}-${kind}-${seed}`;
  const scratch = `/dev/shm/${name}`;
  const group = createCgroup(name, limit);
  const run: Run = { kind, seed, limit, samples: [], lives: [] };
  const begin = performance.now();
  const seconds = (): number => Math.round(performance.now() - begin) / 1000;
  try {
    for (let life = 0; life < 2; life += 1) {
      rmSync(scratch, { recursive: true, force: true });
      mkdirSync(scratch);
      run.lives.push(await liveOnce({ run, group, name, scratch, seconds, log, life }));
      await pause(300);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    await removed(group);
  }
  return run;
}

type Living = {
  readonly run: Run;
  readonly group: ReturnType<typeof createCgroup>;
  readonly name: string;
  readonly scratch: string;
  readonly seconds: () => number;
  readonly log: readonly LogLine[];
  readonly life: number;
};

async function liveOnce({ run, group, name, scratch, seconds, log, life }: Living): Promise<Run['lives'][number]> {
  const before = group.read().kills;
  const from = log.length;
  const start = seconds();
  const worker = [
    process.execPath,
    '--no-warnings',
    fileURLToPath(new URL('worker.ts', import.meta.url)),
    run.kind,
    String(run.limit),
    String(run.seed * 2 + life),
    scratch,
  ];
  // The shell moves itself into the group and becomes the worker.
  const child = spawn('sh', ['-c', `echo $$ > ${group.processes} && exec "$@"`, 'sh', ...worker], { stdio: 'ignore' });
  const ended = new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve) =>
    child.on('exit', (code, signal) => resolve({ code, signal })),
  );
  const deadline = performance.now() + LONGEST_MS;
  for (let over = false; !over && performance.now() < deadline; ) {
    const { kills, memory } = group.read();
    run.samples.push([seconds(), kills, memory]);
    over = await Promise.race([ended.then(() => true), pause(SAMPLE_MS, false)]);
  }
  child.kill('SIGKILL');
  const { code, signal } = await ended;
  const end = seconds();
  const kills = group.read().kills - before;
  await pause(500);
  const report = log.slice(from).map(({ text }) => text);
  const main = new RegExp(`Killed process ${child.pid} \\(`);
  return {
    start,
    end,
    rc: signal === null ? (code ?? -1) : -9,
    oom_kills: kills,
    main_killed: report.some((line) => main.test(line)),
    log: reportOf(report, name),
  };
}

/** The lines of this group's reports, among those of whatever else was killed at that time. */
function reportOf(lines: readonly string[], name: string): string[] {
  const kept: string[] = [];
  let open: string[] = [];
  for (const line of lines) {
    if (/ invoked oom-killer: /.test(line)) open = [];
    if (/ invoked oom-killer: |^memory: usage |^(?:total_)?shmem |^\[\s*(?:pid|\d+)\s*\]|^oom-kill:|Killed process /.test(line))
      open.push(line);
    if (!/Killed process /.test(line)) continue;
    if (open.some((each) => each.includes(`task_memcg=/${name},`))) kept.push(...open);
    open = [];
  }
  return kept;
}

/** Processes that were killed take a moment to leave. */
async function removed(group: ReturnType<typeof createCgroup>): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      group.remove();
      return;
    } catch {
      await pause(100);
    }
  }
  group.remove();
}
