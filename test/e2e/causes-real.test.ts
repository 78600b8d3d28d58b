// Ways to die on a real kubelet and the real kernel of its node, all at once in one namespace: each gets its own cause and the advice that fits it.

import { accessSync, constants } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RedisConnection } from '../../src/adapters/redis/connection.ts';
import { connectRedis } from '../../src/adapters/redis/connection.ts';
import { redisIncidentStore } from '../../src/adapters/redis/stores/incident-store.ts';
import { valueOf } from '../../src/domain/base/piece.ts';
import { hasLate } from '../../src/domain/evidence/late-evidence.ts';
import type { Dossier, Incident } from '../../src/domain/incident/incident.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import { eventually } from '../contract/cluster/cluster-support.ts';
import { silentLog } from '../fakes/telemetry.ts';
import { DEATHS } from './support/deaths.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';
import { shownText } from './support/stage.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();
const PATIENCE_MS = 150_000;
/** Fewer samples do not show a climb (src/domain/diagnosis/causes/rising.ts). */
const ENOUGH = 8;

/** Without the kernel's log a child's kill shows nowhere while its parent lives. */
function kernelLogReadable(): boolean {
  try {
    accessSync('/dev/kmsg', constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const nodes = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })).min(1) });
const identified = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });

type Explained = { readonly incident: Incident; readonly dossier: Dossier };

