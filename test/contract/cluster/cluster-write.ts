// The part of the cluster contract that changes a template: rehearsed, refused, drifted, written, rolled out, noted.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorkloadEditor } from '../../../src/adapters/kubernetes/editor/workload-editor.ts';
import { MIB, toBytes } from '../../../src/domain/base/memory.ts';
import type { WorkloadRef } from '../../../src/domain/base/workload.ts';
import type { Change, TemplateContainer, TemplateState } from '../../../src/domain/change/change.ts';
import { buildChange } from '../../../src/domain/change/patch.ts';
import { resizeOf } from '../../../src/domain/change/pod-target.ts';
import type { WorkloadEditor } from '../../../src/ports/workload-editor.ts';
import { textWith } from '../../support/text-with.ts';
import type { ClusterUnderTest } from './cluster-support.ts';
import { CLUSTER, clock, eventually, silent, soon } from './cluster-support.ts';

const object = z.looseObject({
  metadata: z.looseObject({
    generation: z.number(),
    managedFields: z.array(z.looseObject({ manager: z.string() })).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.looseObject({
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string() })) }) }),
  }),
});
const anObject = z.looseObject({ metadata: z.looseObject({ generation: z.number(), uid: z.string() }) });
const events = z.object({
  items: z.array(z.object({ reason: z.string(), message: z.string(), source: z.object({ component: z.string() }) })),
});

type Reading = { readonly editor: WorkloadEditor; readonly template: TemplateState; readonly container: TemplateContainer };

