// The watcher by itself: its memory as the cluster grows, its processor time for changes that are no kills, how fast a kill becomes a job, a storm, and what
// happens while it is down. Pods of realistic size that no kubelet runs, on a real API server; a real Redis; the built program as its own process.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { startLocalSlack } from '../packages/slack-sim/src/start.ts';
import type { ClusterConnection } from '../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../src/adapters/kubernetes/client/connection.ts';
import type { LocalRedis } from '../src/app/embedded/redis.ts';
import { startLocalRedis } from '../src/app/embedded/redis.ts';
import type { Headroom } from '../test/e2e/support/headroom.ts';
import { startHeadroom } from '../test/e2e/support/headroom.ts';
import type { Jobs } from './jobs.ts';
import { followJobs } from './jobs.ts';
import type { Fleet } from './pods.ts';
import { addPods, createFleet, inParallel, markKilled } from './pods.ts';
import type { ProcessorBench } from './processor.ts';
import { measureProcessor, UPDATES, updateAll } from './processor.ts';
import { startReplay } from './replay.ts';
import { pause, report, say } from './report.ts';

const MAIN = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));
const MANIFEST = fileURLToPath(new URL('../deploy/kustomize/base/watcher.yaml', import.meta.url));
/** Read by node and the C library, not by the program. */
const PROCESS = /^(MALLOC_|NODE_OPTIONS$)/;
const manifest = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(z.looseObject({ env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })) })),
      }),
    }),
  }),
});
const SMALL = 5000;
const KILLS = 200;
/** So many take less time than the updates. */
const BESIDE = 60;
const STORM = 1000;
const SETTLE_MS = 3000;
/** The largest clusters there are. */
const REPLAYED = 100_000;

type Bench = ProcessorBench & {
  readonly kubeconfig: string;
  readonly connection: ClusterConnection;
  readonly redis: LocalRedis;
  readonly fleet: Fleet;
  /** Of the bench's cluster, unless a kubeconfig says otherwise. */
  startWatcher(kubeconfig?: string): Promise<Headroom>;
  readonly dataDir: string;
};

