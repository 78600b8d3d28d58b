// The cluster contract on the demo cluster, so that it is no second truth.

import { startDemoCluster } from '../../demo/cluster/start.ts';
import { connectCluster } from '../../src/adapters/kubernetes/connection.ts';
import { clusterContract } from './cluster.ts';
import type { ClusterUnderTest } from './cluster-support.ts';

async function startDemo(): Promise<ClusterUnderTest> {
  const demo = await startDemoCluster({ port: 0, speed: 10, seed: 7, automatic: false });
  const connection = connectCluster({ kind: 'text', kubeconfig: demo.kubeconfig });
  return {
    connection,
    prometheusUrl: demo.prometheusUrl,
    restless: { namespace: 'payments', name: 'checkout-api', container: 'api' },
    quiet: { namespace: 'catalog', name: 'catalog-api', container: 'catalog-api' },
    async kill() {
      demo.control.killNow('payments', 'checkout-api');
    },
    patienceMs: 20_000,
    async stop() {
      await connection.close();
      await demo.stop();
    },
  };
}

clusterContract('the demo cluster', startDemo);
