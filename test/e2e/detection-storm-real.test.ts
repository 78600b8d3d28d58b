// Many kills at once, kills while nobody watches, a cut network, a lost Lease: each kill becomes one job, on a real API server with pods that no kubelet runs.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Jobs } from '../../bench/jobs.ts';
import { followJobs } from '../../bench/jobs.ts';
import type { Fleet } from '../../bench/pods.ts';
import { addPods, createFleet, inParallel, markKilled } from '../../bench/pods.ts';
import type { Cable } from './support/cable.ts';
import { layCable, layCableTo } from './support/cable.ts';
import type { Headroom } from './support/headroom.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();
const PODS = 500;
const STORM = 1000;
/** 4,000 wait and 64 are under way (src/adapters/kubernetes/watch/hand-over.ts). */
const MORE_THAN_FITS = 4600;
/** What it has at rest, with its source compiled in the process, and as much again. */
const MOST_MIB = 400;
/** That many changes take the API server a minute or more when it is busy. */
const OVERFLOW_WITHIN_MS = 480_000;

const lease = z.looseObject({ spec: z.looseObject({ holderIdentity: z.string() }) });

describe.skipIf(kubeconfig === undefined)('storms and absences, on a real cluster: set E2E_KUBECONFIG to run it', () => {
  let world: TestWorld;
  let fleet: Fleet;
  let jobs: Jobs;
  let folder: string;
  let cable: Cable;
  let redisCable: Cable & { readonly port: number };
  let watcher: Headroom;

  const killEach = async (names: readonly string[]): Promise<readonly string[]> => {
    const ids: string[] = [];
    await inParallel(names, async (name) => {
      ids.push((await markKilled(world.target.connection, { namespace: fleet.namespace, name })).id);
    });
    return ids;
  };
  /** Each of them became a job, and there is no other. */
  const expectOnce = async (ids: readonly string[], before: number): Promise<void> => {
    await Promise.all(ids.map((id) => jobs.seenAt(id)));
    // A doubled one would come right behind; the next kill comes after it.
    const [last] = await killEach(fleet.names.slice(-1));
    await jobs.seenAt(last ?? '');
    expect(jobs.count() - before).toBe(ids.length + 1);
  };
  const startWatcher = async (): Promise<Headroom> => {
    const target = { ...world.target, namespaces: [fleet.namespace], kubeconfig: join(folder, 'cable') };
    return world.headroom({
      role: 'watcher',
      target,
      environment: { LEASE_NAMESPACE: fleet.namespace, REDIS_URL: `redis://127.0.0.1:${redisCable.port}/0` },
    });
  };

  beforeAll(async () => {
    const admin = kubeconfig ?? '';
    world = await startTestWorld(await startRealTarget(admin));
    folder = await mkdtemp(join(tmpdir(), 'headroom-storm-'));
    cable = await layCable(admin, join(folder, 'cable'));
    redisCable = await layCableTo('127.0.0.1', Number(new URL(world.redis.url).port));
    fleet = await createFleet(world.target.connection, `${world.target.deployment.namespace}-fleet`);
    await addPods(world.target.connection, fleet, PODS);
    jobs = followJobs(world.redis.url, world.target.connection.contextName);
    watcher = await startWatcher();
  });

  afterAll(async () => {
    jobs.close();
    await fleet.remove();
    await world.stop();
    await cable.stop();
    await redisCable.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it(`records ${STORM} kills at once, each once`, async () => {
    const before = jobs.count();
    const names = Array.from({ length: STORM }, (_, index) => fleet.names[index % fleet.names.length] ?? '');
    await expectOnce(await killEach(names), before);
  });

  it('finds what was killed while it was down, and repeats nothing', async () => {
    await watcher.crash();
    const before = jobs.count();
    const ids = await killEach(fleet.names.slice(0, 20));
    // The Lease of the one that crashed runs out first.
    watcher = await startWatcher();
    await expectOnce(ids, before);
  });

  it('finds what was killed while the network was cut', async () => {
    const before = jobs.count();
    cable.cut();
    const ids = await killEach(fleet.names.slice(0, 20));
    await watcher.said('waiting for the API server');
    cable.mend();
    await expectOnce(ids, before);
  });

  it('finds what was killed while Redis was away, and in the moment it went', async () => {
    const before = jobs.count();
    const names = fleet.names.slice(0, 300);
    const killing = killEach(names);
    await vi.waitUntil(() => jobs.count() > before, { timeout: world.target.patienceMs, interval: 5 });
    redisCable.cut();
    const ids = await killing;
    await watcher.said('waiting for Redis');
    redisCable.mend();
    await expectOnce(ids, before);
  });

  it(
    'holds no more than it can while Redis is away, and reads again what did not fit',
    async () => {
      const before = jobs.count();
      redisCable.cut();
      const ids: string[] = [];
      let last: readonly string[] = [];
      for (let round = 0; ids.length <= MORE_THAN_FITS; round += 1) {
        last = await killEach(fleet.names);
        ids.push(...last);
      }
      expect(watcher.usage().residentMiB).toBeLessThan(MOST_MIB);
      redisCable.mend();
      await Promise.all(last.map((id) => jobs.seenAt(id)));
      const [marker] = await killEach(fleet.names.slice(-1));
      await jobs.seenAt(marker ?? '');
      // What was overwritten in its pod before it fitted is gone; nothing else is, and nothing came twice.
      const told = ids.filter((id) => jobs.has(id)).length;
      expect(told).toBeLessThan(ids.length);
      expect(jobs.count() - before).toBe(told + 1);
    },
    OVERFLOW_WITHIN_MS,
  );

  it('hands over when its Lease is taken, and nothing is lost or told twice', async () => {
    const standby = await startWatcher();
    await standby.said('standing by');
    const before = jobs.count();
    const path = `/apis/coordination.k8s.io/v1/namespaces/${fleet.namespace}/leases/headroom-watcher`;
    const signal = AbortSignal.timeout(20_000);
    for (let taken = false; !taken; ) {
      const found = lease.parse(await world.target.connection.json({ path, signal }));
      const body = { ...found, spec: { ...found.spec, holderIdentity: 'somebody-else', leaseDurationSeconds: 1 } };
      taken = (await world.target.connection.answer({ method: 'PUT', path, body, signal })).status === 200;
    }
    await watcher.said('the Lease is lost');
    await expectOnce(await killEach(fleet.names.slice(0, 20)), before);
  });
});
