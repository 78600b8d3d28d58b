// The cases of changes-real.test.ts: workloads of every kind as they are created, and one case from proposal to stored object. No pod of them ever
// runs: replicas are zero, Jobs are suspended, and pods are for a scheduler that does not exist.

import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { z } from 'zod';
import { createApply } from '../../../../handlers/fix/apply.ts';
import { createDecide } from '../../../../handlers/fix/decide.ts';
import { createPropose } from '../../../../handlers/fix/propose.ts';
import type { ClusterConnection } from '../../../../src/adapters/kubernetes/client/connection.ts';
import { collectionPath, workloadPath } from '../../../../src/adapters/kubernetes/client/workload-path.ts';
import { createWorkloadEditor } from '../../../../src/adapters/kubernetes/editor/workload-editor.ts';
import type { WorkloadRef } from '../../../../src/domain/base/workload.ts';
import { incidentKey, openIncident } from '../../../../src/domain/incident/incident.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { kill, mi, policy } from '../../../support/build.ts';
import { openFor } from '../../../support/open-incident.ts';
import { CLUSTER, clock, silent } from '../../cluster/cluster-support.ts';
import type { ChangeCase } from './cases.ts';
import { caseName } from './cases.ts';
import type { Json } from './json.ts';
import { isJsonObject, jsonAt, withJson } from './json.ts';
import { manifestOf, podSpecPath, ROLLOUT_CRD } from './manifests.ts';

export type Place = { readonly connection: ClusterConnection; readonly namespace: string };

const SOON_MS = 30_000;
const PATIENCE_MS = 60_000;

/** Resolves to what takes away again what is not in the namespace. */
export async function prepareCluster(connection: ClusterConnection, namespace: string): Promise<() => Promise<void>> {
  await post(connection, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const path = `${definitions}/${ROLLOUT_CRD.metadata.name}`;
  let isOurs = false;
  await until('a definition of Rollouts that stays', async () => {
    const { status } = await connection.answer({ method: 'POST', path: definitions, body: ROLLOUT_CRD, signal: soon() });
    if (status >= 300 && status !== 409) throw new Error(`no Rollouts here: ${status}`);
    isOurs = status < 300;
    // One of an earlier run may be on its way out.
    return isOurs || isStaying((await connection.answer({ path, signal: soon() })).body);
  });
  await until('Rollouts to be served', async () => {
    const rollouts = collectionPath(namespace, 'Rollout') ?? '';
    return (await connection.answer({ path: rollouts, signal: soon() })).status === 200;
  });
  await until('the account of the namespace', async () => {
    const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
    return (await connection.answer({ path: account, signal: soon() })).status === 200;
  });
  return async () => {
    if (isOurs) await connection.answer({ method: 'DELETE', path, signal: soon() });
  };
}

const definition = z.object({ metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }) });

/** There, and not on its way out. */
function isStaying(answer: unknown): boolean {
  const { data } = definition.safeParse(answer);
  return data !== undefined && data.metadata.deletionTimestamp === undefined;
}

