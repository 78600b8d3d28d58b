// npm run bench: how long from a kill showing in the API server to its message in Slack. A real API server (E2E_KUBECONFIG), a real Redis, the
// local Slack, and the bot as its own process. One kill at a time, each of another workload, because Slack allows one message a second.
//
//   E2E_KUBECONFIG=… npm run bench -- --count 60

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalRedis } from '../demo/redis/start.ts';
import type { LocalSlack } from '../demo/slack/start.ts';
import { startLocalSlack } from '../demo/slack/start.ts';
import type { ClusterConnection } from '../src/adapters/kubernetes/connection.ts';
import { connectCluster } from '../src/adapters/kubernetes/connection.ts';
import { startHeadroom } from '../test/e2e/support/headroom.ts';
import { createPods, markKilled } from './pods.ts';
import { report } from './report.ts';

/** Four messages at once and one a second after that: two for each kill, so the bucket has to fill again. */
const BETWEEN_MS = 2200;
const WITHIN_MS = 30_000;
const EXIT = { done: 0, failed: 1, configuration: 78 } as const;

const { values } = parseArgs({ options: { count: { type: 'string', default: '60' } } });
process.exitCode = await main(Number(values.count), process.env['E2E_KUBECONFIG'] ?? '');

async function main(count: number, kubeconfig: string): Promise<number> {
  if (kubeconfig === '') return wrong('set E2E_KUBECONFIG to a cluster on which pods may be created and their status patched');
  if (!Number.isSafeInteger(count) || count < 1) return wrong('--count is a whole number from 1');
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-bench-${process.pid}`;
  const redis = await startLocalRedis({ dataDir });
  const slack = await startLocalSlack({ port: 0 });
  const pods = await createPods(connection, namespace, count);
  const target = { kubeconfig, prometheusUrl: undefined, namespaces: [namespace], watch: '10s' };
  const headroom = await startHeadroom({ target, redisUrl: redis.url, slack });
  try {
    await headroom.ready;
    report('kill in the pod’s status → root message in Slack', await measure({ connection, namespace, slack }, pods));
    process.stdout.write(`bot: ${headroom.memory()}\n`);
    return EXIT.done;
  } catch (error) {
    process.stderr.write(`${headroom.output()}\nbench: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  } finally {
    await headroom.stop();
    await connection.json({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}`, signal: AbortSignal.timeout(10_000) });
    await connection.close();
    await slack.stop();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function wrong(problem: string): number {
  process.stderr.write(`bench: ${problem}\n`);
  return EXIT.configuration;
}

type Bench = { readonly connection: ClusterConnection; readonly namespace: string; readonly slack: LocalSlack };

async function measure({ connection, namespace, slack }: Bench, pods: readonly string[]): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (const pod of pods) {
    const started = performance.now();
    await markKilled(connection, namespace, pod);
    await posted(slack, `${namespace}/${pod}`);
    latencies.push(performance.now() - started);
    await pause(BETWEEN_MS);
  }
  return latencies;
}

function posted({ control, channelId }: LocalSlack, place: string): Promise<true> {
  const look = (): true | undefined =>
    control.messages(channelId).some(({ threadTs, text }) => threadTs === undefined && text.includes(place)) ? true : undefined;
  return control.until(look, { withinMs: WITHIN_MS, words: `the message about ${place}` });
}

function pause(lengthMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lengthMs);
  });
}
