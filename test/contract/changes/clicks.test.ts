// A thousand clicks and redeliveries of one approval end in one write; a hundred proposals decided at once each end in their own. On a real Redis with
// its queue and workers, and on a real API server.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import type { Policy } from '../../../src/domain/change/policy/policy.ts';
import type { People } from '../../../src/ports/people.ts';
import { fakePeople } from '../../fakes/world.ts';
import type { ChangeLab } from '../../support/change-lab.ts';
import { labWorkload, startChangeLab } from '../../support/change-lab.ts';
import { idleDeployment } from '../../support/idle-deployment.ts';
import { removeNamespace } from '../../support/namespace.ts';
import { eventually, soon } from '../cluster/cluster-support.ts';

const kubeconfig = process.env['E2E_KUBECONFIG'] || undefined;
const CLICKS = 1000;
const AT_ONCE = 100;
/** Each of the other stories has a Deployment of its own. */
const OTHERS = 3;

const THREE_APPROVERS: Partial<Policy> = {
  approvers: [{ namespaces: ['*'], users: ['UBOB', 'UCAROL', 'UDAVE'], groups: [] }],
  maxFactor: 16,
};

type Place = {
  readonly connection: ClusterConnection;
  /** Deployments with a container app and a limit of 64Mi that never change by themselves. */
  readonly names: readonly string[];
  readonly namespace: string;
  stop(): Promise<void>;
};

const deployment = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.object({
    template: z.object({
      spec: z.object({ containers: z.array(z.object({ resources: z.object({ limits: z.object({ memory: z.string() }) }) })) }),
    }),
  }),
});

describe.skipIf(kubeconfig === undefined)('approvals on a real API server: set E2E_KUBECONFIG to run it', () => {
  let place: Place;
  let lab: ChangeLab;

  beforeAll(async () => {
    place = await startPlace(kubeconfig ?? '');
    lab = await startChangeLab(place.connection, THREE_APPROVERS);
  }, 60_000);

  afterAll(async () => {
    await lab.stop();
    await place.stop();
  }, 130_000);

  it(`end in one write, however often ${CLICKS} clicks and redeliveries say so`, { timeout: 120_000 }, async () => {
    const [name = ''] = place.names;
    const before = await read(place, name);
    const proposalId = await lab.propose(labWorkload(place.namespace, name), '128Mi');
    const clicks = Array.from({ length: CLICKS }, (_, index) =>
      lab.approve(proposalId, ['UBOB', 'UCAROL', 'UDAVE'][index % 3] ?? ''),
    );
    const again = Array.from({ length: 50 }, () => lab.redeliver(proposalId));
    const outcomes = await Promise.all(clicks);
    // A redelivery that finds too many others at work is tried again by the queue.
    await Promise.allSettled(again);
    await Promise.allSettled(Array.from({ length: 50 }, () => lab.redeliver(proposalId)));
    expect(outcomes.filter(({ kind }) => kind === 'approved')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(CLICKS - 1);
    await eventually('the write', 30_000, async () => ((await lab.state(proposalId)) === 'rolling-out' ? true : undefined));
    const after = await read(place, name);
    expect(after).toEqual({ generation: before.generation + 1, limit: '128Mi' });
  });

  it('of two people in the same moment, where two are needed, both count and end in one write', { timeout: 60_000 }, async () => {
    const name = place.names[1] ?? '';
    const two = await startChangeLab(place.connection, { ...THREE_APPROVERS, approvals: 2 });
    try {
      const proposalId = await two.propose(labWorkload(place.namespace, name), '128Mi');
      const outcomes = await Promise.all(['UBOB', 'UCAROL'].map((by) => two.approve(proposalId, by)));
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['approved', 'counted']);
      await eventually('the write', 30_000, async () => ((await two.state(proposalId)) === 'rolling-out' ? true : undefined));
      expect(await read(place, name)).toEqual({ generation: 2, limit: '128Mi' });
    } finally {
      await two.stop();
    }
  });

  it('of somebody who loses the right before the write end in none', { timeout: 60_000 }, async () => {
    const name = place.names[2] ?? '';
    const { person, members } = fakePeople();
    let stateNow = async (): Promise<string | undefined> => undefined;
    const leaving: People = {
      members,
      // Asked by the write, after the click has counted.
      async person(id) {
        const isStored = ['approved', 'applying'].includes((await stateNow()) ?? '');
        return { ...(await person(id)), standing: isStored ? 'deactivated' : 'full' };
      },
    };
    const leaver = await startChangeLab(place.connection, THREE_APPROVERS, leaving);
    try {
      const proposalId = await leaver.propose(labWorkload(place.namespace, name), '128Mi');
      stateNow = () => leaver.state(proposalId);
      expect(await leaver.approve(proposalId, 'UBOB')).toEqual({ kind: 'approved' });
      await eventually('the end', 30_000, async () => ((await leaver.state(proposalId)) === 'closed' ? true : undefined));
      expect(await read(place, name)).toEqual({ generation: 1, limit: '64Mi' });
    } finally {
      await leaver.stop();
    }
  });

  it(`of ${AT_ONCE} proposals at once each end in their own write`, { timeout: 120_000 }, async () => {
    const names = place.names.slice(OTHERS);
    const ids = await Promise.all(
      names.map((name, index) => lab.propose(labWorkload(place.namespace, name), `${100 + index}Mi`)),
    );
    const outcomes = await Promise.all(ids.map((id) => lab.approve(id, 'UBOB')));
    expect(outcomes.every(({ kind }) => kind === 'approved')).toBe(true);
    await eventually('all writes', 60_000, () => (ids.every((id) => lab.appliedAt.has(id)) ? true : undefined));
    for (const [index, name] of names.entries())
      expect(await read(place, name), name).toEqual({ generation: 2, limit: `${100 + index}Mi` });
  });
});

async function read({ connection, namespace }: Place, name: string) {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const { metadata, spec } = deployment.parse(await connection.json({ path, signal: soon() }));
  return { generation: metadata.generation, limit: spec.template.spec.containers[0]?.resources.limits.memory };
}

async function startPlace(path: string): Promise<Place> {
  const connection = connectCluster({ kind: 'file', path, context: undefined });
  const namespace = `headroom-clicks-${randomBytes(3).toString('hex')}`;
  const post = (to: string, body: object): Promise<unknown> =>
    connection.json({ method: 'POST', path: to, body, signal: soon() });
  await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const names = Array.from({ length: AT_ONCE + OTHERS }, (_, index) => `app-${index}`);
  for (const name of names) await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, idleDeployment(name));
  return {
    connection,
    names,
    namespace,
    async stop() {
      await removeNamespace(connection, namespace);
      await connection.close();
    },
  };
}
