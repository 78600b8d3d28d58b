// What of a change needs more than one look: a Job that is made again step by step, and everything a review reads around a workload.

import { expect } from 'vitest';
import { z } from 'zod';
import type { ClusterConnection } from '../../../../src/adapters/kubernetes/client/connection.ts';
import { createWorkloadEditor } from '../../../../src/adapters/kubernetes/editor/workload-editor.ts';
import { createSurroundingsReader } from '../../../../src/adapters/kubernetes/surroundings/surroundings-reader.ts';
import { valueOf } from '../../../../src/domain/base/piece.ts';
import type { WorkloadRef } from '../../../../src/domain/base/workload.ts';
import type { Change } from '../../../../src/domain/change/change.ts';
import { buildChange } from '../../../../src/domain/change/patch.ts';
import { mi, templateState } from '../../../support/build.ts';
import { CLUSTER, clock, eventually, silent, soon } from '../../cluster/cluster-support.ts';
import type { Place } from './changes.ts';

const PATIENCE_MS = 90_000;

const job = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), labels: z.record(z.string(), z.string()).optional() }),
  spec: z.object({
    suspend: z.boolean().optional(),
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string().optional(),
        containers: z.array(
          z.object({ resources: z.object({ limits: z.object({ memory: z.string() }) }), env: z.array(z.unknown()) }),
        ),
      }),
    }),
  }),
});

function post(connection: ClusterConnection, path: string, body: object): Promise<unknown> {
  return connection.json({ method: 'POST', path, body, signal: soon() });
}

/** Each call goes on from wherever the one before stopped, as after a crash. */
export async function recreateStory({ connection, namespace }: Place): Promise<void> {
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const created = job.parse(await post(connection, jobs, migrate()));
  const workload: WorkloadRef = {
    ...{ cluster: CLUSTER, namespace, apiVersion: 'batch/v1', kind: 'Job', name: 'migrate', uid: created.metadata.uid },
  };
  const editor = createWorkloadEditor({ connection, cluster: CLUSTER, clock, log: silent });
  const template = await editor.read(workload, soon());
  const [container] = template?.containers ?? [];
  if (template === undefined || container === undefined) throw new Error('no template');
  expect(template.ways).toEqual(['resize', 'recreate']);
  const honest = buildChange(template, container, { limit: mi(128) });
  const change: Change = {
    ...honest,
    // What is stored is never sent: a forged patch changes nothing but what was reviewed.
    patch: [...honest.patch, { op: 'replace', path: '/spec/template/spec/serviceAccountName', value: 'forged' }],
    way: 'recreate',
    replacement: 'migrate-again',
  };
  expect(await editor.dryRun(change, soon())).toMatchObject({ kind: 'written' });
  expect((await connection.answer({ path: `${jobs}/migrate-again`, signal: soon() })).status).toBe(404);
  expect(await editor.apply(change, soon())).toMatchObject({ kind: 'written' });
  const copy = job.parse(await connection.json({ path: `${jobs}/migrate-again`, signal: soon() }));
  expect(copy).toMatchObject({
    spec: { suspend: true, template: { spec: { containers: [{ resources: { limits: { memory: '128Mi' } } }] } } },
  });
  expect(copy.spec.template.spec.containers[0]?.env).toEqual(created.spec.template.spec.containers[0]?.env);
  expect(copy.spec.template.spec.serviceAccountName).toBeUndefined();
  expect(copy.metadata.labels).toEqual({ team: 'payments' });
  const said: string[] = [];
  await eventually('the copy to be started', PATIENCE_MS, async () => {
    const status = await editor.rollout(change, 0, soon());
    const old = await connection.answer({ path: `${jobs}/migrate`, signal: soon() });
    const now = job.parse(await connection.json({ path: `${jobs}/migrate-again`, signal: soon() }));
    // Not before the old one is gone with its pods.
    if (old.status === 200) expect(now.spec.suspend).toBe(true);
    if (old.status === 200) expect(status.kind).toBe('progressing');
    said.push(...(await editor.proceed(change, soon())));
    return old.status === 404 && now.spec.suspend !== true ? true : undefined;
  });
  expect(said.at(-1)).toBe('Job migrate-again was started');
  expect(await editor.proceed(change, soon())).toEqual([]);
  expect((await editor.rollout(change, 0, soon())).kind).not.toBe('failed');
}

