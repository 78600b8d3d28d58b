// The demo cluster's API beyond the contract both clusters share: its words, as a kube-apiserver 1.36 has them, what control breaks, and the first kill.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Call, ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { createPodWatcher } from '../../../src/adapters/kubernetes/watch/pod-watcher.ts';
import { connectPrometheus } from '../../../src/adapters/prometheus/endpoint.ts';
import { readOomCounterRises } from '../../../src/adapters/prometheus/oom-counters.ts';
import { findKills } from '../../../src/domain/kill/oom-kill.ts';
import { CLUSTER, clock, countingMeter, eventually, silent, soon } from '../../../test/contract/cluster/cluster-support.ts';
import type { DemoCluster } from '../src/start.ts';
import { startDemoCluster } from '../src/start.ts';

const CHECKOUT = '/apis/apps/v1/namespaces/payments/deployments/checkout-api';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const LIMIT = '/spec/template/spec/containers/0/resources/limits/memory';
const PATIENCE_MS = 25_000;

const workload = z.looseObject({
  metadata: z.looseObject({ generation: z.number(), resourceVersion: z.string(), annotations: z.record(z.string(), z.string()) }),
});
const list = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional(), continue: z.string().optional() }),
});

let demo: DemoCluster | undefined;
let connection: ClusterConnection | undefined;

function cluster(): { readonly demo: DemoCluster; readonly connection: ClusterConnection } {
  if (demo === undefined || connection === undefined) throw new Error('the demo cluster did not start');
  return { demo, connection };
}

beforeAll(async () => {
  demo = await startDemoCluster({ port: 0, automatic: false, speed: 10, seed: 3 });
  connection = connectCluster({ kind: 'text', kubeconfig: demo.kubeconfig });
});

afterAll(async () => {
  await connection?.close();
  await demo?.stop();
});

function call(rest: Omit<Call, 'signal'>) {
  return cluster().connection.answer({ ...rest, signal: soon() });
}

function patch(operations: unknown, query = {}) {
  return call({ method: 'PATCH', path: CHECKOUT, query, body: operations, contentType: 'application/json-patch+json' });
}

async function readCheckout() {
  return workload.parse((await call({ path: CHECKOUT })).body);
}

describe('the first kill', () => {
  it('is seen by the watcher within ten seconds of a start at normal speed', async () => {
    // By the cluster's clock, which goes on with each look, so that a slow machine takes none of them away.
    const begun = Date.now();
    let now = begun;
    const own = await startDemoCluster({ port: 0, seed: 3, clock: { now: () => now } });
    const client = connectCluster({ kind: 'text', kubeconfig: own.kubeconfig });
    const seen = new Set<string>();
    const watcher = createPodWatcher({
      connection: client,
      cluster: CLUSTER,
      namespaces: [],
      excluded: [],
      log: silent,
      meter: countingMeter(),
      random: () => 0.5,
      async onPod(pod) {
        for (const { ref } of findKills(pod, clock.now())) seen.add(ref.namespace);
        return Promise.resolve();
      },
    });
    try {
      await watcher.start();
      expect([...seen]).not.toContain('payments');
      await eventually('a kill', PATIENCE_MS, () => {
        now = Math.min(now + 100, begun + 10_000);
        return seen.has('payments') || undefined;
      });
    } finally {
      await watcher.stop();
      await client.close();
      await own.stop();
    }
  });
});

