// How long from a kill showing in the API server to its message in Slack. A real API server, a real Redis, the local Slack, and the bot as its own
// process. One kill at a time, each of another workload, because Slack allows one message a second.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalRedis } from '../demo/redis/start.ts';
import type { LocalSlack } from '../demo/slack/start.ts';
import { startLocalSlack } from '../demo/slack/start.ts';
import type { ClusterConnection } from '../src/adapters/kubernetes/connection.ts';
import { connectCluster } from '../src/adapters/kubernetes/connection.ts';
import { startHeadroom } from '../test/e2e/support/headroom.ts';
import { addPods, createFleet, markKilled } from './pods.ts';
import { pause, report } from './report.ts';

/** Four messages at once and one a second after that: two for each kill, so the bucket has to fill again. */
const BETWEEN_MS = 2200;
const WITHIN_MS = 30_000;

export async function benchLoop(kubeconfig: string, count: number): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-bench-${process.pid}`;
  const redis = await startLocalRedis({ dataDir });
  const slack = await startLocalSlack({ port: 0 });
  const fleet = await createFleet(connection, namespace);
  await addPods(connection, fleet, count - fleet.names.length);
  const pods = fleet.names;
  const target = { kubeconfig, prometheusUrl: undefined, namespaces: [namespace], watch: '10s' };
  const headroom = await startHeadroom({ target, redisUrl: redis.url, slack });
  try {
    await headroom.ready;
    report('kill in the pod’s status → root message in Slack', await measure({ connection, namespace, slack }, pods));
    process.stdout.write(`bot, all roles in one process: ${headroom.usage().residentMiB} MiB resident\n`);
  } finally {
    await headroom.stop();
    await fleet.remove();
    await connection.close();
    await slack.stop();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Bench = { readonly connection: ClusterConnection; readonly namespace: string; readonly slack: LocalSlack };

async function measure({ connection, namespace, slack }: Bench, pods: readonly string[]): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (const pod of pods) {
    const started = performance.now();
    await markKilled(connection, { namespace, name: pod });
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
