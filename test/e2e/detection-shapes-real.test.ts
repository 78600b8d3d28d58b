// Kills of every shape that an API server can hold, and who hears of them: ids of other runtimes, times that make no sense, annotations full of rubbish, pods
// that opt out, namespaces left out, two clusters in one Redis. On a real API server with pods that no kubelet runs.

import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Jobs } from '../../bench/jobs.ts';
import { followJobs } from '../../bench/jobs.ts';
import type { Fleet } from '../../bench/pods.ts';
import { addPods, createFleet } from '../../bench/pods.ts';
import { killSchema } from '../../src/adapters/redis/schema/kill.ts';
import { HOUR, MINUTE } from '../../src/domain/base/time.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();
const PODS = 16;
const ALL = 'all-but-one';
const ONE = 'only-one';

describe.skipIf(kubeconfig === undefined)('kills of every shape, on a real API server: set E2E_KUBECONFIG to run it', () => {
  let world: TestWorld;
  let watched: Fleet;
  let left: Fleet;
  let jobs: Readonly<Record<typeof ALL | typeof ONE, Jobs>>;
  let redis: Redis;
  let used = 0;

  const patch = (path: string, body: object): Promise<unknown> =>
    world.target.connection.json({
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body,
      signal: AbortSignal.timeout(20_000),
    });
  const podPath = (fleet: Fleet, name: string): string => `/api/v1/namespaces/${fleet.namespace}/pods/${name}`;
  /** The next pod that no test has used. */
  const fresh = (): string => {
    used += 1;
    return watched.names[used] ?? '';
  };
  const kill = async (given: Given = {}): Promise<string> => {
    const { fleet = watched, name = fresh() } = given;
    const containerId = given.containerId ?? randomBytes(32).toString('hex');
    const answer = await patch(`${podPath(fleet, name)}/status`, { status: dead({ ...given, containerId }) });
    return `${uidOf(answer)}/app/${containerId.replace(/^[^:]+:\/\//, '')}`;
  };
  /** What came before it has been dealt with when this one has. */
  const expectNone = async (killId: string, by: typeof ALL | typeof ONE, marker: Given = {}): Promise<void> => {
    const next = await kill(marker);
    await jobs[by].seenAt(`${by}/${next}`);
    expect(jobs[by].has(`${by}/${killId}`)).toBe(false);
  };

  beforeAll(async () => {
    world = await startTestWorld(await startRealTarget(kubeconfig ?? ''));
    const { connection, deployment } = world.target;
    watched = await createFleet(connection, `${deployment.namespace}-watched`);
    left = await createFleet(connection, `${deployment.namespace}-left`);
    await addPods(connection, watched, PODS);
    redis = new Redis(world.redis.url);
    jobs = { [ALL]: followJobs(world.redis.url, ALL), [ONE]: followJobs(world.redis.url, ONE) };
    const start = (name: string, fleet: Fleet, namespaces: readonly string[]) =>
      world.headroom({
        role: 'watcher',
        reportWithin: '5m',
        target: { ...world.target, namespaces },
        environment: { CLUSTER_NAME: name, LEASE_NAMESPACE: fleet.namespace },
      });
    await Promise.all([
      start(ALL, watched, [`!${left.namespace}`, `!${deployment.namespace}`]),
      start(ONE, left, [left.namespace]),
    ]);
  });

  afterAll(async () => {
    redis.disconnect();
    for (const each of Object.values(jobs)) each.close();
    await Promise.all([watched.remove(), left.remove()]);
    await world.stop();
  });

  it('a namespace left out is told of by nobody but who watches it alone, and under that one’s name', async () => {
    const [inside, outside] = [await kill(), await kill({ fleet: left, name: left.names[0] ?? '' })];
    await Promise.all([jobs[ALL].seenAt(`${ALL}/${inside}`), jobs[ONE].seenAt(`${ONE}/${outside}`)]);
    await expectNone(outside, ALL);
    await expectNone(inside, ONE, { fleet: left, name: left.names[0] ?? '' });
  });

  it.each(['cri-o', 'docker', 'podman'])('an id of %s names the container without the runtime', async (runtime) => {
    const id = await kill({ containerId: `${runtime}://${randomBytes(32).toString('hex')}` });
    expect(id).not.toContain('://');
    await jobs[ALL].seenAt(`${ALL}/${id}`);
  });

  it.each([
    { name: 'a start in 1970', startedAt: new Date(0), finishedAt: new Date() },
    { name: 'an end tomorrow', startedAt: new Date(), finishedAt: new Date(Date.now() + 24 * HOUR) },
    { name: 'no times at all', startedAt: null, finishedAt: null },
  ])('$name hides no kill', async ({ startedAt, finishedAt }) => {
    await jobs[ALL].seenAt(`${ALL}/${await kill({ startedAt, finishedAt })}`);
  });

  it('what is older than it is told of is recorded without a word; by a clock that is behind it is not older', async () => {
    const [name, old] = [fresh(), { startedAt: ago(3 * HOUR + MINUTE), finishedAt: ago(3 * HOUR) }];
    await expectNone(await kill({ name, ...old }), ALL);
    await jobs[ALL].seenAt(`${ALL}/${await kill({ name, ...old, podBeganAt: ago(3 * HOUR) })}`);
  });

  it.each([
    { annotation: 'C01234567', channel: 'C01234567' },
    { annotation: '<!channel>', channel: undefined },
  ])('the channel $annotation of a pod’s annotation is kept as $channel', async ({ annotation, channel }) => {
    const name = fresh();
    await patch(podPath(watched, name), { metadata: { annotations: { 'headroom.dev/channel': annotation } } });
    const id = `${ALL}/${await kill({ name })}`;
    await jobs[ALL].seenAt(id);
    expect(killSchema.parse(JSON.parse((await redis.get(`headroom:kill:${id}`)) ?? '')).channel).toBe(channel);
  });

  it('a pod that opts out is not told of, and rubbish in annotations hides no other', async () => {
    const [silent, loud] = [watched.names[0] ?? '', fresh()];
    await patch(podPath(watched, silent), { metadata: { annotations: { 'headroom.dev/ignore': 'true' } } });
    const rubbish = {
      'headroom.dev/channel': '<!channel> \u0000\u2028',
      'headroom.dev/ignore': 'perhaps',
      junk: '{"reason":"OOMKilled"'.repeat(5000),
    };
    await patch(podPath(watched, loud), { metadata: { annotations: rubbish } });
    await expectNone(await kill({ name: silent }), ALL, { name: loud });
  });
});

