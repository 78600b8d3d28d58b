// From the click on Approve to the patch accepted by the API server: one after the other, and a hundred at once. A real API server, a real Redis with its
// queue and workers, the program's own steps; without Slack's own way there and back.

import type { ClusterConnection } from '../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../src/adapters/kubernetes/client/connection.ts';
import type { ChangeLab } from '../test/support/change-lab.ts';
import { labWorkload, startChangeLab } from '../test/support/change-lab.ts';
import { idleDeployment } from '../test/support/idle-deployment.ts';
import { removeNamespace } from '../test/support/namespace.ts';
import { report } from './report.ts';

const AT_ONCE = 100;
const WITHIN_MS = 60_000;
const LOOK_MS = 5;

export async function benchApply(kubeconfig: string, count: number): Promise<void> {
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-bench-apply-${process.pid}`;
  const post = (path: string, body: object): Promise<unknown> =>
    connection.json({ method: 'POST', path, body, signal: AbortSignal.timeout(10_000) });
  await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const lab = await startChangeLab(connection, { maxFactor: 16 });
  try {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    for (let index = 0; index < count + AT_ONCE; index += 1) await post(path, idleDeployment(`app-${index}`));
    const ids = await proposed(lab, { namespace, count: count + AT_ONCE });
    const alone: number[] = [];
    for (const id of ids.slice(0, count)) alone.push(...(await approved(lab, [id])));
    report('click on Approve → patch accepted, one at a time', alone);
    report(`click on Approve → patch accepted, ${AT_ONCE} at once`, await approved(lab, ids.slice(count)));
    process.stdout.write(`writes asked for and found: ${count + AT_ONCE}, ${await found(connection, path)}\n`);
  } finally {
    await lab.stop();
    await removeNamespace(connection, namespace);
    await connection.close();
  }
}

async function proposed(
  lab: ChangeLab,
  { namespace, count }: { readonly namespace: string; readonly count: number },
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1)
    ids.push(await lab.propose(labWorkload(namespace, `app-${index}`), `${100 + index}Mi`));
  return ids;
}

/** Milliseconds each took, all asked for in the same moment. */
async function approved(lab: ChangeLab, ids: readonly string[]): Promise<readonly number[]> {
  const started = performance.now();
  await Promise.all(ids.map((id) => lab.approve(id, 'UBOB')));
  while (!ids.every((id) => lab.appliedAt.has(id))) {
    if (performance.now() - started > WITHIN_MS) throw new Error('not all were applied within a minute');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return ids.map((id) => (lab.appliedAt.get(id) ?? started) - started);
}

/** Objects that have exactly the value of their own proposal, in exactly one write. */
async function found(connection: ClusterConnection, path: string): Promise<number> {
  const body = JSON.stringify(await connection.json({ path, signal: AbortSignal.timeout(10_000) }));
  return [
    ...body.matchAll(/"name":"app-(\d+)","namespace":"[^"]+","uid":"[^"]+","resourceVersion":"\d+","generation":(\d+)/g),
  ].filter(([, index, generation]) => generation === '2' && body.includes(`"memory":"${100 + Number(index)}Mi"`)).length;
}
