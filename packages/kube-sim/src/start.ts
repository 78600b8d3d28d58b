// The demo cluster: a Kubernetes API and a Prometheus on loopback, behind them workloads that are killed for memory for different reasons. Real clients run on it
// unchanged. Nothing leaves the machine; nothing is written to disk.

import { randomBytes } from 'node:crypto';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { DemoControl } from './control.ts';
import { createControl } from './control.ts';
import { createApi } from './http/api.ts';
import { createWatches } from './http/read/watches.ts';
import { createPrometheusApi } from './prometheus/api.ts';
import { createSimulation } from './simulation.ts';

export type DemoClusterOptions = {
  /** Of the API; 0: any free one. */
  readonly port: number;
  /** 10: everything happens ten times faster. */
  readonly speed?: number | undefined;
  /** The same seed makes the same names, ids and times of kills; without it each start differs. */
  readonly seed?: number | undefined;
  /** Names, or "namespace/name"; all of them unless given. */
  readonly workloads?: readonly string[] | undefined;
  /** false: nothing is killed but by control.killNow. */
  readonly automatic?: boolean | undefined;
  readonly clock?: { now(): number } | undefined;
  /** Of the kubeconfig; a new one at each start unless given. */
  readonly token?: string | undefined;
};

export type DemoCluster = {
  readonly url: string;
  readonly prometheusUrl: string;
  /** YAML text, with a token. */
  readonly kubeconfig: string;
  readonly control: DemoControl;
  stop(): Promise<void>;
};

const STEP_MS = 100;
const FASTEST_STEP_MS = 20;
const BOOKMARK_EVERY_MS = 60_000;

/** Rejects when the port is taken, or for an unknown workload. */
export async function startDemoCluster(options: DemoClusterOptions): Promise<DemoCluster> {
  const { speed = 1, automatic = true, clock = Date } = options;
  const now = (): number => clock.now();
  const simulation = createSimulation({ now, speed, automatic, seed: options.seed ?? now(), workloads: options.workloads });
  const { world, kubelet } = simulation;
  const token = options.token ?? randomBytes(24).toString('hex');
  const watches = createWatches({ store: world.store, bookmarkEveryMs: BOOKMARK_EVERY_MS / speed });
  const api = createApi({ world, kubelet, watches, token });
  const prometheus = createPrometheusApi(world);
  const server = await listening(options.port, (request, response) => void api(request, response));
  const metrics = await listening(0, (request, response) => void prometheus(request, response)).catch(async (error: unknown) => {
    await closed(server);
    throw error;
  });
  const timer = setInterval(() => simulation.advance(), Math.max(FASTEST_STEP_MS, STEP_MS / speed));
  const url = urlOf(server);
  return {
    url,
    prometheusUrl: urlOf(metrics),
    kubeconfig: kubeconfigFor(url, token),
    control: createControl(world, kubelet, watches),
    async stop() {
      clearInterval(timer);
      watches.drop();
      await Promise.all([closed(server), closed(metrics)]);
    },
  };
}

function listening(port: number, handler: RequestListener): Promise<Server> {
  const server = createServer(handler);
  return new Promise((done, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      done(server);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the demo cluster has no address');
  return `http://127.0.0.1:${address.port}`;
}

/** Clients refuse plain HTTP unless told that no certificate is to be checked; it never leaves the machine. */
function kubeconfigFor(server: string, token: string): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    `clusters: [{name: demo, cluster: {server: "${server}", insecure-skip-tls-verify: true}}]`,
    `users: [{name: demo, user: {token: "${token}"}}]`,
    'contexts: [{name: demo, context: {cluster: demo, user: demo}}]',
    'current-context: demo',
    '',
  ].join('\n');
}