describe('refusals', () => {
  it('has no business with a wrong token', async () => {
    const answer = await fetch(`${cluster().demo.url}/api/v1/pods`, { headers: { authorization: 'Bearer wrong' } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ kind: 'Status', message: 'Unauthorized', reason: 'Unauthorized', code: 401 });
  });

  it.each([
    {
      name: 'a pod that is not there',
      path: '/api/v1/namespaces/payments/pods/nope',
      code: 404,
      message: 'pods "nope" not found',
    },
    {
      name: 'a deployment that is not there',
      path: '/apis/apps/v1/namespaces/payments/deployments/nope',
      code: 404,
      message: 'deployments.apps "nope" not found',
    },
    { name: 'an unknown resource', path: '/api/v1/foos', code: 404, message: 'the server could not find the requested resource' },
    { name: 'an unknown group', path: '/apis/foo/v1/bars', code: 404, message: '404 page not found\n' },
    {
      name: 'an unknown field',
      path: '/api/v1/pods?fieldSelector=status.reason%3Dx',
      code: 400,
      message: 'field label not supported: status.reason',
    },
    {
      name: 'a limit in letters',
      path: '/api/v1/pods?limit=x',
      code: 400,
      message: 'strconv.ParseInt: parsing "x": invalid syntax',
    },
    {
      name: 'initial events without a match',
      path: '/api/v1/pods?watch=1&sendInitialEvents=true',
      code: 422,
      message:
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    },
  ])('of $name', async ({ path, code, message }) => {
    const { status, body } = await call({ path });
    expect({ status, body }).toMatchObject({ status: code, body: { message } });
  });

  it('of the log of a run that never was', async () => {
    const [pod = ''] = cluster().demo.control.pods('catalog', 'catalog-api');
    const { status, body } = await call({ path: `/api/v1/namespaces/catalog/pods/${pod}/log`, query: { previous: true } });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { message: `previous terminated container "catalog-api" in pod "${pod}" not found`, reason: 'BadRequest' },
    });
  });

  it.each([
    {
      rule: 'pods/log',
      path: '/api/v1/namespaces/payments/pods/x/log',
      words:
        'pods "x" is forbidden: User "headroom-demo" cannot get resource "pods/log" in API group "" in the namespace "payments"',
    },
    {
      rule: 'events',
      path: '/api/v1/events',
      words: 'events is forbidden: User "headroom-demo" cannot list resource "events" in API group "" at the cluster scope',
    },
    {
      rule: 'get deployments',
      path: CHECKOUT,
      words:
        'deployments.apps "checkout-api" is forbidden: User "headroom-demo" cannot get resource "deployments" in API group "apps" in the namespace "payments"',
    },
  ])('of $rule, when denied', async ({ rule, path, words }) => {
    cluster().demo.control.deny([rule]);
    try {
      const { status, body } = await call({ path });
      expect({ status, body }).toMatchObject({ status: 403, body: { message: words, reason: 'Forbidden' } });
    } finally {
      cluster().demo.control.deny([]);
    }
  });
});

describe('a JSON patch', () => {
  it.each([
    {
      name: 'a failed test',
      operations: [{ op: 'test', path: LIMIT, value: '1Mi' }],
      code: 422,
      message: 'the server rejected our request due to an error in our request',
    },
    {
      name: 'a missing path',
      operations: [{ op: 'remove', path: '/spec/nope' }],
      code: 422,
      message: 'the server rejected our request due to an error in our request',
    },
    {
      name: 'a limit below the request',
      operations: [{ op: 'replace', path: LIMIT, value: '16Mi' }],
      code: 422,
      message:
        'Deployment.apps "checkout-api" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "128Mi": must be less than or equal to memory limit of 16Mi',
    },
    {
      name: 'an old resource version',
      operations: [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }],
      code: 409,
      message:
        'Operation cannot be fulfilled on deployments.apps "checkout-api": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      name: 'no list',
      operations: { a: 1 },
      code: 400,
      message: 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    },
  ])('with $name is refused', async ({ operations, code, message }) => {
    const { status, body } = await patch(operations);
    expect({ status, body }).toMatchObject({ status: code, body: { message } });
  });

  it('settles quantities, and rehearsed changes nothing', async () => {
    const before = await readCheckout();
    const { status, body } = await patch([{ op: 'replace', path: LIMIT, value: '393216Ki' }], { dryRun: 'All' });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('"limits":{"memory":"384Mi"}');
    expect(workload.parse(body).metadata.generation).toBe(before.metadata.generation + 1);
    expect(await readCheckout()).toEqual(before);
  });

  it('finds keys with slashes, and an annotation moves no generation', async () => {
    const before = await readCheckout();
    const { body } = await patch([{ op: 'add', path: '/metadata/annotations/example.com~1a~0b', value: 'z' }]);
    expect(workload.parse(body).metadata).toMatchObject({
      generation: before.metadata.generation,
      annotations: { 'example.com/a~b': 'z' },
    });
    expect(Number(workload.parse(body).metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
  });

  it('of another kind is not taken', async () => {
    const { status } = await call({ method: 'PATCH', path: CHECKOUT, body: {}, contentType: 'application/merge-patch+json' });
    expect(status).toBe(415);
  });
});

describe('leases', () => {
  it('are created once and replaced only by who saw the last version', async () => {
    const lease = (metadata: object) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata,
      spec: { holderIdentity: 'a' },
    });
    expect((await call({ method: 'POST', path: LEASES, body: lease({ name: 'one' }) })).status).toBe(201);
    expect(await call({ method: 'POST', path: LEASES, body: lease({ name: 'one' }) })).toMatchObject({
      status: 409,
      body: { reason: 'AlreadyExists', message: 'leases.coordination.k8s.io "one" already exists' },
    });
    const late = await call({ method: 'PUT', path: `${LEASES}/one`, body: lease({ name: 'one', resourceVersion: '1' }) });
    expect(late).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
    const { resourceVersion } = list.parse((await call({ path: `${LEASES}/one` })).body).metadata;
    expect((await call({ method: 'PUT', path: `${LEASES}/one`, body: lease({ name: 'one', resourceVersion }) })).status).toBe(
      200,
    );
  });
});

