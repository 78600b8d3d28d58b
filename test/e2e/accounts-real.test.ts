// The loop with one process per role, each under exactly the account and the rights that deploy/kustomize/base gives it, on a real API server.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCluster } from '../../src/adapters/kubernetes/client/connection.ts';
import type { Accounts } from './support/accounts.ts';
import { applyAccounts } from './support/accounts.ts';
import type { Headroom } from './support/headroom.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';
import { approvedRaise, askingStory, barePodStory, expectNothingTwice, quiet } from './support/stories.ts';
import { lookAt } from './support/template.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();
/** A Lease that is not let go lasts for 15 s from its last renewal, which comes every two seconds. */
const SOONER_THAN_IT_RUNS_OUT_MS = 10_000;

describe.skipIf(kubeconfig === undefined)(
  'the loop under the manifests’ accounts, on a real cluster: set E2E_KUBECONFIG to run it',
  () => {
    let world: TestWorld;
    let accounts: Accounts;
    let running: readonly Headroom[];
    let leader: Headroom;
    let standby: Headroom;

    beforeAll(async () => {
      const admin = kubeconfig ?? '';
      world = await startTestWorld(await startRealTarget(admin));
      accounts = await applyAccounts(world.target.connection, admin);
      // All namespaces, as the manifests run it; kills of other tests have threads of their own.
      const start = (role: 'watcher' | 'worker' | 'slack'): Promise<Headroom> => {
        const target = { ...world.target, namespaces: [], kubeconfig: accounts.kubeconfig(role) };
        return world.headroom({ role, target, environment: { LEASE_NAMESPACE: accounts.namespace } });
      };
      running = [await start('worker'), await start('slack')];
      [leader, standby] = [await start('watcher'), await start('watcher')];
    });

    afterAll(async () => {
      await accounts.stop();
      await world.stop();
    });

    it('goes from a kill to quiet, and changes nothing else', async () => {
      const before = await lookAt(world.target);
      const { root } = await approvedRaise(world);
      await quiet(world, root);
      const after = await lookAt(world.target);
      expect(after.rest).toBe(before.rest);
      expect(after.generation).toBe(before.generation + 1);
      expectNothingTwice(world, root);
    });

    it('hands the watch to the watcher that stood by, which tells nothing again', async () => {
      expect(standby.output()).toContain('standing by');
      const askedAt = performance.now();
      await leader.stop();
      await standby.said('"leading"');
      expect(performance.now() - askedAt).toBeLessThan(SOONER_THAN_IT_RUNS_OUT_MS);
      const { namespace, name } = world.target.barePod;
      await world.stage.root(`${namespace}/${name}`, ({ text }) => text.startsWith('OOMKilled'));
      expect(world.stage.roots(`${namespace}/${name}`)).toHaveLength(1);
      expect(world.stage.roots(`${world.target.deployment.namespace}/${world.target.deployment.name}`)).toHaveLength(1);
    });

    it('explains the bare pod and answers questions', async () => {
      await barePodStory(world);
      await askingStory(world);
    });

    it('gives the role that talks to people no right to write', async () => {
      const slack = connectCluster({ kind: 'file', path: accounts.kubeconfig('slack'), context: undefined });
      const { namespace, name } = world.target.deployment;
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const { status } = await slack.answer({
        method: 'PATCH',
        path,
        contentType: 'application/merge-patch+json',
        body: {},
        signal: AbortSignal.timeout(5000),
      });
      await slack.close();
      expect(status).toBe(403);
    });

    it('gives every role all the rights of its own work', () => {
      for (const headroom of [...running, standby]) expect(headroom.output()).not.toContain('does not allow');
    });
  },
);
