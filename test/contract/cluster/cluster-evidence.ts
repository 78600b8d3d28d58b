// The part of the cluster contract that reads evidence: the killed run's log, events, the node, the owner, usage, and how what is missing is worded.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkRights, EVERY_PURPOSE } from '../../../src/adapters/kubernetes/client/capabilities.ts';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { gently } from '../../../src/adapters/kubernetes/client/gentle.ts';
import { createEvidenceReader } from '../../../src/adapters/kubernetes/evidence/evidence-reader.ts';
import { createMetricsUsage } from '../../../src/adapters/kubernetes/pods/metrics-usage.ts';
import { createPodFinder } from '../../../src/adapters/kubernetes/pods/pod-finder.ts';
import { connectPrometheus } from '../../../src/adapters/prometheus/endpoint.ts';
import { createPrometheusUsage } from '../../../src/adapters/prometheus/usage-reader.ts';
import { valueOf } from '../../../src/domain/base/piece.ts';
import type { EvidenceReader, EvidenceSubject } from '../../../src/ports/evidence-reader.ts';
import { textWith } from '../../support/text-with.ts';
import type { ClusterUnderTest } from './cluster-support.ts';
import {
  CLUSTER,
  clock,
  eventually,
  evidenceOfKill,
  PIECE_WITHIN_MS,
  podsOf,
  refOf,
  shownKill,
  silent,
  someNumber,
  someText,
  soon,
} from './cluster-support.ts';

const eventUids = z.object({ items: z.array(z.object({ metadata: z.object({ uid: z.string() }) })) });
const involvedObjects = z.object({ items: z.array(z.object({ involvedObject: z.object({ uid: z.string().optional() }) })) });
const labelled = z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }) });