describe('what control breaks', () => {
  it('makes every version and page too old', async () => {
    const first = list.parse((await call({ path: '/api/v1/pods', query: { limit: 2 } })).body);
    cluster().demo.control.compact();
    const next = await call({ path: '/api/v1/pods', query: { limit: 2, continue: first.metadata.continue } });
    expect(next).toMatchObject({ status: 410, body: { reason: 'Expired' } });
    const anyway = list.parse(next.body).metadata.continue;
    expect(anyway).toBeDefined();
    expect((await call({ path: '/api/v1/pods', query: { limit: 2, continue: anyway } })).status).toBe(200);
    const watched = await cluster().connection.text({
      path: '/api/v1/pods',
      query: { watch: true, resourceVersion: first.metadata.resourceVersion },
      signal: soon(),
    });
    expect(JSON.parse(watched)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect(watched).toMatch(/"message":"too old resource version: \d+ \(\d+\)"/);
  });

  it('cuts watches, and the watcher goes on', async () => {
    const meter = countingMeter();
    const seen: string[] = [];
    const watcher = createPodWatcher({
      connection: cluster().connection,
      cluster: CLUSTER,
      namespaces: ['web'],
      excluded: [],
      log: silent,
      meter,
      random: () => 0,
      async onPod(pod) {
        seen.push(...findKills(pod, clock.now()).map(({ id }) => id));
        return Promise.resolve();
      },
    });
    try {
      await watcher.start();
      cluster().demo.control.dropWatches();
      await eventually('the cut', PATIENCE_MS, () => meter.counted('headroom_watch_restarts_total') || undefined);
      await eventually('the connection', PATIENCE_MS, () => watcher.connected() || undefined);
      cluster().demo.control.killNow('web', 'storefront');
      await eventually('a kill after the cut', PATIENCE_MS, () => seen.length || undefined);
    } finally {
      await watcher.stop();
    }
  });

  it('has no counters of OOM kills, and says so as Prometheus does', async () => {
    const endpoint = connectPrometheus({ url: cluster().demo.prometheusUrl }, 20_000);
    expect(await readOomCounterRises(endpoint, { now: clock.now(), lengthMs: 600_000 }, soon())).toEqual([]);
  });

  it('takes metrics.k8s.io and Prometheus away', async () => {
    const { control, prometheusUrl } = cluster().demo;
    const metrics = '/apis/metrics.k8s.io/v1beta1/namespaces/catalog/pods';
    expect((await call({ path: metrics })).status).toBe(200);
    control.noMetrics();
    control.noPrometheus();
    expect((await call({ path: metrics })).status).toBe(404);
    expect(JSON.stringify((await call({ path: '/apis' })).body)).not.toContain('metrics.k8s.io');
    await expect(fetch(`${prometheusUrl}/-/ready`)).rejects.toThrow();
    control.noMetrics(false);
    control.noPrometheus(false);
    expect((await fetch(`${prometheusUrl}/-/ready`)).status).toBe(200);
  });
});
