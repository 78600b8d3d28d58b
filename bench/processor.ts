// Processor time for changes that are no kills, beside an informer of @kubernetes/client-node on the same pods. Of each of the two it is measured for the first
// changes and for the next: what V8 spends on compiling a program comes once, and a watcher runs for weeks.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClusterConnection } from '../src/adapters/kubernetes/client/connection.ts';
import type { Headroom, ProcessUsage } from '../test/e2e/support/headroom.ts';
import { usageOf } from '../test/e2e/support/headroom.ts';
import type { Fleet } from './pods.ts';
import { inParallel, touch } from './pods.ts';
import { pause, say } from './report.ts';

export type ProcessorBench = {
  readonly kubeconfig: string;
  readonly connection: ClusterConnection;
  readonly fleet: Fleet;
  startWatcher(): Promise<Headroom>;
};

export const UPDATES = 10_000;
const SETTLE_MS = 3000;

export async function measureProcessor(bench: ProcessorBench): Promise<void> {
  const watcher = await bench.startWatcher();
  const own = await spentTwice(
    () => watcher.usage(),
    () => updateAll(bench),
  );
  await watcher.stop();
  const informer = await informerSpends(bench.kubeconfig, () => updateAll(bench));
  tell('the first', own.first, informer.first);
  tell('the next', own.next, informer.next);
}

type Spent = ProcessUsage;

/** Processor time used meanwhile, and what is resident afterwards. */
async function spent(usage: () => ProcessUsage, act: () => Promise<void>): Promise<Spent> {
  const before = usage();
  await act();
  const after = usage();
  return { residentMiB: after.residentMiB, cpuSeconds: after.cpuSeconds - before.cpuSeconds };
}

type SpentTwice = { readonly first: Spent; readonly next: Spent };

async function spentTwice(usage: () => ProcessUsage, act: () => Promise<void>): Promise<SpentTwice> {
  return { first: await spent(usage, act), next: await spent(usage, act) };
}

export async function updateAll({ connection, fleet }: Pick<ProcessorBench, 'connection' | 'fleet'>): Promise<void> {
  const { names } = fleet;
  const rounds = Array.from({ length: UPDATES }, (_, index) => names[index % names.length] ?? '');
  await inParallel(rounds, (name) => touch(connection, fleet, name));
  await pause(SETTLE_MS);
}

async function informerSpends(kubeconfig: string, act: () => Promise<void>): Promise<SpentTwice> {
  const script = fileURLToPath(new URL('informer.ts', import.meta.url));
  const informer = spawn(process.execPath, [script], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(informer.stdout, 'data');
  await pause(SETTLE_MS);
  const result = await spentTwice(() => usageOf(informer.pid), act);
  informer.kill('SIGTERM');
  await once(informer, 'exit');
  return result;
}

function tell(which: string, own: Spent, informer: Spent): void {
  const ratio = (informer.cpuSeconds / own.cpuSeconds).toFixed(1);
  say(
    `processor time for ${which} ${UPDATES} updates without a kill: watcher ${own.cpuSeconds.toFixed(2)} s, informer ${informer.cpuSeconds.toFixed(2)} s (ratio ${ratio}); resident afterwards ${own.residentMiB} MiB, informer ${informer.residentMiB} MiB`,
  );
}
