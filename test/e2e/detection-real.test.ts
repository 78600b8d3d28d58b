// Kills that no container's status shows, on a real kubelet and the real kernel of its node: a child killed while PID 1 lives on, a sandbox that cannot
// start, a node that ran out of memory.

import { randomInt } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Message } from '../../packages/slack-sim/src/world.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/endpoint.ts';
import type { OomCounterRise } from '../../src/adapters/prometheus/oom-counters.ts';
import { readOomCounterRises } from '../../src/adapters/prometheus/oom-counters.ts';
import { MINUTE, toInstant } from '../../src/domain/base/time.ts';
import type { Headroom } from './support/headroom.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';
import { shownText } from './support/stage.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();

function kernelLogReadable(): boolean {
  try {
    accessSync('/dev/kmsg', constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const CHILDREN = 16;

const named = z.object({ metadata: z.object({ name: z.string() }) });
const nodes = z.object({ items: z.array(named).min(1) });

describe.skipIf(kubeconfig === undefined)('kills that show in no status, on a real cluster: set E2E_KUBECONFIG to run it', () => {
  let world: TestWorld;
  let node: string;
  let agent: Headroom;

  const namespace = (): string => world.target.deployment.namespace;
  const create = (path: string, body: unknown): Promise<unknown> =>
    world.target.connection.json({ method: 'POST', path, body, signal: AbortSignal.timeout(10_000) });
  const remove = (path: string): Promise<unknown> =>
    world.target.connection.json({ method: 'DELETE', path, signal: AbortSignal.timeout(10_000) });
  const startAgent = (): Promise<Headroom> => world.headroom({ role: 'node-agent', environment: { NODE_NAME: node } });

  beforeAll(async () => {
    world = await startTestWorld(await startRealTarget(kubeconfig ?? ''));
    const list = await world.target.connection.json({ path: '/api/v1/nodes', signal: AbortSignal.timeout(10_000) });
    node = nodes.parse(list).items[0]?.metadata.name ?? '';
    // All namespaces, because the events of nodes live in "default"; but not what others have killed there before.
    await world.headroom({ target: { ...world.target, namespaces: [] }, reportWithin: '2m' });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('reports a sandbox that is killed before any container starts', async () => {
    // With 2 Mi runc is often through before the kernel comes, and says only that the process has stopped.
    await create(`/api/v1/namespaces/${namespace()}/pods`, pod('too-small', { limit: '1Mi', script: 'sleep 100000' }));
    const root = await world.stage.root(`${namespace()}/too-small`, ({ text }) => text.startsWith('OOMKilled'));
    expect(shownText(root)).toContain('before any container could start');
    const why = await world.stage.reply(root, 'Why it was killed');
    expect(shownText(why)).toContain('No container was started');
  });

  it('reports a sandbox that was gone before it could start, whatever the runtime says of it', async () => {
    await create(`/api/v1/namespaces/${namespace()}/pods`, pod('nearly-enough', { limit: '2Mi', script: 'sleep 100000' }));
    const root = await world.stage.root(`${namespace()}/nearly-enough`, ({ text }) => text.startsWith('OOMKilled'));
    expect(shownText(root)).toMatch(/reached its .*memory limit before any container could start/);
    await world.stage.reply(root, 'Why it was killed');
  });

  it('reports a node that says it ran out of memory', async () => {
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    // A cluster keeps its Events for an hour, and those of an earlier run are known as theirs.
    const pid = randomInt(2 ** 22);
    const event = await create('/api/v1/namespaces/default/events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: 'system-oom-', namespace: 'default' },
      involvedObject: { kind: 'Node', name: node, uid: node },
      reason: 'SystemOOM',
      message: `System OOM encountered, victim process: java, pid: ${pid}`,
      type: 'Warning',
      source: { component: 'kubelet', host: node },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
    // The node may have said so before, of another process.
    const isOurs = (message: Message): boolean => shownText(message).includes(`victim process: java, pid: ${pid}`);
    const root = await world.stage.root(node, (message) => message.text.startsWith('OOMKilled') && isOurs(message));
    const why = await world.stage.reply(root, 'Why it was killed');
    expect(shownText(why)).toContain('The whole node ran out of memory');
    // Else the kills of the stories that follow would be taken for the node's.
    await remove(`/api/v1/namespaces/default/events/${named.parse(event).metadata.name}`);
  });

  it('sees in Prometheus that a child was killed while its container lives on', async (context) => {
    const { prometheusUrl, patienceMs } = world.target;
    if (prometheusUrl === undefined) return context.skip('E2E_PROMETHEUS_URL names none');
    // As often as it takes: how soon the kubelet and Prometheus first see a container is up to them.
    const script = 'trap : TERM; while true; do tail /dev/zero; sleep 4; done';
    await create(`/api/v1/namespaces/${namespace()}/pods`, pod('counted', { limit: '48Mi', script }));
    const endpoint = connectPrometheus({ url: prometheusUrl }, 5000);
    const risesOf = async (): Promise<readonly OomCounterRise[]> => {
      const asked = { now: toInstant(Date.now()), lengthMs: 10 * MINUTE };
      const rises = await readOomCounterRises(endpoint, asked, AbortSignal.timeout(10_000));
      return rises.filter((rise) => rise.namespace === namespace() && rise.pod === 'counted');
    };
    // One of the first scrapes shows what the series begins with, a later one that it rose.
    const rose = await vi.waitUntil(async () => (await risesOf()).find((rise) => rise.rose), {
      timeout: patienceMs,
      interval: 1000,
    });
    expect(rose.containerId).toMatch(/^[0-9a-f]{64}$/);
    // The kernel writes less about the kills of the stories that follow while others go on.
    await remove(`/api/v1/namespaces/${namespace()}/pods/counted`);
  });

  describe.skipIf(!kernelLogReadable())('with the agent on the node (not run where /dev/kmsg cannot be read)', () => {
    it('reports a child that was killed while its container lives on, and does not repeat it after a restart', async (context) => {
      agent = await startAgent();
      const script = 'trap : TERM; echo parent; tail /dev/zero; echo child gone; while true; do sleep 1; done';
      await create(`/api/v1/namespaces/${namespace()}/pods`, pod('parent', { limit: '48Mi', script }));
      const root = await world.stage.root(`${namespace()}/parent`, ({ text }) => text.startsWith('OOMKilled'));
      // With cgroup v2 the kubelet has the kernel kill the whole container, which then shows in its status.
      if (!shownText(root).includes('runs on')) return context.skip('this node kills whole containers');
      expect(shownText(root)).toContain('killed a child process in it; the container itself runs on');
      const why = await world.stage.reply(root, 'Why it was killed');
      expect(shownText(why)).toMatch(/The kernel says: it killed process \d+ \(tail\), which held \d+/);
      expect(shownText(why)).toContain('the pod’s status shows nothing');
      await agent.stop();
      agent = await startAgent();
      // It reads the whole log again; a second child's kill is news, and comes after whatever it would have repeated.
      await create(`/api/v1/namespaces/${namespace()}/pods`, pod('sibling', { limit: '48Mi', script }));
      await world.stage.root(`${namespace()}/sibling`, ({ text }) => text.startsWith('OOMKilled'));
      const [again] = world.stage.roots(`${namespace()}/parent`);
      expect(shownText(again ?? {})).toContain('Killed *once*');
      expect(world.stage.roots(`${namespace()}/parent`)).toHaveLength(1);
    });

    it('counts the children whose kills a storm leaves out of the kernel’s log', async (context) => {
      // The kernel says of ten kills within five seconds whose they were.
      const script = `trap : TERM; for i in $(seq ${CHILDREN}); do tail /dev/zero & done; while true; do sleep 1; done`;
      await create(`/api/v1/namespaces/${namespace()}/pods`, pod('crowd', { limit: '64Mi', script }));
      const first = await world.stage.root(`${namespace()}/crowd`, ({ text }) => text.startsWith('OOMKilled'));
      if (!shownText(first).includes('runs on')) return context.skip('this node kills whole containers');
      await world.stage.root(`${namespace()}/crowd`, ({ text }) => text.includes(`killed ${CHILDREN} times`));
    });

    it('adds what the kernel said to a kill the status shows', async () => {
      const script = 'echo starting; sleep 1; exec tail /dev/zero';
      await create(`/api/v1/namespaces/${namespace()}/pods`, pod('alone', { limit: '48Mi', script }));
      const root = await world.stage.root(`${namespace()}/alone`, ({ text }) => text.startsWith('OOMKilled'));
      // The agent may be slower than the kubelet: its word is then added to what was told.
      const kernelsWord = /The kernel says: it killed process \d+ \(tail\)/;
      const told = (): boolean => world.stage.replies(root).some((reply) => kernelsWord.test(shownText(reply)));
      await vi.waitUntil(told, { timeout: world.target.patienceMs, interval: 100 });
    });
  });
});

type Wanted = { readonly limit: string; readonly script: string };

function pod(name: string, { limit, script }: Wanted): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'app',
          image: 'busybox',
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', script],
          resources: { requests: { memory: limit }, limits: { memory: limit } },
        },
      ],
    },
  };
}
