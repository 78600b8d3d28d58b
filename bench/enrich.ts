// How long the evidence of a kill takes to gather and judge, on a real API server with a kubelet and a real Prometheus: one kill after the other, then a
// hundred at once as one worker takes them, and how many requests were under way at the API server and at Prometheus at most.

import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { gather } from '../handlers/explain/gather.ts';
import type { ClusterConnection } from '../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../src/adapters/kubernetes/client/connection.ts';
import { gently } from '../src/adapters/kubernetes/client/gentle.ts';
import { createEvidenceReader } from '../src/adapters/kubernetes/evidence/evidence-reader.ts';
import { createPodFinder } from '../src/adapters/kubernetes/pods/pod-finder.ts';
import { connectPrometheus } from '../src/adapters/prometheus/endpoint.ts';
import { createPrometheusUsage } from '../src/adapters/prometheus/usage-reader.ts';
import { GENTLE } from '../src/app/parts.ts';
import { SECOND, toInstant, toMillis } from '../src/domain/base/time.ts';
import { diagnose } from '../src/domain/diagnosis/diagnose.ts';
import type { Evidence } from '../src/domain/evidence/evidence.ts';
import type { Kill } from '../src/domain/kill/oom-kill.ts';
import { findKills } from '../src/domain/kill/oom-kill.ts';
import { STEPS } from '../src/ports/steps.ts';
import { silentLog } from '../test/fakes/telemetry.ts';
import { removeNamespace } from '../test/support/namespace.ts';
import { report } from './report.ts';

const PODS = 20;
const STORM = 100;
const DEADLINE = toMillis(3 * SECOND);
const REQUEST_MS = 60_000;
const READY_WITHIN_MS = 120_000;
const CLUSTER = 'bench';
const clock = { now: () => toInstant(Date.now()) };

/** Killed once, then quiet: each pod has one kill to explain. */
const SCRIPT = 'echo begin; [ -e /keep/once ] && exec sleep 100000; touch /keep/once; sleep 8; exec tail /dev/zero';