type Given = {
  readonly fleet?: Fleet;
  readonly name?: string;
  readonly containerId?: string;
  readonly startedAt?: Date | null;
  readonly finishedAt?: Date | null;
  /** When the kubelet says that it began with the pod. */
  readonly podBeganAt?: Date;
};

function ago(lengthMs: number): Date {
  return new Date(Date.now() - lengthMs);
}

function dead({ containerId = '', startedAt = ago(MINUTE), finishedAt = new Date(), podBeganAt = new Date() }: Given): object {
  const terminated = { exitCode: 137, reason: 'OOMKilled', startedAt, finishedAt, containerID: withScheme(containerId) };
  const container = { name: 'app', image: 'app', imageID: '', ready: true, restartCount: 1 };
  return {
    phase: 'Running',
    startTime: podBeganAt,
    containerStatuses: [{ ...container, state: { running: {} }, lastState: { terminated } }],
  };
}

/** The API server takes nothing else. */
function withScheme(id: string): string {
  return id.includes('://') ? id : `containerd://${id}`;
}

function uidOf(answer: unknown): string {
  const metadata = typeof answer === 'object' && answer !== null && 'metadata' in answer ? answer.metadata : undefined;
  const uid = typeof metadata === 'object' && metadata !== null && 'uid' in metadata ? metadata.uid : undefined;
  if (typeof uid !== 'string') throw new Error('no pod');
  return uid;
}