export function evidenceContract(target: () => ClusterUnderTest): void {
  const reader = (): EvidenceReader =>
    createEvidenceReader({
      connection: target().connection,
      cluster: CLUSTER,
      clock,
      log: silent,
      pieceTimeoutMs: PIECE_WITHIN_MS,
    });

  describe('evidence', () => {
    it('has the log of the killed run, cut where the kernel cut it', async () => {
      const log = await eventually('the log of a kill', target().patienceMs, async () => {
        const shown = await shownKill(target());
        if (shown === undefined) return undefined;
        return valueOf((await reader().read({ ref: shown.kill.ref, kill: shown.kill }, soon())).log);
      });
      expect(log.instance).toBe('killed');
      expect(log.lines.length).toBeGreaterThan(0);
      expect(log.cutMidLine).toBe(true);
    });

    it('has the same events of each object in a storm, which shares one read of the namespace', async () => {
      const { connection, restless } = target();
      const path = `/api/v1/namespaces/${restless.namespace}/events`;
      const about = (uid: string) => ({
        path,
        query: { fieldSelector: `involvedObject.uid=${uid}`, limit: 250 },
        signal: soon(),
      });
      const uidsOf = async (answer: unknown) => eventUids.parse(await answer).items.map(({ metadata }) => metadata.uid);
      const involved = await eventually('events', target().patienceMs, async () => {
        const { items } = involvedObjects.parse(await connection.json({ path, signal: soon() }));
        const uids = [...new Set(items.flatMap(({ involvedObject: { uid } }) => uid ?? []))];
        // The first four questions are asked alone: about nothing.
        return uids.length > 0 ? ['none-1', 'none-2', 'none-3', 'none-4', ...uids] : undefined;
      });
      await eventually('a moment without news', target().patienceMs, async () => {
        const asked: string[] = [];
        const json: ClusterConnection['json'] = (call) => {
          asked.push(JSON.stringify(call.query));
          return connection.json(call);
        };
        const gentle = gently({ ...connection, json }, { mostAtOnce: 20, sharedMs: 1500, timeoutMs: 20_000 });
        const shared = await Promise.all(involved.map((uid) => uidsOf(gentle.json(about(uid)))));
        const alone = await Promise.all(involved.map((uid) => uidsOf(connection.json(about(uid)))));
        expect(asked.filter((query) => query.includes('involvedObject'))).toHaveLength(4);
        return JSON.stringify(shared) === JSON.stringify(alone) || undefined;
      });
    });

    it('does not pass another run’s log off as the killed one’s', async () => {
      const { kill } = await eventually('a kill', target().patienceMs, () => shownKill(target()));
      const other = { ...kill, id: `${kill.id}0` };
      expect((await reader().read({ ref: kill.ref, kill: other }, soon())).log).toMatchObject({
        kind: 'unavailable',
        reason: textWith('not kept any more'),
      });
    });

    it('has describe, events, the node and the owner of a killed pod', async () => {
      const { kill, evidence } = await eventually('the events of a kill’s pod', target().patienceMs, async () => {
        const gathered = await evidenceOfKill(target(), reader());
        // The kubelet sends them beside the status that shows the kill, and perhaps after it.
        const reasons = valueOf(gathered.evidence.events)?.map(({ reason }) => reason) ?? [];
        return reasons.includes('Started') ? gathered : undefined;
      });
      expect(valueOf(evidence.describe)).toMatch(
        /^Name: +\S+\nNamespace: +\S+\n[\s\S]*\n {4}Last State: +Terminated\n {6}Reason: +OOMKilled\n|\n {4}State: +Terminated\n {6}Reason: +OOMKilled\n/,
      );
      expect(valueOf(evidence.node)).toMatchObject({
        name: kill.node,
        capacity: someNumber,
        allocatable: someNumber,
        ready: true,
      });
      expect(valueOf(evidence.owner)).toMatchObject({
        chain: [{ kind: 'ReplicaSet' }, { kind: 'Deployment', name: target().restless.name }],
        top: { kind: 'Deployment', name: target().restless.name, apiVersion: 'apps/v1' },
        replicas: someNumber,
        readyReplicas: someNumber,
      });
    });

    it('has the labels of the workload itself, which rules of the policy may name', async () => {
      const { kill } = await eventually('a kill', target().patienceMs, () => shownKill(target()));
      const { namespace, name } = target().restless;
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const { metadata } = labelled.parse(await target().connection.json({ path, signal: soon() }));
      expect(Object.keys(metadata.labels)).not.toEqual([]);
      expect(valueOf(await reader().owner({ ref: kill.ref, kill }, soon()))?.labels).toEqual(metadata.labels);
    });

    it('has the revision, the owner’s events and the node’s other pods', async () => {
      const { kill, evidence } = await evidenceOfKill(target(), reader());
      const rollout = valueOf(evidence.rollout);
      expect(rollout?.running).toMatchObject({
        number: textWith(/^\d+$/),
        since: someNumber,
        image: someText,
        limit: kill.limit,
      });
      expect(rollout?.newest).toBeUndefined();
      // Of a workload that was made long ago there are none any more.
      expect(evidence.ownerEvents.kind).toBe('known');
      const nodePods = valueOf(evidence.nodePods);
      expect(nodePods?.running).toBeGreaterThanOrEqual(2);
      expect(nodePods?.requested).toBeGreaterThan(0);
      expect(nodePods?.limited).toBeGreaterThanOrEqual(nodePods?.requested ?? 0);
    });

    it('says of a pod that is gone what is gone', async () => {
      const { namespace, container } = target().quiet;
      const ref = { cluster: CLUSTER, namespace, pod: 'no-such-pod', podUid: 'none', container, role: 'regular' as const };
      const evidence = await reader().read({ ref }, soon());
      expect(evidence.pod).toEqual({ kind: 'unavailable', reason: 'the pod is gone' });
      expect(evidence.log).toEqual({ kind: 'unavailable', reason: 'pod logs are gone' });
      expect(valueOf(evidence.events)).toEqual([]);
    });

    it('does not take a new pod for an old one of the same name', async () => {
      const subject = await quietSubject(target());
      const evidence = await reader().read({ ref: { ...subject.ref, podUid: 'of-another-pod' } }, soon());
      expect(evidence.pod).toEqual({ kind: 'unavailable', reason: 'the pod is gone; a new one has its name' });
    });

    it('says how long it waited when there is no time', async () => {
      const subject = await quietSubject(target());
      const { connection } = target();
      const hurried = createEvidenceReader({
        // However fast the cluster is: no answer is there before the time is over.
        connection: {
          ...connection,
          json: (call) => answerAfter(call.signal, () => connection.json({ ...call, signal: soon() })),
        },
        cluster: CLUSTER,
        clock,
        log: silent,
        pieceTimeoutMs: 20,
      });
      const evidence = await hurried.read(subject, soon());
      expect(evidence.events).toEqual({
        kind: 'unavailable',
        reason: textWith(/^reading events took longer than [0-9.]+ s$/),
        late: true,
      });
    });
  });

  describe('usage', () => {
    it('is one instant from metrics.k8s.io', async () => {
      const metrics = createMetricsUsage({ connection: target().connection, clock });
      const usage = await eventually('a first metric', target().patienceMs, async () =>
        valueOf(await metrics.read(await quietSubject(target()), soon())),
      );
      expect(usage).toMatchObject({ kind: 'instant', now: { bytes: someNumber } });
    });

    it('is missing from metrics.k8s.io for a pod it does not know', async () => {
      const subject = await quietSubject(target());
      const metrics = createMetricsUsage({ connection: target().connection, clock, timeoutMs: PIECE_WITHIN_MS });
      const usage = await metrics.read({ ref: { ...subject.ref, pod: 'no-such-pod' } }, soon());
      expect(usage).toMatchObject({
        kind: 'unavailable',
        reason: textWith('metrics.k8s.io has no value for this pod'),
      });
    });

    it('is a series from Prometheus, where there is one', async ({ skip }) => {
      const { prometheusUrl } = target();
      if (prometheusUrl === undefined) return skip('no Prometheus is named for this cluster');
      const prometheus = createPrometheusUsage({ endpoint: connectPrometheus({ url: prometheusUrl }, 5000), clock });
      const usage = await eventually('first samples', target().patienceMs, async () =>
        valueOf(await prometheus.read(await quietSubject(target()), soon())),
      );
      if (usage.kind !== 'series') throw new Error('not a series');
      expect(usage.points.length).toBeGreaterThan(0);
      expect(usage.peak.bytes).toBeGreaterThanOrEqual(usage.p95);
      expect(usage.points.map(({ at }) => at)).toEqual(usage.points.map(({ at }) => at).toSorted((a, b) => a - b));
    });
  });

  it('finds pods by name and names them', async () => {
    const finder = createPodFinder({ connection: target().connection, cluster: CLUSTER });
    const { ref } = await quietSubject(target());
    expect(await finder.find(ref.namespace, ref.pod, soon())).toMatchObject({ uid: ref.podUid, name: ref.pod });
    expect(await finder.find(ref.namespace, 'no-such-pod', soon())).toBeUndefined();
    expect(await finder.names(undefined, soon())).toContain(`${ref.namespace}/${ref.pod}`);
  });

  it('tells each right once', async () => {
    const rights = await checkRights({
      connection: target().connection,
      purposes: EVERY_PURPOSE,
      namespaces: [],
      signal: soon(),
    });
    expect(rights.filter(({ allowed }) => !allowed)).toEqual([]);
    expect(new Set(rights.map(({ what }) => what)).size).toBe(rights.length);
  });
}

async function quietSubject(target: ClusterUnderTest): Promise<EvidenceSubject> {
  const pod = await eventually('a running quiet pod', target.patienceMs, async () =>
    (await podsOf(target, target.quiet)).find(({ phase }) => phase === 'Running'),
  );
  return { ref: refOf(pod, target.quiet.container) };
}

async function answerAfter<Answer>(signal: AbortSignal, answer: () => Promise<Answer>): Promise<Answer> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return answer();
}