async function until(words: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${words}`);
}

function soon(): AbortSignal {
  return AbortSignal.timeout(SOON_MS);
}

function post(connection: ClusterConnection, path: string, body: object): Promise<unknown> {
  return connection.json({ method: 'POST', path, body, signal: soon() });
}

const created = z.object({ metadata: z.object({ uid: z.string(), name: z.string() }) });

/** Creates the workload, goes through the program's own steps, and holds what is stored against what was there. */
export async function runCase({ connection, namespace }: Place, one: ChangeCase): Promise<void> {
  const name = `c-${createHash('sha1').update(caseName(one)).digest('hex').slice(0, 10)}`;
  const collection = collectionPath(namespace, one.kind) ?? '';
  const { metadata } = created.parse(await post(connection, collection, manifestOf(one, { name, namespace })));
  const path = workloadPath(namespace, one.kind, name) ?? '';
  if (one.kind === 'Pod') await pretendToRun(connection, path);
  const before = jsonObject(await connection.json({ path, signal: soon() }));
  const steps = createSteps(connection, one);
  const { apiVersion } = created.extend({ apiVersion: z.string() }).parse(before);
  const workload: WorkloadRef = { cluster: CLUSTER, namespace, apiVersion, kind: one.kind, name, uid: metadata.uid };
  const said = await steps.change(workload, containerName(one));
  const after = jsonObject(await connection.json({ path, signal: soon() }));
  const expected = expectation(one);
  expect(said, caseName(one)).toMatch(expected.says);
  expect(settled(after), caseName(one)).toEqual(settled(expected.writes ? written(before, one) : before));
}

/** What the container that was killed is called; the whole pod's resources are found through it. */
function containerName({ container }: ChangeCase): string {
  return container === 'pod' ? 'app' : container;
}

type Expectation = { readonly writes: boolean; readonly says: RegExp };

function expectation({ kind, container, owner, policy: rule }: ChangeCase): Expectation {
  if (rule === 'above-maximum') return { writes: false, says: /maxLimit/ };
  if (rule === 'nobody-approves') return { writes: false, says: /no approvers are configured/ };
  if (rule === 'narrowed-after-approval') return { writes: false, says: /does not allow it now: policy\.maxLimit/ };
  // Pods in place are no template that a tool would put back.
  if (rule === 'no-override' && owner !== 'nobody' && kind !== 'Pod')
    return { writes: false, says: /what is open to it is live-override.* brings it from a repository/ };
  if (kind === 'Job' && container === 'pod') return { writes: false, says: /field is immutable/ };
  if (kind !== 'Pod') return { writes: true, says: /^written$/ };
  // Init containers in place need a node that says it can; and a class of service never changes in place.
  if (container === 'init') return { writes: false, says: /does not run at this moment/ };
  if (container === 'sidecar' || container === 'pod') return { writes: true, says: /^written$/ };
  return { writes: true, says: /^written$/ };
}

const WANTED_MI = 384;

function createSteps(connection: ClusterConnection, one: ChangeCase) {
  const world = createFakeWorld();
  const editor = createWorkloadEditor({ connection, cluster: CLUSTER, clock, log: silent });
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  const ports = { ...world.ports, editor, digest, clock };
  const rules = policy({
    ...(one.policy === 'above-maximum' ? { maxLimit: mi(300) } : {}),
    ...(one.policy === 'nobody-approves' ? { approvers: [] } : {}),
    ...(one.policy === 'no-override' ? { routes: ['live', 'resize', 'pull-request'] as const } : {}),
    maxFactor: 16,
  });
  const settings = { policy: rules, cluster: CLUSTER, digest };
  const atWrite = one.policy === 'narrowed-after-approval' ? { ...settings, policy: { ...rules, maxLimit: mi(300) } } : settings;
  const [propose, decide, apply] = [createPropose(ports, settings), createDecide(ports, settings), createApply(ports, atWrite)];
  return {
    /** "written", or the words of whoever refused. */
    async change(workload: WorkloadRef, container: string): Promise<string> {
      const killed = kill({ limit: mi(64) });
      const ofContainer = { ...killed, ref: { ...killed.ref, container } };
      const { incident } = await openFor(ports.incidents, incidentKey(workload, container), (id) =>
        openIncident({ id, kill: ofContainer, workload, channel: 'C1', now: clock.now() }),
      );
      const asked = {
        incidentId: incident.id,
        requester: 'UALICE',
        limit: `${WANTED_MI}Mi`,
        request: undefined,
        reason: 'It needs more than that.',
      };
      const unasked = await propose.propose(asked, soon());
      // What a tool brings from a repository is patched live only when somebody chose that.
      const hasToChoose = unasked.kind === 'invalid' && unasked.problems.some(({ field }) => field === 'way');
      expect(hasToChoose, caseName(one)).toBe(isOverride(one));
      const proposed = hasToChoose ? await propose.propose({ ...asked, way: 'template' }, soon()) : unasked;
      if (proposed.kind === 'invalid') return proposed.problems.map(({ message }) => message).join(' ');
      if (proposed.kind === 'refused') return proposed.reason;
      const { proposalId } = proposed;
      const { hash = '' } = (await ports.proposals.get(proposalId)) ?? {};
      const decision = { proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve', hash } } as const;
      const decided = await decide.decide(decision, soon());
      if (decided.kind === 'refused') return decided.reason;
      const applied = await apply({ proposalId }, soon());
      return applied.kind === 'not-applied' ? applied.reason : applied.kind;
    },
  };
}

function isOverride({ kind, owner, policy: rule }: ChangeCase): boolean {
  return owner !== 'nobody' && kind !== 'Pod' && rule !== 'no-override';
}

/** A kubelet would say so; none ever sees this pod. */
async function pretendToRun(connection: ClusterConnection, path: string): Promise<void> {
  const running = (name: string): object => ({
    name,
    image: 'busybox',
    imageID: '',
    ready: true,
    restartCount: 0,
    started: true,
    // Without it the API server takes the node for one that cannot resize.
    resources: { requests: { cpu: '10m' } },
    state: { running: { startedAt: '2026-11-24T02:47:00Z' } },
    lastState: {},
  });
  const body = {
    status: {
      phase: 'Running',
      containerStatuses: [running('app'), running('second')],
      initContainerStatuses: [running('sidecar')],
    },
  };
  const contentType = 'application/merge-patch+json';
  await connection.json({ method: 'PATCH', path: `${path}/status`, body, contentType, signal: soon() });
}

function jsonObject(body: unknown): Json {
  if (!isJsonObject(body)) throw new Error('not an object');
  return body;
}

/** The object with exactly what was approved. */
function written(before: Json, one: ChangeCase): Json {
  const value = `${WANTED_MI}Mi`;
  const place = resourcesPath(before, one);
  const marked = one.kind === 'Pod' ? before : withJson(before, ['metadata', 'annotations', 'headroom/change'], 'P-1 OOM-1001');
  const withLimit = withJson(marked, [...place, 'limits', 'memory'], value);
  // What the API server itself makes of it: a limit without a request on a pod in place becomes one.
  const isDefaulted = one.kind === 'Pod' && jsonAt(before, [...place, 'requests', 'memory']) === undefined;
  return isDefaulted ? withJson(withLimit, [...place, 'requests', 'memory'], value) : withLimit;
}

function resourcesPath(object: Json, { kind, container }: ChangeCase): readonly (string | number)[] {
  const spec = podSpecPath(kind);
  if (container === 'pod') return [...spec, 'resources'];
  const list = container === 'init' || container === 'sidecar' ? 'initContainers' : 'containers';
  const containers = jsonAt(object, [...spec, list]);
  const index = Array.isArray(containers) ? containers.findIndex((each) => isJsonObject(each) && each['name'] === container) : -1;
  return [...spec, list, index, 'resources'];
}

const MOVED = ['resourceVersion', 'generation', 'managedFields'];
/** Controllers count in annotations of their own. */
const COUNTED = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation'];

/** Without what every write moves. */
function settled(object: Json): Json {
  const { status: _, ...rest } = object;
  const { annotations = {}, ...metadata } = without(jsonAt(object, ['metadata']), MOVED);
  return { ...rest, metadata: { ...metadata, annotations: without(annotations, COUNTED) } };
}

function without(value: unknown, keys: readonly string[]): Record<string, unknown> {
  return isJsonObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) : {};
}
