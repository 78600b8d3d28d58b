// The cluster contract on a real API server with a kubelet, and what only that can show: RBAC's refusals.

import { describe, expect, it } from 'vitest';
import { checkRights, EVERY_PURPOSE } from '../../../src/adapters/kubernetes/client/capabilities.ts';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { createWorkloadEditor } from '../../../src/adapters/kubernetes/editor/workload-editor.ts';
import { createEvidenceReader } from '../../../src/adapters/kubernetes/evidence/evidence-reader.ts';
import { createElection } from '../../../src/adapters/kubernetes/lease/election.ts';
import { createPodFinder } from '../../../src/adapters/kubernetes/pods/pod-finder.ts';
import { aborted } from '../../../src/adapters/pause.ts';
import { valueOf } from '../../../src/domain/base/piece.ts';
import { buildChange } from '../../../src/domain/change/patch.ts';
import type { EvidenceReader } from '../../../src/ports/evidence-reader.ts';
import { PermanentError } from '../../../src/ports/fault.ts';
import { textWith } from '../../support/text-with.ts';
import { clusterContract } from './cluster.ts';
import type { RealCluster } from './cluster-real-target.ts';
import { startRealCluster } from './cluster-real-target.ts';
import { CLUSTER, clock, countingMeter, eventually, evidenceOfKill, PIECE_WITHIN_MS, silent, soon } from './cluster-support.ts';

const kubeconfig = process.env['E2E_KUBECONFIG'] || undefined;

if (kubeconfig === undefined) {
  describe.skip('cluster contract: a real cluster (not run: E2E_KUBECONFIG names none)', () => {
    it('needs a kubeconfig', () => undefined);
  });
} else {
  let real: RealCluster | undefined;
  const target = (): RealCluster => {
    if (real === undefined) throw new Error('the cluster did not start');
    return real;
  };
  clusterContract(
    'a real cluster',
    async () => {
      real = await startRealCluster(kubeconfig);
      return real;
    },
    () => {
      ownerEventsContract(target);
      rightsContract(target);
    },
  );
}

function readerOf(connection: ClusterConnection): EvidenceReader {
  return createEvidenceReader({ connection, cluster: CLUSTER, clock, log: silent, pieceTimeoutMs: PIECE_WITHIN_MS });
}

function ownerEventsContract(target: () => RealCluster): void {
  it('has what the Deployment and its ReplicaSet said', async () => {
    const reader = readerOf(target().connection);
    await eventually('ScalingReplicaSet and SuccessfulCreate', target().patienceMs, async () => {
      const { evidence } = await evidenceOfKill(target(), reader);
      const reasons = valueOf(evidence.ownerEvents)?.map(({ reason }) => reason) ?? [];
      return ['ScalingReplicaSet', 'SuccessfulCreate'].every((reason) => reasons.includes(reason)) || undefined;
    });
  });
}

function rightsContract(target: () => RealCluster): void {
  describe('an account that may only read pods', () => {
    it('gets the pod, and for everything else the reason', async () => {
      const { evidence } = await evidenceOfKill(target(), readerOf(target().restricted));
      expect(evidence.pod.kind).toBe('known');
      expect(evidence.log).toEqual({ kind: 'unavailable', reason: 'no right to read pod logs (RBAC)' });
      expect(evidence.events).toEqual({ kind: 'unavailable', reason: 'no right to read events (RBAC)' });
      expect(evidence.node).toEqual({ kind: 'unavailable', reason: 'no right to read the node (RBAC)' });
      expect(evidence.owner).toEqual({ kind: 'unavailable', reason: 'no right to read the owner (RBAC)' });
      expect(evidence.rollout).toEqual({ kind: 'unavailable', reason: 'the owner is not known' });
      expect(evidence.nodePods).toEqual({ kind: 'unavailable', reason: 'no right to read the pods of the node (RBAC)' });
      expect(evidence.describe).toMatchObject({
        kind: 'known',
        value: textWith(/\nEvents: {2}\(no right to read events \(RBAC\)\)$/),
      });
    });

    it('is told at start what is missing and what that costs', async () => {
      const rights = await checkRights({
        connection: target().restricted,
        purposes: EVERY_PURPOSE,
        namespaces: [target().namespace],
        signal: soon(),
      });
      const missing = rights.filter(({ allowed }) => !allowed).map(({ what }) => what);
      expect(missing).toEqual(
        expect.arrayContaining([
          'read pod logs',
          'read events',
          'write events',
          'read nodes',
          'read deployments',
          'change deployments',
          'change statefulsets',
        ]),
      );
      expect(missing).not.toContain('list pods');
      expect(rights.every(({ effect }) => effect !== '')).toBe(true);
    });

    it('leads without a Lease where it may have none, and says so once', async () => {
      const said: string[] = [];
      let led = 0;
      const election = createElection({
        connection: target().restricted,
        namespace: target().namespace,
        name: 'headroom-refused',
        identity: 'only',
        now: clock.now,
        ticks: () => performance.now(),
        log: { ...silent, warn: (words) => said.push(words) },
        meter: countingMeter(),
        random: () => 0,
        async lead(signal) {
          led += 1;
          await aborted(signal);
        },
      });
      expect(await election.start()).toBe('leading');
      await election.stop();
      expect(led).toBe(1);
      expect(said).toEqual([textWith('no Lease can be had')]);
    });

    it('may not change anything, in the server’s words, and gets no names of other namespaces', async () => {
      const { namespace, name } = target().quiet;
      const workload = { cluster: CLUSTER, namespace, apiVersion: 'apps/v1', kind: 'Deployment', name, uid: '' };
      const template = await createWorkloadEditor({ connection: target().connection, cluster: CLUSTER, clock, log: silent }).read(
        workload,
        soon(),
      );
      const [container] = template?.containers ?? [];
      if (template === undefined || container?.resources.limit === undefined) throw new Error('no template');
      const editor = createWorkloadEditor({ connection: target().restricted, cluster: CLUSTER, clock, log: silent });
      const rehearsed = await editor.dryRun(buildChange(template, container, { limit: container.resources.limit.bytes }), soon());
      expect(rehearsed).toEqual({ kind: 'forbidden', message: textWith('cannot get resource "deployments"') });
      await expect(editor.read(workload, soon())).rejects.toThrow(PermanentError);
      const finder = createPodFinder({ connection: target().restricted, cluster: CLUSTER });
      expect(await finder.names(undefined, soon())).toEqual([]);
      await expect(finder.find('kube-system', 'x', soon())).rejects.toThrow('no right to read pods in kube-system (RBAC)');
    });
  });
}
