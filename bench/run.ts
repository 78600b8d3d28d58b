// npm run bench: how long from a kill showing in the API server to its message in Slack. A real API server (E2E_KUBECONFIG), a real Redis, the
// local Slack, and the bot as its own process. One kill at a time, each of another workload, because Slack allows one message a second.
//
//   E2E_KUBECONFIG=… npm run bench -- --count 60

import { parseArgs } from 'node:util';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalRedis } from '../demo/redis/start.ts';
import { startLocalSlack } from '../demo/slack/start.ts';
import type { LocalSlack } from '../demo/slack/start.ts';
import { connectCluster } from '../src/adapters/kubernetes/connection.ts';
import { startHeadroom } from '../test/e2e/support/headroom.ts';
import { createPods, markKilled } from './pods.ts';
import { report } from './report.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '60' } } });
const count = Number(values.count);
const kubeconfig = process.env['E2E_KUBECONFIG'];

/** Four messages at once and one a second after that: two for each kill, so the bucket has to fill again. */
const BETWEEN_MS = 2200;
const WITHIN_MS = 30_000;

if (kubeconfig === undefined || kubeconfig === '') {
  process.stderr.write('bench: set E2E_KUBECONFIG to a cluster on which pods may be created and their status patched\n');
  process.exit(78);
}
if (!Number.isSafeInteger(count) || count < 1) {
  process.stderr.write('bench: --count is a whole number from 1\n');
  process.exit(78);
}

const dataDir = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
const namespace = `headroom-bench-${process.pid}`;
const redis = await startLocalRedis({ dataDir });
const slack = await startLocalSlack({ port: 0 });
const pods = await createPods(connection, namespace, count);
const headroom = await startHeadroom({ target: { kubeconfig, prometheusUrl: undefined, namespaces: [namespace], watch: '10s' }, redisUrl: redis.url, slack });
try {
  await headroom.ready;
  const latencies: number[] = [];
  for (const pod of pods) {
    const started = performance.now();
    await markKilled(connection, namespace, pod);
    await posted(slack, pod);
    latencies.push(performance.now() - started);
    await pause(BETWEEN_MS);
  }
  report('kill in the pod’s status → root message in Slack', latencies);
  process.stdout.write(`bot: ${headroom.memory()}\n`);
} catch (error) {
  process.stderr.write(headroom.output());
  throw error;
} finally {
  await headroom.stop();
  await connection.json({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}`, signal: AbortSignal.timeout(10_000) });
  await slack.stop();
  await redis.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(0);

function posted({ control, channelId }: LocalSlack, pod: string): Promise<true> {
  const look = (): true | undefined => (control.messages(channelId).some(({ threadTs, text }) => threadTs === undefined && text.includes(`${namespace}/${pod}`)) ? true : undefined);
  return control.until(look, { withinMs: WITHIN_MS, words: `the message about ${pod}` });
}

function pause(lengthMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lengthMs);
  });
}
