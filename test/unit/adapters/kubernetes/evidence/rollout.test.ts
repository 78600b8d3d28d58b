// Since when a pod's revision has been rolled out: not since its object was made, when somebody went back to it.

import { describe, expect, it } from 'vitest';
import { readRollout } from '../../../../../src/adapters/kubernetes/evidence/rollout.ts';
import type { PodFacts } from '../../../../../src/domain/base/pod.ts';
import type { Instant } from '../../../../../src/domain/base/time.ts';
import { HOUR, MINUTE, SECOND } from '../../../../../src/domain/base/time.ts';
import { ago, podFacts, workload } from '../../../../support/build.ts';

const TOP = workload({ uid: 'top' });
const iso = (at: Instant): string => new Date(at).toISOString();

type Made = { readonly mark: string; readonly number: number; readonly since: Instant; readonly had?: string };

function metadata({ mark, since }: Made, label: string) {
  return {
    name: `checkout-${mark}`,
    creationTimestamp: iso(since),
    labels: { [label]: mark },
    ownerReferences: [{ uid: 'top', controller: true }],
  };
}

function replicaSet(made: Made) {
  const annotations = {
    'deployment.kubernetes.io/revision': String(made.number),
    ...(made.had === undefined ? {} : { 'deployment.kubernetes.io/revision-history': made.had }),
  };
  return { metadata: { ...metadata(made, 'pod-template-hash'), annotations } };
}

function read(items: readonly unknown[], { kind, pod }: { readonly kind: string; readonly pod: Partial<PodFacts> }) {
  const question = { pod: podFacts(pod), top: { ...TOP, kind }, selector: 'app=checkout', container: 'app' };
  return readRollout({ json: async () => ({ items }) }, question, AbortSignal.timeout(1000));
}

const startedAt = ago(20 * SECOND);

describe('a Deployment', () => {
  const pod = { startedAt, labels: { 'pod-template-hash': 'old' } };

  it('that made a new ReplicaSet rolled it out when it made it', async () => {
    const rollout = await read(
      [
        { mark: 'first', number: 1, since: ago(HOUR) },
        { mark: 'old', number: 2, since: ago(12 * MINUTE) },
      ].map(replicaSet),
      { kind: 'Deployment', pod },
    );
    expect(rollout.running).toMatchObject({ number: '2', since: ago(12 * MINUTE) });
    expect(rollout.wentBack).toBeUndefined();
  });

  it('that went back to an old ReplicaSet did so after the one between, and before the pod', async () => {
    const rollout = await read(
      [
        { mark: 'old', number: 3, since: ago(12 * MINUTE), had: '1' },
        { mark: 'raised', number: 2, since: ago(3 * MINUTE) },
      ].map(replicaSet),
      { kind: 'Deployment', pod },
    );
    expect(rollout.running).toMatchObject({ number: '3', since: undefined });
    expect(rollout.wentBack).toEqual({ after: ago(3 * MINUTE), by: startedAt });
    expect(rollout.before?.number).toBe('2');
  });

  it.each([
    { name: 'whose pod outlived the one between', pod: { ...pod, startedAt: ago(2 * HOUR) } },
    { name: 'whose pod has no beginning', pod: { labels: pod.labels, startedAt: undefined } },
  ])('that went back to one $name does not say when', async ({ pod: survivor }) => {
    const rollout = await read(
      [
        { mark: 'old', number: 3, since: ago(3 * HOUR), had: '1' },
        { mark: 'stuck', number: 2, since: ago(5 * MINUTE) },
      ].map(replicaSet),
      { kind: 'Deployment', pod: survivor },
    );
    expect(rollout.running).toMatchObject({ number: '3', since: undefined });
    expect(rollout.wentBack).toEqual({});
  });

  it('that went back to one says so also when the one between is not kept, but not when', async () => {
    const rollout = await read([replicaSet({ mark: 'old', number: 3, since: ago(12 * MINUTE), had: '1' })], {
      kind: 'Deployment',
      pod,
    });
    expect(rollout.wentBack).toEqual({});
  });
});

it.each([
  { kind: 'StatefulSet', mark: 'checkout-old' },
  { kind: 'DaemonSet', mark: 'old' },
])('a $kind that went back to an old revision is known by the younger one below it', async ({ kind, mark }) => {
  const label = 'controller-revision-hash';
  const revisions = [
    { mark: 'old', number: 3, since: ago(12 * MINUTE) },
    { mark: 'raised', number: 2, since: ago(3 * MINUTE) },
  ].map((made) => ({ metadata: metadata(made, label), revision: made.number }));
  const rollout = await read(revisions, { kind, pod: { startedAt, labels: { [label]: mark } } });
  expect(rollout.running).toMatchObject({ number: '3', since: undefined });
  expect(rollout.wentBack).toEqual({ after: ago(3 * MINUTE), by: startedAt });
});