export async function benchEnrich(kubeconfig: string, count: number): Promise<void> {
  const prometheusUrl = process.env['E2E_PROMETHEUS_URL'] ?? '';
  if (prometheusUrl === '') return void process.stdout.write('enrich: not measured, E2E_PROMETHEUS_URL names no Prometheus\n');
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-bench-${process.pid}`;
  const api = countedCalls(connection);
  const prometheus = await countedProxy(prometheusUrl);
  const endpoint = connectPrometheus({ url: prometheus.url }, 5000);
  try {
    await createPods(connection, namespace);
    const kills = await allKills(connection, namespace);
    const readers = {
      evidence: createEvidenceReader({ connection: gently(api.connection, GENTLE), cluster: CLUSTER, clock, log: silentLog }),
      usage: createPrometheusUsage({ endpoint, clock }),
    };
    const one = (kill: Kill): Promise<Enriched> => enrich(readers, kill);
    const alone: Enriched[] = [];
    for (let index = 0; index < count; index += 1) alone.push(await one(pick(kills, index)));
    report(
      'one kill: evidence gathered and judged',
      alone.map(({ ms }) => ms),
    );
    sayMissing(alone);
    api.reset();
    prometheus.reset();
    const started = performance.now();
    const storm = await inTurns(
      Array.from({ length: STORM }, (_, index) => pick(kills, index)),
      one,
    );
    const took = ((performance.now() - started) / SECOND).toFixed(1);
    report(
      `${STORM} kills at once, ${STEPS.enrich.concurrency} in work at a time: each`,
      storm.map(({ ms }) => ms),
    );
    process.stdout.write(`${STORM} kills at once: all within ${took} s\n`);
    sayMissing(storm);
    process.stdout.write(`requests under way at most: API server ${api.most()}, Prometheus ${prometheus.most()}\n`);
  } finally {
    await endpoint.close();
    await prometheus.stop();
    await removeNamespace(connection, namespace);
    await connection.close();
  }
}

type Enriched = { readonly ms: number; readonly missing: readonly string[] };

async function enrich(readers: Parameters<typeof gather>[0], kill: Kill): Promise<Enriched> {
  const started = performance.now();
  const signal = AbortSignal.timeout(REQUEST_MS);
  const evidence = await gather(readers, { ref: kill.ref, kill }, { signal, deadline: DEADLINE });
  diagnose({ kill, evidence, now: clock.now(), earlierKills: [] });
  return { ms: performance.now() - started, missing: missingIn(evidence) };
}

function missingIn(evidence: Evidence): readonly string[] {
  return Object.entries(evidence).flatMap(([name, piece]) =>
    typeof piece === 'object' && piece.kind === 'unavailable' ? [`${name}: ${piece.reason}`] : [],
  );
}

function sayMissing(all: readonly Enriched[]): void {
  const counts = new Map<string, number>();
  for (const each of all.flatMap(({ missing }) => missing)) counts.set(each, (counts.get(each) ?? 0) + 1);
  for (const [what, count] of counts) process.stdout.write(`  missing ${count} times: ${what}\n`);
}

function pick(kills: readonly Kill[], index: number): Kill {
  const kill = kills[index % kills.length];
  if (kill === undefined) throw new Error('there is no kill to explain');
  return kill;
}

async function inTurns(kills: readonly Kill[], act: (kill: Kill) => Promise<Enriched>): Promise<readonly Enriched[]> {
  const left = kills.values();
  const done: Enriched[] = [];
  const work = async (): Promise<void> => {
    for (const kill of left) done.push(await act(kill));
  };
  await Promise.all(Array.from({ length: STEPS.enrich.concurrency }, work));
  return done;
}

async function createPods(connection: ClusterConnection, namespace: string): Promise<void> {
  const post = (path: string, body: object): Promise<unknown> =>
    connection.json({ method: 'POST', path, body, signal: AbortSignal.timeout(REQUEST_MS) });
  await post('/api/v1/namespaces', { metadata: { name: namespace } });
  const container = {
    name: 'app',
    image: 'busybox',
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', SCRIPT],
    resources: { requests: { memory: '8Mi', cpu: '1m' }, limits: { memory: '24Mi' } },
    volumeMounts: [{ name: 'keep', mountPath: '/keep' }],
  };
  const spec = { terminationGracePeriodSeconds: 1, containers: [container], volumes: [{ name: 'keep', emptyDir: {} }] };
  await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: 'restless' },
    spec: {
      replicas: PODS,
      selector: { matchLabels: { app: 'restless' } },
      template: { metadata: { labels: { app: 'restless' } }, spec },
    },
  });
}

async function allKills(connection: ClusterConnection, namespace: string): Promise<readonly Kill[]> {
  const finder = createPodFinder({ connection, cluster: CLUSTER });
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const names = await finder.names(namespace, AbortSignal.timeout(REQUEST_MS));
    const pods = await Promise.all(
      names.map((name) => finder.find(namespace, name.slice(namespace.length + 1), AbortSignal.timeout(REQUEST_MS))),
    );
    const kills = pods.flatMap((pod) =>
      pod === undefined ? [] : findKills(pod, clock.now()).filter(({ how }) => how === 'oom-killed'),
    );
    if (kills.length === PODS) return kills;
    await new Promise((resolve) => setTimeout(resolve, SECOND));
  }
  throw new Error(`not all ${PODS} pods were killed within ${READY_WITHIN_MS / SECOND} s`);
}

function countedCalls(connection: ClusterConnection) {
  let now = 0;
  let most = 0;
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    most = Math.max(most, (now += 1));
    try {
      return await work;
    } finally {
      now -= 1;
    }
  };
  const wrapped: ClusterConnection = {
    ...connection,
    json: (call) => counted(connection.json(call)),
    answer: (call) => counted(connection.answer(call)),
    text: (call) => counted(connection.text(call)),
  };
  return { connection: wrapped, most: () => most, reset: () => void (most = 0) };
}

/** Passes every request on and counts those under way. */
async function countedProxy(target: string) {
  let now = 0;
  let most = 0;
  const server = createServer((incoming, outgoing) => {
    most = Math.max(most, (now += 1));
    outgoing.once('close', () => (now -= 1));
    const passed = forward(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.once('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    most: () => most,
    reset: () => void (most = 0),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
