// How long from a kill showing in the API server to its message in Slack, and to the explanation in its thread. A real API server, a real Redis, the local
// Slack, the bot as its own process, and a Prometheus that answers after 300 ms. One kill at a time, each of another workload, because Slack allows one
// message a second.

import type { LocalSlack } from '../packages/slack-sim/src/start.ts';
import type { ClusterConnection } from '../src/adapters/kubernetes/client/connection.ts';
import type { Fleet } from './pods.ts';
import { markKilled } from './pods.ts';
import { pause, report, say } from './report.ts';
import type { SlowPrometheus } from './slow-prometheus.ts';
import { startSlowPrometheus, untilSampled } from './slow-prometheus.ts';
import type { Stage } from './stage.ts';
import { onStage } from './stage.ts';

/** Four messages at once and one a second after that: two for each kill, so the bucket has to fill again. */
const BETWEEN_MS = 2200;
const WITHIN_MS = 30_000;
const PROMETHEUS_MS = 300;
const LENDER = 'lender';
const SAMPLES = { samples: 5, withinMs: 180_000 } as const;

export async function benchLoop(kubeconfig: string, count: number): Promise<void> {
  await onStage({ kubeconfig, pods: count }, async (stage) => {
    const prometheus = await slowPrometheus(stage.connection, stage.fleet);
    try {
      await measureWith(stage, prometheus);
    } finally {
      await prometheus?.stop();
    }
  });
}

async function measureWith({ connection, slack, fleet, startBot }: Stage, prometheus: SlowPrometheus | undefined): Promise<void> {
  const bot = await startBot({ prometheusUrl: prometheus?.url });
  const bench = { connection, namespace: fleet.namespace, slack, isCharted: prometheus !== undefined };
  const latencies = await measure(bench, fleet.names);
  report(
    'kill in the pod’s status → root message in Slack',
    latencies.map(({ rootMs }) => rootMs),
  );
  report(
    `kill in the pod’s status → explanation in its thread, ${prometheus === undefined ? 'without Prometheus' : `with its chart, Prometheus answering after ${PROMETHEUS_MS} ms`}`,
    latencies.map(({ explanationMs }) => explanationMs),
  );
  say(`bot, all roles in one process: ${bot.usage().residentMiB} MiB resident`);
}

/** Undefined without one. */
async function slowPrometheus(connection: ClusterConnection, { namespace }: Fleet): Promise<SlowPrometheus | undefined> {
  const target = process.env['E2E_PROMETHEUS_URL'] ?? '';
  if (target === '') {
    say('E2E_PROMETHEUS_URL names no Prometheus: explanations are measured without one');
    return undefined;
  }
  const container = { name: 'app', image: 'busybox', imagePullPolicy: 'IfNotPresent', command: ['sleep', '100000'] };
  await connection.json({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods`,
    body: { metadata: { name: LENDER }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } },
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  await untilSampled(target, LENDER, SAMPLES);
  return startSlowPrometheus({ target, delayMs: PROMETHEUS_MS, lender: { pod: LENDER, borrowers: /bench-\d{6}/ } });
}

type Bench = {
  readonly connection: ClusterConnection;
  readonly namespace: string;
  readonly slack: LocalSlack;
  /** The explanation has to say what Prometheus knows. */
  readonly isCharted: boolean;
};

type Latency = { readonly rootMs: number; readonly explanationMs: number };

async function measure(bench: Bench, pods: readonly string[]): Promise<readonly Latency[]> {
  const latencies: Latency[] = [];
  for (const pod of pods) {
    const started = performance.now();
    const since = (): number => performance.now() - started;
    await markKilled(bench.connection, { namespace: bench.namespace, name: pod });
    const root = await posted(bench, `${bench.namespace}/${pod}`);
    const rootMs = since();
    await explained(bench, root);
    latencies.push({ rootMs, explanationMs: since() });
    await pause(BETWEEN_MS);
  }
  return latencies;
}

function posted({ slack: { control, channelId } }: Bench, place: string): Promise<string> {
  const look = (): string | undefined =>
    control.messages(channelId).find(({ threadTs, text }) => threadTs === undefined && text.includes(place))?.ts;
  return control.until(look, { withinMs: WITHIN_MS, words: `the message about ${place}` });
}

function explained({ slack: { control, channelId }, isCharted }: Bench, root: string): Promise<true> {
  const fits = (text: string): boolean => text.startsWith('Why it was killed') && (!isCharted || text.includes('Memory from'));
  const look = (): true | undefined =>
    control.messages(channelId).some(({ threadTs, text }) => threadTs === root && fits(text)) ? true : undefined;
  return control.until(look, { withinMs: WITHIN_MS, words: `the explanation under ${root}` });
}
