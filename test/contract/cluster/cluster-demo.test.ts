// The cluster contract on the demo cluster: nothing dies but on demand, so that every kill in it is the suite's own.

import { expect, it } from 'vitest';
import type { DemoCluster } from '../../../packages/kube-sim/src/start.ts';
import { startDemoCluster } from '../../../packages/kube-sim/src/start.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { createEvidenceReader } from '../../../src/adapters/kubernetes/evidence/evidence-reader.ts';
import { clusterContract } from './cluster.ts';
import type { ClusterUnderTest } from './cluster-support.ts';
import { CLUSTER, clock, eventually, PIECE_WITHIN_MS, shownKill, silent, soon } from './cluster-support.ts';

const RESTLESS = { namespace: 'payments', name: 'checkout-api', container: 'api' };
const QUIET = { namespace: 'web', name: 'storefront', container: 'storefront' };

let demo: DemoCluster | undefined;

function started(): DemoCluster {
  if (demo === undefined) throw new Error('the demo cluster did not start');
  return demo;
}

clusterContract('the demo cluster', start, (target) => {
  it('refuses what is denied as RBAC does', async () => {
    const { kill } = await eventually('a kill', target().patienceMs, () => shownKill(target()));
    started().control.deny(['pods/log', 'events', 'nodes']);
    try {
      const reader = createEvidenceReader({
        connection: target().connection,
        cluster: CLUSTER,
        clock,
        log: silent,
        pieceTimeoutMs: PIECE_WITHIN_MS,
      });
      const evidence = await reader.read({ ref: kill.ref, kill }, soon());
      expect(evidence.log).toEqual({ kind: 'unavailable', reason: 'no right to read pod logs (RBAC)' });
      expect(evidence.events).toEqual({ kind: 'unavailable', reason: 'no right to read events (RBAC)' });
      expect(evidence.node).toEqual({ kind: 'unavailable', reason: 'no right to read the node (RBAC)' });
    } finally {
      started().control.deny([]);
    }
  });
});

async function start(): Promise<ClusterUnderTest> {
  demo = await startDemoCluster({ port: 0, automatic: false, speed: 10, seed: 7 });
  const { control, prometheusUrl, kubeconfig } = demo;
  const connection = connectCluster({ kind: 'text', kubeconfig });
  const kill = (): Promise<void> => {
    control.killNow(RESTLESS.namespace, RESTLESS.name, RESTLESS.container);
    return Promise.resolve();
  };
  await kill();
  return {
    connection,
    prometheusUrl,
    restless: RESTLESS,
    quiet: QUIET,
    kill,
    // Its first version is behind it from the start.
    outdate: () => Promise.resolve(),
    patienceMs: 60_000,
    async stop() {
      await connection.close();
      await demo?.stop();
    },
  };
}