export function writeContract(target: () => ClusterUnderTest): void {
  describe('a change', () => {
    it('is rehearsed without changing anything', async () => {
      const { editor, template, container } = await read(target());
      const before = await raw(target());
      const rehearsed = await editor.dryRun(raised(template, container), soon());
      expect(rehearsed).toEqual({ kind: 'written', generation: template.generation + 1 });
      expect(settled(await raw(target()))).toEqual(settled(before));
      expect((await editor.read(template.workload, soon()))?.generation).toBe(template.generation);
    });

    it('that makes an invalid object is denied in the server’s words', async () => {
      const { editor, template, container } = await read(target());
      const change = buildChange(template, container, { limit: toBytes((container.resources.request?.bytes ?? 0) - MIB) });
      for (const result of [await editor.dryRun(change, soon()), await editor.apply(change, soon())]) {
        expect(result).toEqual({
          kind: 'denied',
          message: textWith('must be less than or equal to memory limit'),
        });
      }
    });

    it.each([
      {
        name: 'another limit',
        edit: (container: TemplateContainer) => ({
          ...container,
          resources: { ...container.resources, limit: { text: '7Mi', bytes: toBytes(7 * MIB) } },
        }),
      },
      { name: 'another container', edit: (container: TemplateContainer) => ({ ...container, name: 'of-another-name' }) },
    ])('reviewed with $name has drifted', async ({ edit }) => {
      const { editor, template, container } = await read(target());
      const change = raised(template, edit(container));
      const before = await raw(target());
      expect(await editor.dryRun(change, soon())).toMatchObject({ kind: 'drifted' });
      expect(await editor.apply(change, soon())).toMatchObject({ kind: 'drifted' });
      expect(settled(await raw(target()))).toEqual(settled(before));
    });

    it('is written where the container is now, whatever path was stored', async () => {
      const { editor, template, container } = await read(target());
      const change = raised(template, { ...container, index: 17 });
      expect(await editor.dryRun(change, soon())).toMatchObject({ kind: 'written' });
    });

    it('of a workload that is gone says so', async () => {
      const { editor, template, container } = await read(target());
      const workload = { ...template.workload, name: 'no-such-workload' };
      const change = raised({ ...template, workload }, container);
      expect(await editor.read(workload, soon())).toBeUndefined();
      expect(await editor.dryRun(change, soon())).toEqual({ kind: 'gone' });
      expect(await editor.apply(change, soon())).toEqual({ kind: 'gone' });
      expect(await editor.rollout(change, 1, soon())).toMatchObject({ kind: 'failed' });
    });

    it('is written once, and leaves everything else as it is', async () => {
      const { editor, template, container } = await read(target());
      const change = raised(template, container);
      const before = await raw(target());
      const result = await editor.apply(change, soon());
      expect(result).toEqual({ kind: 'written', generation: template.generation + 1 });
      const after = await raw(target());
      expect(settled(after)).toEqual(settled(before, change));
      expect(after.metadata.managedFields?.map(({ manager }) => manager)).toContain('headroom');
      expect(await editor.apply(change, soon())).toMatchObject({ kind: 'drifted' });
      const done = await eventually('the rollout', target().patienceMs, async () => {
        const status = await editor.rollout(change, template.generation + 1, soon());
        expect(status.kind).not.toBe('failed');
        return status.kind === 'complete' ? status : undefined;
      });
      expect(done.message).toContain('run with it');
    });

    it('of the request alone is written, and noted as that', async () => {
      const { editor, template, container } = await read(target());
      const { limit, request } = container.resources;
      const wanted = { limit: limit?.bytes ?? 'none', request: toBytes((request?.bytes ?? 0) - MIB) } as const;
      const change = buildChange(template, container, wanted);
      const before = await raw(target());
      expect(await editor.apply(change, soon())).toEqual({ kind: 'written', generation: template.generation + 1 });
      const after = await read(target());
      expect(after.container.resources).toMatchObject({ limit, request: { bytes: wanted.request } });
      expect(settled(await raw(target()))).not.toEqual(settled(before));
      await editor.note(change, { incidentId: 'OOM-1', proposalId: 'P-2', requester: 'U1', approver: 'U2' }, soon());
      expect(await noteOf(target(), 'MemoryRequestChanged')).toMatchObject({
        message: textWith(/memory request changed from \S+ to \S+ as P-2 of OOM-1/),
      });
      // As it was, for whatever comes next.
      const back = buildChange(after.template, after.container, { limit: wanted.limit, request: request?.bytes });
      const { generation } = after.template;
      expect(await editor.apply(back, soon())).toEqual({ kind: 'written', generation: generation + 1 });
      expect(settled(await raw(target()))).toEqual(settled(before));
      await eventually('the rollout', target().patienceMs, async () => {
        const { kind } = await editor.rollout(back, generation + 1, soon());
        return kind === 'complete' ? kind : undefined;
      });
    });

    it('of what is not there is refused when it is there by now', async () => {
      const { editor, template, container } = await read(target());
      const unlimited = { ...container, hasLimits: false, resources: { request: container.resources.request } };
      expect(await editor.dryRun(raised(template, unlimited), soon())).toMatchObject({ kind: 'drifted' });
    });

    it('is marked, rehearsed for a pod, and finds the pods it is about', async () => {
      const { editor, template, container } = await read(target());
      const change = raised(template, container);
      expect(await editor.dryRun({ ...change, mark: 'P-1 OOM-1' }, soon())).toMatchObject({ kind: 'written' });
      expect(await editor.rehearsePod(change, soon())).toEqual({ kind: 'passed' });
      const pods = await eventually('a running pod', target().patienceMs, async () => {
        const found = await editor.pods(template.workload, soon());
        return found.some((pod) => pod.ready && pod.running.includes(container.name)) ? found : undefined;
      });
      expect(pods.flatMap((pod) => pod.containers.map(({ name }) => name))).toContain(container.name);
      expect(await editor.pods({ ...template.workload, name: 'no-such-workload' }, soon())).toEqual([]);
    });

    it('resizes running pods in place, and nothing but their memory', async () => {
      const { editor, template, container } = await read(target());
      const { change, pod } = await eventually('pods that run', target().patienceMs, async () => {
        const pods = await editor.pods(template.workload, soon());
        const resized = resizeOf(raised(template, container), pods);
        const [first] = resized.pods ?? [];
        return first === undefined ? undefined : { change: resized, pod: first };
      });
      const path = `/api/v1/namespaces/${template.workload.namespace}/pods/${pod.name}`;
      const before = anObject.parse(await target().connection.json({ path, signal: soon() }));
      expect(await editor.dryRun(change, soon())).toMatchObject({ kind: 'written' });
      expect(await editor.apply(change, soon())).toMatchObject({ kind: 'written' });
      expect(await editor.apply(change, soon())).toMatchObject({ kind: 'written' });
      const after = anObject.parse(await target().connection.json({ path, signal: soon() }));
      expect(after.metadata.generation).toBe(before.metadata.generation + 1);
      expect(after.metadata.uid).toBe(before.metadata.uid);
      const done = await eventually('the kubelet to follow', target().patienceMs, async () => {
        const status = await editor.rollout(change, 0, soon());
        return status.kind === 'complete' ? status : undefined;
      });
      expect(done.message).toContain('without a restart');
    });

    it('that would take a limit away from a pod in place is denied', async () => {
      const { editor, template, container } = await read(target());
      const pods = await editor.pods(template.workload, soon());
      const request = container.resources.request?.bytes ?? toBytes(16 * MIB);
      const none = buildChange(template, container, { limit: 'none', request });
      const change = resizeOf(none, pods);
      expect(change.pods?.length).toBeGreaterThan(0);
      expect(await editor.dryRun(change, soon())).toMatchObject({ kind: 'denied' });
    });

    it('is noted as an event on the workload', async () => {
      const { editor, template, container } = await read(target());
      await editor.note(
        raised(template, container),
        { incidentId: 'OOM-1', proposalId: 'P-1', requester: 'U1', approver: 'U2' },
        soon(),
      );
      expect(await noteOf(target(), 'MemoryLimitChanged')).toMatchObject({
        source: { component: 'headroom' },
        message: textWith(/P-1 of OOM-1, asked by U1, approved by U2$/),
      });
    });
  });
}

