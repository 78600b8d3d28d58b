// Records how pods die, from the watch of a real cluster, one file for each way: node test/recordings/record.ts <kubeconfig> [folder]. Every line is a watch event as
// the API server sent it, without managedFields. Needs busybox on the nodes; for `unlimited` it has to run on the node itself, as root. Takes a minute and a half;
// what it made is removed afterwards.

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ClusterConnection } from '../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../src/adapters/kubernetes/client/connection.ts';
import { createLineScanner } from '../../src/adapters/kubernetes/watch/pod-scan.ts';
import { quantityBytes } from '../../src/domain/base/memory.ts';

const EAT = 'exec tail /dev/zero';
const WAIT = 'trap "exit 143" TERM; while true; do sleep 1; done';
const RECORD_MS = 90_000;
/** Holds that much until it is killed: what is read without a line's end is kept. */
const hold = (size: string): string => `(head -c ${size} /dev/zero; sleep 1000) | tail`;

type Container = { readonly script: string; readonly limit?: string; readonly more?: object };

function container(name: string, { script, limit = '32Mi', more = {} }: Container): object {
  const resources = limit === 'none' ? {} : { limits: { memory: limit } };
  return { name, image: 'busybox', imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script], resources, ...more };
}

function podSpec(containers: readonly object[], more: object = {}): object {
  return { terminationGracePeriodSeconds: 3, restartPolicy: 'Never', containers, ...more };
}

const always = { restartPolicy: 'Always' } as const;
const probe = { livenessProbe: { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 2 } };

/** By what happens to them. */
const PODS: Readonly<Record<string, object>> = {
  restarting: podSpec([container('app', { script: `sleep 2; ${EAT}` })], always),
  never: podSpec([container('app', { script: `sleep 1; ${EAT}` })]),
  'child-exit-0': podSpec([container('app', { script: 'sleep 1; tail /dev/zero; exit 0' })]),
  'child-then-deleted': podSpec([container('app', { script: `sleep 1; tail /dev/zero; ${WAIT}` })], always),
  'probe-kills': podSpec([container('app', { script: 'trap "" TERM; while true; do sleep 1; done', more: probe })], {
    ...always,
    terminationGracePeriodSeconds: 1,
  }),
  // What it wrote into memory stays when it dies, until nothing can start any more.
  'start-oom': podSpec(
    [
      container('app', {
        script: 'sleep 1; dd if=/dev/zero of=/cache/$(date +%s) bs=1M count=64',
        more: { volumeMounts: [{ name: 'cache', mountPath: '/cache' }] },
      }),
    ],
    { ...always, volumes: [{ name: 'cache', emptyDir: { medium: 'Memory' } }] },
  ),
  init: podSpec([container('app', { script: WAIT })], {
    ...always,
    initContainers: [container('setup', { script: `sleep 1; ${EAT}` })],
  }),
  sidecar: podSpec([container('app', { script: WAIT })], {
    ...always,
    initContainers: [container('proxy', { script: `sleep 2; ${EAT}`, more: always })],
  }),
  'pod-limit': podSpec([container('app', { script: `sleep 1; ${EAT}`, limit: 'none' })], {
    resources: { requests: { memory: '16Mi' }, limits: { memory: '48Mi' } },
  }),
  // With cgroup v1 the mark of the pod's kill is set on both, and shows when each ends.
  siblings: podSpec(
    [
      container('innocent', { script: 'sleep 15; exit 3', limit: 'none' }),
      container('app', { script: `sleep 3; ${EAT}`, limit: 'none' }),
    ],
    { resources: { requests: { memory: '16Mi' }, limits: { memory: '48Mi' } } },
  ),
  debugged: podSpec([container('app', { script: WAIT, limit: '48Mi' })], always),
  completed: podSpec([container('app', { script: 'sleep 1' })]),
  // Half the limit is its own; a debug container takes the rest.
  neighboured: podSpec(
    [container('app', { script: 'mkfifo /f; (head -c 30m /dev/zero; sleep 1000) > /f & exec tail /f', limit: '48Mi' })],
    always,
  ),
  'exit-137': podSpec([container('app', { script: 'sleep 2; exit 137' })]),
  // Nothing limits it but what lies above: here its pod's cgroup, in a cluster all pods together or the node.
  unlimited: podSpec([container('app', { script: `sleep 15; ${EAT}`, limit: 'none' })]),
  // Resized to more than the node has room for, and killed at what it had.
  'resize-deferred': podSpec([container('app', { script: `sleep 40; ${EAT}`, limit: '64Mi' })]),
};

/** Only Events tell of these: nothing in them can start. */
const TOO_SMALL: Readonly<Record<string, object>> = {
  'sandbox-killed': podSpec([container('app', { script: 'sleep 1000', limit: '1Mi' })]),
  'sandbox-gone': podSpec([container('app', { script: 'sleep 1000', limit: '2Mi' })]),
};

const event = z.object({
  type: z.string(),
  object: z.looseObject({
    metadata: z.looseObject({ name: z.string().optional(), labels: z.record(z.string(), z.string()).optional() }),
    involvedObject: z.looseObject({ name: z.string().optional() }).optional(),
  }),
});

