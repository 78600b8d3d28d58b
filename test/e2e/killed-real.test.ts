// The program as a process, on a real Redis and a real API server, killed with SIGKILL before each single thing it does to the world, from the click on Approve
// to the end that is told: always exactly one write, the right object, the end on the root message, and nothing said twice.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterConnection } from '../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../src/adapters/kubernetes/client/connection.ts';
import { idleDeployment } from '../support/idle-deployment.ts';
import { removeNamespace } from '../support/namespace.ts';
import type { Ending, KilledChain } from './support/killed-chain.ts';
import { startKilledChain } from './support/killed-chain.ts';
import { realKubeconfig } from './support/real-target.ts';
import { lookAt } from './support/template.ts';

const kubeconfig = realKubeconfig();
/** Most of the time is waiting: for a start, for a job whose worker died, for the watch window. */
const CHAINS = 8;
/** Apply, verify and what is posted meanwhile; fewer would mean that effects go by unseen. */
const FEWEST = 25;
const WITHIN_MS = 600_000;

describe.skipIf(kubeconfig === undefined)(
  'killed before each effect of a change, on a real cluster: set E2E_KUBECONFIG to run it',
  () => {
    const namespace = `headroom-killed-${randomBytes(3).toString('hex')}`;
    let connection: ClusterConnection;
    const chains: KilledChain[] = [];

    beforeAll(async () => {
      connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
      await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      chains.push(...(await Promise.all(Array.from({ length: CHAINS }, () => startKilledChain(connection, namespace)))));
    });

    afterAll(async () => {
      await Promise.all(chains.map((chain) => chain.stop()));
      await removeNamespace(connection, namespace);
      await connection.close();
    });

    async function post(path: string, body: object): Promise<void> {
      await connection.json({ method: 'POST', path, body, signal: AbortSignal.timeout(20_000) });
    }

    async function killedAt(chain: KilledChain, at: number): Promise<boolean> {
      const name = `app-${String(at).padStart(3, '0')}`;
      await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, idleDeployment(name));
      const seen = () => lookAt({ connection, deployment: { namespace, name, container: 'app' } });
      const before = await seen();
      const ending = await chain.raise(name, at);
      const after = await seen();
      const place = `killed at ${at}, before: ${ending.effects.at(-1) ?? 'the job'}`;
      expect({
        place,
        ...told(ending),
        limit: after.limit,
        rest: after.rest,
        generations: after.generation - before.generation,
      }).toEqual({
        ...{ place, state: 'closed', verdict: 'quiet', writes: 1, limit: '200Mi', rest: before.rest, generations: 1 },
        audit: ['propose', 'approve', 'begin', 'write', 'roll-out', 'close'],
        root: true,
        twice: [],
      });
      expect(after.mark, place).toContain(`${ending.proposal?.id ?? 'none'} `);
      return ending.wasKilled;
    }

    it(
      'writes once and tells the end, wherever it dies',
      async () => {
        let [next, isOver, killed] = [0, false, 0];
        const go = async (chain: KilledChain): Promise<void> => {
          while (!isOver) {
            const at = next;
            next += 1;
            if (await killedAt(chain, at)) killed += 1;
            else isOver = true;
          }
        };
        await Promise.all(chains.map(go));
        expect(killed).toBeGreaterThanOrEqual(FEWEST);
      },
      WITHIN_MS,
    );
  },
);

function told({ proposal, writes, root, replies, audit }: Ending) {
  const kinds = replies.map(({ metadata }) => JSON.stringify(metadata));
  return {
    state: proposal?.state.kind,
    verdict: proposal?.state.kind === 'closed' ? proposal.state.verdict.kind : undefined,
    writes,
    audit,
    root: root?.text.startsWith('Resolved') === true,
    twice: kinds.filter((kind, index) => kinds.indexOf(kind) !== index),
  };
}