export async function benchDetect(kubeconfig: string, pods: number): Promise<void> {
  if (!existsSync(MAIN)) throw new Error('the program is not built: npm run build');
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined }, 60_000);
  const redis = await startLocalRedis({ dataDir });
  const slack = await startLocalSlack({ port: 0 });
  const fleet = await createFleet(connection, `headroom-bench-${process.pid}`);
  const environment = await deployedEnvironment();
  const startWatcher = async (of = kubeconfig): Promise<Headroom> => {
    const target = { kubeconfig: of, prometheusUrl: undefined, namespaces: [], watch: '10s' };
    const watcher = await startHeadroom({ target, redisUrl: redis.url, slack, role: 'watcher', main: MAIN, environment });
    await watcher.ready;
    await pause(SETTLE_MS);
    return watcher;
  };
  const bench: Bench = { kubeconfig, connection, redis, fleet, startWatcher, dataDir };
  try {
    await measureMemory(bench, pods);
    await measureReplay(bench);
    await measureProcessor(bench);
    await measureKills(bench);
    await measureAbsence(bench);
  } finally {
    await fleet.remove();
    await connection.close();
    await slack.stop();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What the manifest sets for the process itself: without it the figures would be another program's. */
async function deployedEnvironment(): Promise<Readonly<Record<string, string>>> {
  const { spec } = manifest.parse(parse(await readFile(MANIFEST, 'utf8')));
  const variables = spec.template.spec.containers.flatMap(({ env }) => env);
  return Object.fromEntries(variables.flatMap(({ name, value }) => (PROCESS.test(name) ? [[name, value ?? '']] : [])));
}

async function measureMemory({ connection, fleet, startWatcher }: Bench, pods: number): Promise<void> {
  const figures: string[] = [];
  let empty: number | undefined;
  for (const size of [0, Math.min(SMALL, pods), pods]) {
    await addPods(connection, fleet, size - fleet.names.length);
    const watcher = await startWatcher();
    const { residentMiB } = watcher.usage();
    await watcher.stop();
    empty ??= residentMiB;
    figures.push(`${size} pods ${residentMiB} MiB (+${(residentMiB - empty).toFixed(1)})`);
  }
  say(`watcher, resident: ${figures.join(', ')}; a pod is ${fleet.podBytes()} bytes of JSON`);
}

async function measureReplay({ connection, fleet, startWatcher, dataDir }: Bench): Promise<void> {
  const [name = ''] = fleet.names;
  const path = `/api/v1/namespaces/${fleet.namespace}/pods/${name}`;
  const pod = await connection.text({ path, signal: AbortSignal.timeout(SETTLE_MS) });
  const figures: string[] = [];
  for (const count of [0, REPLAYED]) {
    const replay = await startReplay(pod, count);
    const kubeconfig = join(dataDir, `replay-${count}`);
    await writeFile(kubeconfig, replay.kubeconfig);
    const started = performance.now();
    const watcher = await startWatcher(kubeconfig);
    const seconds = (performance.now() - started - SETTLE_MS) / 1000;
    const { residentMiB, cpuSeconds } = watcher.usage();
    figures.push(
      `${count} pods ${residentMiB} MiB, ${cpuSeconds.toFixed(1)} s of processor, ready after ${seconds.toFixed(1)} s`,
    );
    await watcher.stop();
    await replay.stop();
  }
  say(`watcher on a replayed stream: ${figures.join('; ')}`);
}

async function measureKills(bench: Bench): Promise<void> {
  const { connection, fleet, redis, startWatcher } = bench;
  const watcher = await startWatcher();
  const jobs = followJobs(redis.url, connection.contextName);
  const kill = async (name: string): Promise<number> => {
    const started = performance.now();
    const { id } = await markKilled(connection, { namespace: fleet.namespace, name });
    return (await jobs.seenAt(id)) - started;
  };
  report('kill in the pod’s status → job in Redis', await inTurn(fleet.names.slice(0, KILLS), kill));
  const beside = fleet.names.slice(KILLS, KILLS + BESIDE);
  const [latencies] = await Promise.all([inTurn(beside, kill), updateAll(bench)]);
  report(`the same while ${UPDATES} updates are made as fast as the server takes them`, latencies);
  await storm({ connection, fleet, jobs, watcher });
  jobs.close();
  await watcher.stop();
}

async function inTurn(names: readonly string[], act: (name: string) => Promise<number>): Promise<readonly number[]> {
  const results: number[] = [];
  for (const name of names) results.push(await act(name));
  return results;
}

type Storm = { readonly connection: ClusterConnection; readonly fleet: Fleet; readonly jobs: Jobs; readonly watcher: Headroom };

async function storm({ connection, fleet, jobs, watcher }: Storm): Promise<void> {
  const before = jobs.count();
  const started = performance.now();
  const names = Array.from({ length: STORM }, (_, index) => fleet.names[(KILLS + BESIDE + index) % fleet.names.length] ?? '');
  const ids: string[] = [];
  await inParallel(names, async (name) => {
    ids.push((await markKilled(connection, { namespace: fleet.namespace, name })).id);
  });
  const written = performance.now() - started;
  const seen = await Promise.all(ids.map((id) => jobs.seenAt(id)));
  await pause(SETTLE_MS);
  const doubled = jobs.count() - before - ids.length;
  say(
    `storm of ${STORM} kills, written within ${(written / 1000).toFixed(1)} s: ${seen.length} recorded, ${STORM - seen.length} missed, ${doubled} doubled, the last ${(Math.max(...seen) - started - written).toFixed(0)} ms after the last was written; watcher ${watcher.usage().residentMiB} MiB`,
  );
}

/** Half of them run again when the watcher comes back, half wait in back-off; what was reported before is not reported again. */
async function measureAbsence({ connection, fleet, redis, startWatcher }: Bench): Promise<void> {
  const jobs = followJobs(redis.url, connection.contextName);
  const ids: string[] = [];
  for (const [index, name] of fleet.names.slice(-20).entries()) {
    ids.push(
      (await markKilled(connection, { namespace: fleet.namespace, name, shape: index < 10 ? 'recovered' : 'back-off' })).id,
    );
  }
  const watcher = await startWatcher();
  const seen = await Promise.all(ids.map((id) => jobs.seenAt(id)));
  await pause(SETTLE_MS);
  say(`20 kills while it was down: ${seen.length} reported after its start, ${jobs.count() - ids.length} old ones repeated`);
  jobs.close();
  await watcher.stop();
}