describe.skipIf(kubeconfig === undefined)('ways to die, on a real cluster: set E2E_KUBECONFIG to run it', () => {
  let world: TestWorld;
  let redis: RedisConnection;
  let incidents: IncidentStore;

  const namespace = (): string => world.target.deployment.namespace;
  const create = (path: string, body: unknown): Promise<unknown> =>
    world.target.connection.json({
      method: 'POST',
      path: path.replace('{}', namespace()),
      body,
      signal: AbortSignal.timeout(10_000),
    });

  beforeAll(async () => {
    world = await startTestWorld(await startRealTarget(kubeconfig ?? ''));
    redis = connectRedis({ url: world.redis.url, log: silentLog });
    incidents = redisIncidentStore({ client: redis.client });
    const list = await world.target.connection.json({ path: '/api/v1/nodes', signal: AbortSignal.timeout(10_000) });
    await world.headroom();
    if (kernelLogReadable())
      await world.headroom({ role: 'node-agent', environment: { NODE_NAME: nodes.parse(list).items[0]?.metadata.name ?? '' } });
    for (const { path, object } of DEATHS.workloads) await create(path, object);
    const cronJob = identified.parse(await create('/apis/batch/v1/namespaces/{}/cronjobs', DEATHS.cronJob));
    await create('/apis/batch/v1/namespaces/{}/jobs', DEATHS.runOf(cronJob.metadata));
  });

  afterAll(async () => {
    await redis.close();
    await world.stop();
  });

  /** The incident of that workload's container once its last kill is explained with everything there is to be read, and fits. */
  async function explained(name: string, fits: (each: Explained) => boolean = () => true): Promise<Explained> {
    return eventually(`the explanation of ${name}`, PATIENCE_MS, async () => {
      const all = await incidents.list({ state: 'all', limit: 100 });
      const incident = all.find(({ workload }) => workload.namespace === namespace() && workload.name === name);
      const dossier = incident === undefined ? undefined : await incidents.dossier(incident.id);
      // Another kill joins first and is explained then; and what a busy node does not answer in time is read once more.
      if (incident === undefined || dossier?.killId !== incident.lastKill.id || hasLate(dossier.evidence)) return undefined;
      return fits({ incident, dossier }) ? { incident, dossier } : undefined;
    });
  }

  it('a main process that takes too much: killed, exit code 137', async () => {
    // The runtime's mark may come a moment after the exit code.
    const found = await explained(world.target.deployment.name, ({ incident }) => incident.lastKill.how !== 'suspected');
    expect(found.incident.lastKill).toMatchObject({ exitCode: 137, how: 'oom-killed' });
    expectRaise(found, 'Deployment');
  });

  it('a child that takes too much and a parent that gives up: exit code 1, and the child is named', async () => {
    const found = await explained(world.target.barePod.name);
    expect(found.incident.lastKill).toMatchObject({ exitCode: 1, reason: 'OOMKilled' });
    expect(found.dossier.diagnosis.cause).toBe('child-process');
    expectAdvice(found, /^This pod has no owner that would recreate it/);
  });

  it('a pod that never restarts: its log is the one that is kept, and it ends in the middle of a line', async () => {
    const found = await explained('exit-137');
    expect(found.incident.lastKill).toMatchObject({ shownIn: 'state', exitCode: 137 });
    const log = valueOf(found.dossier.evidence.log);
    expect(log).toMatchObject({ cutMidLine: true, instance: 'killed' });
    expect(log?.lines.at(-1)).toBe('loading order 4 of');
    expectRaise(found, 'Pod');
  });

  it('an init container', async () => {
    const found = await explained('init');
    expect(found.incident).toMatchObject({ role: 'init', container: 'side' });
    expect(found.dossier.diagnosis.cause).toBe('startup');
    expectRaise(found, 'Pod');
  });

  it('a sidecar', async () => {
    const found = await explained('sidecar');
    expect(found.incident).toMatchObject({ role: 'sidecar', container: 'side' });
    expect(found.dossier.diagnosis.cause).toBe('startup');
    expectRaise(found, 'Pod');
  });

  it('files in a memory-backed volume, until nothing starts any more: no limit, a new pod', async () => {
    const found = await explained('volume', ({ incident }) => incident.lastKill.how === 'start-oom');
    expect(found.dossier.diagnosis).toMatchObject({ cause: 'memory-volume', confidence: 'high' });
    expect(found.dossier.recommendation.kind).toBe('advise');
    expectAdvice(found, /sizeLimit/);
    expectAdvice(found, /Delete the pod/);
  });

  it('slow growth: that early nobody can call it a leak', async () => {
    const found = await explained('growth', isMeasured);
    expect(found.dossier.diagnosis.cause).toBe('unclear');
    expect(found.dossier.diagnosis.toSettle).toBeDefined();
  });

  it.each([
    { kind: 'StatefulSet', name: 'stateful' },
    { kind: 'DaemonSet', name: 'daemon' },
    { kind: 'CronJob', name: 'cron' },
  ])('a pod of a $kind: its template can be raised', async ({ kind, name }) => {
    expectRaise(await explained(name), kind);
  });

  it('a pod of a Job: its template cannot be changed', async () => {
    const found = await explained('short');
    expectRaise(found, 'Job');
    expectAdvice(found, /^A Job’s template cannot be changed/);
  });

  it.skipIf(!kernelLogReadable())('a child whose parent lives on: only the kernel saw it', async (context) => {
    const found = await explained(
      'silent',
      ({ incident: { lastKill } }) => lastKill.how !== 'silent' || lastKill.kernel !== undefined,
    );
    // With cgroup v2 the kubelet has the kernel kill the whole container.
    if (found.incident.lastKill.how !== 'silent') return context.skip('this node kills whole containers');
    expect(found.dossier.diagnosis.cause).toBe('child-process');
    expect(found.incident.lastKill.kernel?.victim.command).toBe('tail');
    expect(valueOf(found.dossier.evidence.log)?.instance).not.toBe('ended');
  });

  it('a liveness probe: exit code 137, and nobody is alarmed', async () => {
    await eventually('the probe to have killed it', PATIENCE_MS, async () => {
      const path = `/api/v1/namespaces/${namespace()}/pods/probe`;
      const body = await world.target.connection.json({ path, signal: AbortSignal.timeout(10_000) });
      return /"lastState":\{"terminated":\{"exitCode":137/.test(JSON.stringify(body)) ? true : undefined;
    });
    await world.stage.command(world.stage.alice, `/oom pod ${namespace()}/probe`);
    const answer = await world.stage.whisper(world.stage.alice, /[Pp]robe/);
    expect(shownText(answer)).toMatch(/[Pp]robe/);
    const all = await incidents.list({ state: 'all', limit: 100 });
    expect(all.filter(({ workload }) => workload.name === 'probe' && workload.namespace === namespace())).toEqual([]);
  });

  it('has read everything about one that lived long enough to be measured', async () => {
    const found = await explained('measured', withSeries);
    const missing = Object.entries(found.dossier.evidence).flatMap(([name, piece]) =>
      typeof piece === 'object' && piece.kind === 'unavailable' ? [`${name}: ${piece.reason}`] : [],
    );
    expect(missing).toEqual([]);
  });
});

/** A number above the limit that was hit, for that kind of owner. */
function expectRaise({ incident, dossier }: Explained, kind: string): void {
  const { recommendation } = dossier;
  expect(incident.workload.kind).toBe(kind);
  expect({ cause: dossier.diagnosis.cause, recommendation }).toMatchObject({ recommendation: { kind: 'raise' } });
  if (recommendation.kind === 'raise') expect(recommendation.limit).toBeGreaterThan(incident.lastKill.limit ?? 0);
}

function expectAdvice({ dossier }: Explained, words: RegExp): void {
  expect(dossier.recommendation.advice.filter((line) => words.test(line))).toHaveLength(1);
}

/** Short lives leave samples only where Prometheus scrapes often. */
function withSeries({ dossier }: Explained): boolean {
  return process.env['E2E_PROMETHEUS_URL'] === undefined || valueOf(dossier.evidence.usage)?.kind === 'series';
}

/** With as many samples of the killed run as the rules ask for. */
function isMeasured({ incident: { lastKill }, dossier }: Explained): boolean {
  if (process.env['E2E_PROMETHEUS_URL'] === undefined) return true;
  const usage = valueOf(dossier.evidence.usage);
  return usage?.kind === 'series' && usage.points.filter(({ at }) => at >= (lastKill.startedAt ?? at)).length >= ENOUGH;
}
