// The demo cluster as a target: its workloads die by themselves.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoCluster } from '../../../packages/kube-sim/src/start.ts';
import { startDemoCluster } from '../../../packages/kube-sim/src/start.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import type { Target } from './target.ts';

export type DemoTarget = Target & { readonly demo: DemoCluster };

/** `only`: that workload alone, which dies when the test says so. */
export async function startDemoTarget({ only }: { readonly only?: string } = {}): Promise<DemoTarget> {
  const demo = await startDemoCluster({
    port: 0,
    speed: 4,
    ...(only === undefined ? {} : { workloads: [only], automatic: false }),
  });
  const folder = await mkdtemp(join(tmpdir(), 'headroom-demo-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, demo.kubeconfig);
  const connection = connectCluster({ kind: 'text', kubeconfig: demo.kubeconfig });
  return {
    name: 'demo cluster',
    demo,
    kubeconfig,
    prometheusUrl: demo.prometheusUrl,
    connection,
    namespaces: ['payments', 'tools'],
    deployment: { namespace: 'payments', name: 'checkout-api', container: 'api' },
    barePod: { namespace: 'tools', name: 'stress', container: 'stress' },
    patienceMs: 120_000,
    watch: '10s',
    async stop() {
      await connection.close();
      await demo.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