async function noteOf({ connection, quiet: { namespace, name } }: ClusterUnderTest, wanted: string): Promise<unknown> {
  const query = { fieldSelector: `involvedObject.kind=Deployment,involvedObject.name=${name}` };
  const { items } = events.parse(
    await connection.json({ path: `/api/v1/namespaces/${namespace}/events`, query, signal: soon() }),
  );
  return items.find(({ reason }) => reason === wanted);
}

async function read({ connection, quiet }: ClusterUnderTest): Promise<Reading> {
  const editor = createWorkloadEditor({ connection, cluster: CLUSTER, clock, log: silent });
  const { namespace, name } = quiet;
  const workload: WorkloadRef = { cluster: CLUSTER, namespace, apiVersion: 'apps/v1', kind: 'Deployment', name, uid: '' };
  const template = await editor.read(workload, soon());
  const container = template?.containers.find((each) => each.name === quiet.container);
  if (template === undefined || container === undefined) throw new Error('the quiet workload is not there');
  return { editor, template, container };
}

function raised(template: TemplateState, container: TemplateContainer): Change {
  return buildChange(template, container, { limit: toBytes((container.resources.limit?.bytes ?? 0) + 16 * MIB) });
}

async function raw({ connection, quiet }: ClusterUnderTest): Promise<z.infer<typeof object>> {
  return object.parse(
    await connection.json({ path: `/apis/apps/v1/namespaces/${quiet.namespace}/deployments/${quiet.name}`, signal: soon() }),
  );
}

/** The object without what every write and the controllers change; with the change made, when there is one. */
function settled(workload: z.infer<typeof object>, change?: Change): unknown {
  const metadata = without(workload.metadata, ['resourceVersion', 'generation', 'managedFields']);
  const annotations = without(workload.metadata.annotations ?? {}, ['deployment.kubernetes.io/revision']);
  const spec = structuredClone(workload.spec);
  for (const container of spec.template.spec.containers) {
    if (container.name !== change?.container) continue;
    const resources = z.looseObject({ limits: z.record(z.string(), z.string()) }).parse(container['resources']);
    container['resources'] = { ...resources, limits: { ...resources.limits, memory: `${(change.after.limit ?? 0) / MIB}Mi` } };
  }
  return { ...without(workload, ['status']), metadata: { ...metadata, annotations }, spec };
}

function without(whole: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(whole).filter(([key]) => !keys.includes(key)));
}