/** A pod of it waits for a node that does not exist. */
function migrate(): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', labels: { team: 'payments' } },
    spec: {
      template: {
        spec: {
          restartPolicy: 'Never',
          nodeSelector: { 'example.com/nowhere': 'yes' },
          containers: [
            {
              name: 'app',
              image: 'busybox',
              env: [{ name: 'PASSWORD', value: 'hunter2hunter2' }],
              resources: { requests: { memory: '32Mi' }, limits: { memory: '64Mi' } },
            },
          ],
        },
      },
    },
  };
}

export async function surroundingsStory({ connection, namespace: beside }: Place): Promise<void> {
  const namespace = `${beside}-around`;
  await post(connection, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  try {
    await postAll(connection, namespace);
    const workload = { cluster: CLUSTER, namespace, apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', uid: '' };
    const reader = createSurroundingsReader({ connection, clock });
    const found = await eventually('the quota to be counted, and everything read in time', PATIENCE_MS, async () => {
      const read = await reader.read(templateState({ workload, podLabels: { app: 'checkout' } }), soon());
      const isLate = Object.values(read).some((piece) => piece.kind === 'unavailable' && piece.late === true);
      return !isLate && (valueOf(read.quotas) ?? []).length > 0 ? read : undefined;
    });
    expect(valueOf(found.limitRanges)).toEqual([
      expect.objectContaining({ name: 'bounds', type: 'Container', max: mi(512), defaultLimit: mi(128), maxRatio: 4 }),
    ]);
    expect(valueOf(found.quotas)).toEqual([{ name: 'team', about: 'limits', hard: mi(1024), used: 0 }]);
    expect(valueOf(found.scalers)).toEqual([
      { kind: 'HorizontalPodAutoscaler', name: 'checkout', target: { kind: 'percent', percent: 70 } },
    ]);
    expect(valueOf(found.verticals)).toEqual([]);
    expect(valueOf(found.budgets)).toEqual([{ name: 'checkout', allowed: 0 }]);
    expect(found.room.kind).toBe('known');
  } finally {
    await connection.answer({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}`, signal: soon() });
  }
}

type Sort = { readonly kind: string; readonly apiVersion: string; readonly path: string };

async function postAll(connection: ClusterConnection, namespace: string): Promise<void> {
  const make = (sort: Sort, name: string, spec: object): Promise<unknown> =>
    post(connection, sort.path, { apiVersion: sort.apiVersion, kind: sort.kind, metadata: { name }, spec });
  const core = `/api/v1/namespaces/${namespace}`;
  const limit = {
    type: 'Container',
    max: { memory: '512Mi' },
    default: { memory: '128Mi' },
    maxLimitRequestRatio: { memory: '4' },
  };
  const ranges = { kind: 'LimitRange', apiVersion: 'v1', path: `${core}/limitranges` };
  await make(ranges, 'bounds', { limits: [limit, { type: 'Pod', max: { cpu: '2' } }] });
  const quotas = { kind: 'ResourceQuota', apiVersion: 'v1', path: `${core}/resourcequotas` };
  await make(quotas, 'team', { hard: { 'limits.memory': '1Gi' } });
  const scaling = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  await make({ kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2', path: scaling }, 'checkout', {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' },
    maxReplicas: 5,
    metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 70 } } }],
  });
  const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  await make({ kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', path: budgets }, 'checkout', {
    minAvailable: 1,
    selector: { matchLabels: { app: 'checkout' } },
  });
}
