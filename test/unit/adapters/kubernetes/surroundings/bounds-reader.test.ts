// What bounds a number is read once for a storm of kills, and what cannot be read is asked for again.

import { expect, it, onTestFinished, vi } from 'vitest';
import { createBoundsReader } from '../../../../../src/adapters/kubernetes/surroundings/bounds-reader.ts';
import { valueOf } from '../../../../../src/domain/base/piece.ts';
import { MINUTE } from '../../../../../src/domain/base/time.ts';
import { fakeClock } from '../../../../fakes/world.ts';
import { mi, workload } from '../../../../support/build.ts';

const RANGES = { items: [{ metadata: { name: 'each' }, spec: { limits: [{ type: 'Container', max: { memory: '512Mi' } }] } }] };
const NODES = { items: [{ metadata: { name: 'n' }, status: { allocatable: { memory: '4Gi' } } }] };

function cluster(statuses: Readonly<Record<string, number>> = {}, partWithinMs?: number) {
  const asked: string[] = [];
  const clock = fakeClock();
  const answerTo = (path: string) => {
    asked.push(path);
    const status = Object.entries(statuses).find(([part]) => path.includes(part))?.[1] ?? 200;
    if (status !== 200) return { status, body: { kind: 'Status', message: 'no' } };
    if (path.includes('limitranges')) return { status, body: RANGES };
    return { status, body: path.endsWith('/nodes') ? NODES : { items: [] } };
  };
  const connection = {
    answer: async ({ path }: { readonly path: string }) => answerTo(path),
    json: async ({ path }: { readonly path: string }): Promise<unknown> => answerTo(path).body,
  };
  return { asked, clock, reader: createBoundsReader({ connection, clock, partWithinMs }) };
}

it('a storm of kills asks as much as one, and half a minute later it is asked again', async () => {
  const { asked, clock, reader } = cluster({ 'keda.sh': 404, 'autoscaling.k8s.io': 404 });
  const found = await Promise.all(Array.from({ length: 100 }, () => reader.read(workload())));
  expect(asked).toHaveLength(6);
  expect(found.map(valueOf)).toEqual(
    found.map(() => ({
      limitRanges: [{ name: 'each', maxLimit: mi(512), maxRatio: undefined }],
      quotas: [],
      controllers: [],
      largestNode: mi(4096),
    })),
  );
  clock.advance(MINUTE);
  await reader.read(workload());
  expect(asked).toHaveLength(12);
});

it('another namespace is asked for itself, the nodes are not asked again', async () => {
  const { asked, reader } = cluster();
  await reader.read(workload());
  await reader.read(workload({ namespace: 'other' }));
  expect(asked.filter((path) => path.endsWith('/nodes'))).toHaveLength(1);
  expect(asked.filter((path) => path.includes('/namespaces/other/'))).toHaveLength(5);
});

it('what may not be read is missing, and asked for again', async () => {
  const { asked, reader } = cluster({ quotas: 403 });
  expect(valueOf(await reader.read(workload()))).toMatchObject({ quotas: [], limitRanges: [{ name: 'each' }] });
  await reader.read(workload());
  expect(asked.filter((path) => path.includes('resourcequotas'))).toHaveLength(2);
});

it('without anything that may be read is missing as a whole', async () => {
  const { reader } = cluster({ '/': 403 });
  const found = await reader.read(workload());
  expect(found.kind).toBe('unavailable');
});

it('waits for each part as long as it is told to', async () => {
  const limits = vi.spyOn(AbortSignal, 'timeout');
  onTestFinished(() => limits.mockRestore());
  await cluster({}, 15_000).reader.read(workload());
  expect(new Set(limits.mock.calls.map(([lengthMs]) => lengthMs))).toEqual(new Set([15_000]));
});
