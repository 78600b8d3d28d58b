// How long from /oom in Slack to the first answer, and to the whole explanation. A real API server, a real Redis, the local Slack, and the bot as its own
// process; one question at a time, by the full name and by a short one.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalRedis } from '../demo/redis/start.ts';
import type { LocalSlack } from '../demo/slack/start.ts';
import { startLocalSlack } from '../demo/slack/start.ts';
import { connectCluster } from '../src/adapters/kubernetes/connection.ts';
import { startHeadroom } from '../test/e2e/support/headroom.ts';
import { addPods, createFleet } from './pods.ts';
import { report } from './report.ts';

const PODS = 200;
const WITHIN_MS = 30_000;

export async function benchAsk(kubeconfig: string, count: number): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-bench-${process.pid}`;
  const redis = await startLocalRedis({ dataDir });
  const slack = await startLocalSlack({ port: 0 });
  const fleet = await createFleet(connection, namespace);
  await addPods(connection, fleet, PODS - fleet.names.length);
  const prometheusUrl = process.env['E2E_PROMETHEUS_URL'];
  const target = { kubeconfig, prometheusUrl, namespaces: [namespace], watch: '10s' };
  const headroom = await startHeadroom({ target, redisUrl: redis.url, slack });
  try {
    await headroom.ready;
    const chosen = Array.from({ length: count }, (_, index) => fleet.names[index % fleet.names.length] ?? '');
    const full = await askAll(
      slack,
      chosen.map((name) => `pod ${namespace}/${name}`),
    );
    report(
      '/oom pod by its full name → first answer',
      full.map(({ firstMs }) => firstMs),
    );
    report(
      '/oom pod by its full name → explanation',
      full.map(({ wholeMs }) => wholeMs),
    );
    const short = await askAll(
      slack,
      chosen.map((name) => name.slice('bench-'.length)),
    );
    report(
      `/oom by a short name among ${PODS} pods → first answer`,
      short.map(({ firstMs }) => firstMs),
    );
    report(
      `/oom by a short name among ${PODS} pods → explanation`,
      short.map(({ wholeMs }) => wholeMs),
    );
  } finally {
    await headroom.stop();
    await fleet.remove();
    await connection.close();
    await slack.stop();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Asked = { readonly firstMs: number; readonly wholeMs: number };

async function askAll(slack: LocalSlack, questions: readonly string[]): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const question of questions) asked.push(await ask(slack, question));
  return asked;
}

/** The first thing that person sees; the explanation is what says how it stands. */
async function ask({ control, channelId, people }: LocalSlack, question: string): Promise<Asked> {
  const seen = control.ephemeral(people.alice).length;
  const started = performance.now();
  let firstMs = 0;
  const said = control.say({ as: people.alice, channel: channelId, text: `/oom ${question}` });
  const look = (): true | undefined => {
    const fresh = control.ephemeral(people.alice).slice(seen);
    if (fresh.length > 0 && firstMs === 0) firstMs = performance.now() - started;
    return fresh.some(({ text }) => /^(How it stands|Why it was killed)/.test(text)) ? true : undefined;
  };
  await control.until(look, { withinMs: WITHIN_MS, words: `the answer to /oom ${question}` });
  const wholeMs = performance.now() - started;
  await said;
  return { firstMs, wholeMs };
}
