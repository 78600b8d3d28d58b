// The part of the cluster contract that people's questions need: what runs, by name and workload, what it uses, and what a node has.

import { describe, expect, it } from 'vitest';
import { createNamespaces } from '../../../src/adapters/kubernetes/client/namespaces.ts';
import { createDirectory } from '../../../src/adapters/kubernetes/pods/directory.ts';
import { createMetricsUse } from '../../../src/adapters/kubernetes/pods/metrics-use.ts';
import { connectPrometheus } from '../../../src/adapters/prometheus/endpoint.ts';
import { createPrometheusUse } from '../../../src/adapters/prometheus/use-now.ts';
import { valueOf } from '../../../src/domain/base/piece.ts';
import { closestToLimit, isOf, shareOf } from '../../../src/domain/query/directory.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { textWith } from '../../support/text-with.ts';
import type { ClusterUnderTest } from './cluster-support.ts';
import { CLUSTER, clock, eventually, silent, someNumber, soon } from './cluster-support.ts';

export function directoryContract(target: () => ClusterUnderTest): void {
  const directory = (namespaces: readonly string[], excluded: readonly string[] = []): Directory =>
    createDirectory({ connection: target().connection, cluster: CLUSTER, namespaces, excluded, clock });

  describe('directory', () => {
    it('knows the pods of a Deployment by its name, with what they may use', async () => {
      const { namespace, name, container } = target().quiet;
      const own = await eventually('a running pod of the Deployment', target().patienceMs, async () => {
        const { pods, truncated } = await directory([]).pods(soon());
        expect(truncated).toBe(false);
        return pods.find((pod) => isOf(pod, { namespace, kind: 'Deployment', name }) && pod.phase === 'Running');
      });
      expect(own.node).toEqual(textWith(/./));
      expect(own.containers).toContainEqual(
        expect.objectContaining({ name: container, role: 'regular', limit: someNumber, request: someNumber }),
      );
    });

    it('sees when a container was killed for memory', async () => {
      const { namespace, name } = target().restless;
      const killed = await eventually('a kill', target().patienceMs, async () => {
        const { pods } = await directory([namespace]).pods(soon());
        return pods.find((pod) => pod.workload.name === name && pod.containers.some(({ lastOomAt }) => lastOomAt !== undefined));
      });
      expect(killed.workload).toEqual({ namespace, kind: 'Deployment', name });
    });

    it('keeps to the namespaces it is given, and without those left out', async () => {
      const { namespace } = target().quiet;
      const only = await directory([namespace]).pods(soon());
      expect(new Set(only.pods.map((pod) => pod.namespace))).toEqual(new Set([namespace]));
      const others = await directory([], [namespace]).pods(soon());
      expect(others.pods.map((pod) => pod.namespace)).not.toContain(namespace);
    });

    it('says what a node has, and of one that is not there that it is gone', async () => {
      // In its own namespace: elsewhere a pod may name a node that never was.
      const { quiet, patienceMs } = target();
      const node = await eventually('a pod on a node', patienceMs, async () => {
        const { pods } = await directory([quiet.namespace]).pods(soon());
        return pods.find((pod) => pod.node !== undefined)?.node;
      });
      const inTime = async (name: string) => {
        const piece = await directory([]).node(name, soon());
        return piece.kind === 'unavailable' && piece.late === true ? undefined : piece;
      };
      const known = await eventually('an answer about the node in time', patienceMs, () => inTime(node));
      expect(valueOf(known)).toMatchObject({ name: node, allocatable: someNumber });
      const unknown = await eventually('an answer about no node in time', patienceMs, () => inTime('no-such-node'));
      expect(unknown).toMatchObject({ kind: 'unavailable', reason: textWith('gone') });
    });

    it('adds up all pods of a node, also those of namespaces it does not watch', async () => {
      const { namespace } = target().quiet;
      const { pods } = await directory([]).pods(soon());
      const node = pods.find((pod) => pod.namespace === namespace && pod.node !== undefined)?.node ?? '';
      const all = valueOf(await directory([]).nodeLoad(node, soon()));
      expect(all).toMatchObject({ running: someNumber, requested: someNumber, limited: someNumber });
      expect(valueOf(await directory(['no-such-namespace']).nodeLoad(node, soon()))?.requested).toBeGreaterThan(0);
    });

    it('reads what a namespace says about itself, and nothing of one that is not there', async () => {
      const namespaces = createNamespaces({ connection: target().connection, log: silent });
      expect(Object.keys(await namespaces.annotations('no-such-namespace'))).toEqual([]);
      expect(
        Object.values(await namespaces.annotations(target().quiet.namespace)).every((text) => typeof text === 'string'),
      ).toBe(true);
    });

    it('knows who is closest to the limit now, from Prometheus or metrics.k8s.io, or says why not', async () => {
      const { connection, prometheusUrl, patienceMs, quiet } = target();
      const reader =
        prometheusUrl === undefined
          ? createMetricsUse({ connection, namespaces: [], clock })
          : createPrometheusUse({ endpoint: connectPrometheus({ url: prometheusUrl }, 5000), clock });
      const { pods } = await directory([quiet.namespace]).pods(soon());
      const lines = await eventually('memory in use', patienceMs, async () => {
        const use = await reader.now(soon());
        if (use.kind === 'unavailable' && prometheusUrl === undefined) return 'said' as const;
        const known = closestToLimit(pods, valueOf(use) ?? []).filter((line) => shareOf(line) !== undefined);
        return known.length === 0 ? undefined : known;
      });
      if (lines === 'said') return;
      expect(lines.every((line) => (shareOf(line) ?? 0) < 1.5)).toBe(true);
    });
  });
}