async function record(kubeconfig: string, folder: string): Promise<void> {
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `recorded-${randomBytes(3).toString('hex')}`;
  const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown> =>
    connection.json({
      method,
      path,
      body,
      ...(method === 'PATCH' ? { contentType: 'application/strategic-merge-patch+json' } : {}),
      signal: AbortSignal.timeout(10_000),
    });
  await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const recorded = follow(connection, pods);
  const told = follow(connection, `/api/v1/namespaces/${namespace}/events`);
  for (const [name, spec] of Object.entries({ ...PODS, ...TOO_SMALL })) await call('POST', pods, pod(name, spec));
  const most = `${Math.floor(0.6 * (await roomMi(call)))}Mi`;
  await call('POST', pods, pod('roomy', podSpec([reserving(most)])));
  await call('POST', `/apis/batch/v1/namespaces/${namespace}/jobs`, job());
  await call('POST', `/apis/apps/v1/namespaces/${namespace}/statefulsets`, statefulSet());
  await limitFromAbove(uidOf(await call('GET', `${pods}/unlimited`)));
  await wait(15_000);
  await call('PATCH', `${pods}/debugged/ephemeralcontainers`, debugging(EAT));
  await call('PATCH', `${pods}/neighboured/ephemeralcontainers`, debugging(hold('24m')));
  await call('PATCH', `${pods}/resize-deferred/resize`, { spec: { containers: [{ name: 'app', resources: sizes(most) }] } });
  await wait(10_000);
  await call('DELETE', `${pods}/child-then-deleted`);
  await call('DELETE', `${pods}/renamed-0`);
  const isTooSmall = (name: string): boolean => TOO_SMALL[name] !== undefined;
  await write(folder, await recorded, (name) => !isTooSmall(name) && name !== 'roomy');
  await write(join(folder, 'events'), await told, isTooSmall);
  await call('DELETE', `/api/v1/namespaces/${namespace}`);
  await connection.close();
}

async function write(
  folder: string,
  lines: ReadonlyMap<string, readonly string[]>,
  wanted: (name: string) => boolean,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of lines) if (wanted(name)) await writeFile(join(folder, `${name}.jsonl`), `${text.join('\n')}\n`);
}

function sizes(memory: string): object {
  return { limits: { memory }, requests: { memory } };
}

function reserving(memory: string): object {
  return container('app', { script: WAIT, limit: 'none', more: { resources: { requests: { memory } } } });
}

function debugging(script: string): object {
  const one = { name: 'debugger', image: 'busybox', imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script] };
  return { spec: { ephemeralContainers: [one] } };
}

const nodes = z.object({
  items: z.array(z.object({ status: z.object({ allocatable: z.object({ memory: z.string() }) }) })).min(1),
});

async function roomMi(call: (method: 'GET', path: string) => Promise<unknown>): Promise<number> {
  const [node] = nodes.parse(await call('GET', '/api/v1/nodes')).items;
  return (quantityBytes(node?.status.allocatable.memory) ?? 0) / 2 ** 20;
}

function uidOf(content: unknown): string {
  return z.object({ metadata: z.object({ uid: z.string() }) }).parse(content).metadata.uid;
}

/** As an administrator of the node may: the kubelet gives a pod without limits none. */
async function limitFromAbove(uid: string): Promise<void> {
  for (const [root, file] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const) {
    const folders = await readdir(root, { recursive: true }).catch(() => []);
    const own = folders.find((folder) => folder.endsWith(`pod${uid}`) || folder.endsWith(`pod${uid.replaceAll('-', '_')}.slice`));
    if (own === undefined) continue;
    await writeFile(join(root, own, file), `${64 * 2 ** 20}`);
    return;
  }
  throw new Error('not on the node: there is no cgroup of the pod here');
}

function pod(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { recording: name } }, spec };
}

/** Its pod is gone soon after it failed: the last that is seen of it comes with DELETED. */
function job(): object {
  const labels = { recording: 'job' };
  const template = { metadata: { labels }, spec: podSpec([container('app', { script: `sleep 1; ${EAT}` })]) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job' },
    spec: { backoffLimit: 0, ttlSecondsAfterFinished: 0, template },
  };
}

/** The same name twice, with another uid. */
function statefulSet(): object {
  const labels = { recording: 'renamed' };
  const template = { metadata: { labels }, spec: podSpec([container('app', { script: `sleep 3; ${EAT}` })], always) };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'renamed' },
    spec: { replicas: 1, serviceName: 'renamed', selector: { matchLabels: labels }, template },
  };
}

async function follow(connection: ClusterConnection, path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const lines = new Map<string, string[]>();
  const scanner = createLineScanner({ markers: [Buffer.from('{')], mostBytes: 1e7, onTooLong: () => undefined });
  // Without a version everything there is comes first; Events know no other way, because the API server does not cache them.
  const query = { watch: true, allowWatchBookmarks: true };
  const stream = await connection.stream({ path, query, signal: AbortSignal.timeout(RECORD_MS) });
  try {
    await stream.each((chunk) => {
      scanner.push(chunk, (line) => {
        keep(lines, line.whole().toString('utf8'));
        return true;
      });
      return undefined;
    });
  } catch {
    // The time is up.
  }
  return lines;
}

function keep(lines: Map<string, string[]>, line: string): void {
  const { type, object } = event.parse(JSON.parse(line));
  const name = object.metadata.labels?.['recording'] ?? object.involvedObject?.name;
  if (name === undefined) return;
  const { managedFields: _, ...metadata } = object.metadata;
  const { metadata: _metadata, ...rest } = object;
  lines.set(name, [...(lines.get(name) ?? []), JSON.stringify({ type, object: { ...first(rest), metadata, ...rest } })]);
}

/** kind and apiVersion come first on the wire, then metadata. */
function first({ kind, apiVersion }: Readonly<Record<string, unknown>>): object {
  return { kind, apiVersion };
}

function wait(lengthMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lengthMs);
  });
}

const [kubeconfig, folder = import.meta.dirname] = process.argv.slice(2);
if (kubeconfig === undefined) throw new Error('usage: node test/recordings/record.ts <kubeconfig> [folder]');
await record(kubeconfig, folder);
