// describe against the real kubectl describe pod, line by line and to the last space, for pods of many shapes in a namespace of its own. Needs a kubectl of
// 1.35 or later (E2E_KUBECTL, else kubectl): before that it shows events and projected volumes otherwise.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { describePod } from '../../../src/adapters/kubernetes/describe/describe.ts';
import { listEvents } from '../../../src/adapters/kubernetes/evidence/events.ts';
import { removeNamespace } from '../../support/namespace.ts';
import { eventually } from './cluster-support.ts';
import type { ShapedPod } from './describe-pods.ts';
import { SHAPED_PODS } from './describe-pods.ts';

const kubeconfig = process.env['E2E_KUBECONFIG'] || '';
const kubectl = process.env['E2E_KUBECTL'] || 'kubectl';
const PATIENCE_MS = 90_000;
const REQUEST_MS = 10_000;
const STEP_MS = 20;

const identified = z.object({ metadata: z.object({ uid: z.string() }) });
const version = z.object({ clientVersion: z.object({ minor: z.string() }) });

function kubectlMinor(): number {
  try {
    const told: unknown = JSON.parse(execFileSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }));
    return Number.parseInt(version.parse(told).clientVersion.minor, 10);
  } catch {
    return 0;
  }
}

const missing =
  kubeconfig === ''
    ? 'E2E_KUBECONFIG names no cluster'
    : kubectlMinor() < 35
      ? 'E2E_KUBECTL names no kubectl of 1.35 or later'
      : undefined;

/** Ours line by line: a second may pass while theirs is written, so that each line is of the same moment as the one before, or of a later one. */
function asWrittenOver(ours: readonly string[], theirs: string): readonly string[] {
  const lines = ours.map((each) => each.split('\n'));
  let moment = Math.max(0, ours.indexOf(theirs));
  return (lines[moment] ?? []).map((line, index) => {
    const wanted = theirs.split('\n')[index];
    const later = lines.findIndex((each, at) => at >= moment && each[index] === wanted);
    if (later < 0) return line;
    moment = later;
    return wanted ?? line;
  });
}

describe.skipIf(missing !== undefined)(
  `describe as kubectl has it${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    const namespace = `headroom-describe-${randomBytes(3).toString('hex')}`;
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    let connection: ClusterConnection;
    const soon = (): AbortSignal => AbortSignal.timeout(REQUEST_MS);
    const read = (path: string): Promise<unknown> => connection.json({ path, signal: soon() });
    const post = (path: string, body: object): Promise<unknown> =>
      connection.json({ method: 'POST', path, body, signal: soon() });
    const remove = (path: string): Promise<unknown> => connection.json({ method: 'DELETE', path, signal: soon() });
    const patch = (path: string, body: object, kind: 'merge-patch' | 'strategic-merge-patch' = 'merge-patch'): Promise<unknown> =>
      connection.json({ method: 'PATCH', path, body, contentType: `application/${kind}+json`, signal: soon() });

    beforeAll(async () => {
      connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
      await post('/api/v1/namespaces', { metadata: { name: namespace } });
      await eventually('the default account', PATIENCE_MS, async () => {
        const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
        return (await connection.answer({ path, signal: soon() })).status === 200 ? true : undefined;
      });
      for (const { pod } of SHAPED_PODS) await post(pods, pod);
    }, PATIENCE_MS);

    afterAll(async () => {
      for (const { pod } of SHAPED_PODS) {
        const path = `${pods}/${pod.metadata.name}`;
        const contentType = 'application/merge-patch+json';
        // Whatever the answer: what is gone by now needs no letting go.
        await connection.answer({ method: 'PATCH', path, body: { metadata: { finalizers: null } }, contentType, signal: soon() });
      }
      await removeNamespace(connection, namespace);
      await connection.close();
    }, 2 * PATIENCE_MS);

    async function arrange({ pod, until, status, deleted, debugged }: ShapedPod): Promise<void> {
      const path = `${pods}/${pod.metadata.name}`;
      await eventually(`${pod.metadata.name} to show ${until ?? 'at all'}`, PATIENCE_MS, async () =>
        JSON.stringify(await read(path)).includes(until ?? '') ? true : undefined,
      );
      if (status !== undefined) await patch(`${path}/status`, { status });
      if (deleted === true) await remove(path);
      if (debugged === undefined) return;
      await patch(`${path}/ephemeralcontainers`, { spec: { ephemeralContainers: [debugged] } }, 'strategic-merge-patch');
      await eventually('the debug container', PATIENCE_MS, async () =>
        /"ephemeralContainerStatuses":\[\{[^[]*"running"/.test(JSON.stringify(await read(path))) ? true : undefined,
      );
    }

    async function look(name: string): Promise<{ readonly pod: unknown; readonly events: readonly unknown[] }> {
      const pod = await read(`${pods}/${name}`);
      const selector = { 'involvedObject.name': name, 'involvedObject.uid': identified.parse(pod).metadata.uid };
      return { pod, events: await listEvents(connection, { namespace, selector }, soon()) };
    }

    /** Theirs, and ours of every moment in which they may have written the ages, in order; undefined while the pod or its events still change. */
    async function both(name: string): Promise<{ readonly theirs: string; readonly ours: readonly string[] } | undefined> {
      const before = await look(name);
      const from = Date.now();
      const theirs = execFileSync(kubectl, ['--kubeconfig', kubeconfig, '-n', namespace, 'describe', 'pod', name], {
        encoding: 'utf8',
        env: { ...process.env, TZ: 'UTC' },
      });
      const moments = Array.from({ length: Math.ceil((Date.now() - from) / STEP_MS) + 1 }, (_, index) => from + index * STEP_MS);
      if (JSON.stringify(await look(name)) !== JSON.stringify(before)) return undefined;
      return { theirs: theirs.replace(/\n$/, ''), ours: moments.map((nowMs) => describePod({ ...before, nowMs })) };
    }

    it.each(SHAPED_PODS)('$shape', { timeout: 2 * PATIENCE_MS }, async (shaped) => {
      await arrange(shaped);
      const { theirs, ours } = await eventually('a pod that holds still', PATIENCE_MS, () => both(shaped.pod.metadata.name));
      expect(asWrittenOver(ours, theirs)).toEqual(theirs.split('\n'));
    });
  },
);
