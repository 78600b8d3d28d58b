// The demo cluster without its network, on a clock of its own: what dies when, which raise ends it, how a rollout goes, and that the history agrees. Minutes
// pass in milliseconds.

import { describe, expect, it } from 'vitest';
import { rawRollout, rolloutStatus } from '../../../src/adapters/kubernetes/editor/rollout.ts';
import { projectPod } from '../../../src/adapters/kubernetes/pods/pod-facts.ts';
import { toInstant } from '../../../src/domain/base/time.ts';
import { isAtLeast, withRun } from '../../../src/domain/kill/kill-count.ts';
import type { Kill } from '../../../src/domain/kill/oom-kill.ts';
import { findKills } from '../../../src/domain/kill/oom-kill.ts';
import type { DemoControl } from '../src/control.ts';
import { createControl } from '../src/control.ts';
import { podLog } from '../src/http/read/logs.ts';
import { seriesOf } from '../src/prometheus/history.ts';
import type { Simulation } from '../src/simulation.ts';
import { createSimulation } from '../src/simulation.ts';

const BEGIN = Date.parse('2026-11-24T09:00:00Z');
const STEP_MS = 200;
const MINUTE_MS = 60_000;

type Demo = Simulation & {
  readonly control: DemoControl;
  readonly kills: Kill[];
  readonly run: (ms: number) => void;
  /** No step for so long, then one. */
  readonly standStill: (ms: number) => void;
  readonly now: () => number;
};

/** Every memory kill that any change of any pod ever showed, once; a suspected one is none without evidence. */
function demo(workloads: readonly string[] | undefined, seed = 5, automatic = true): Demo {
  let now = BEGIN;
  const simulation = createSimulation({ now: () => now, speed: 1, seed, automatic, workloads });
  const kills = new Map<string, Kill>();
  simulation.world.store.onChange(({ resource, object }) => {
    if (resource !== 'pods') return;
    const projected = projectPod(object, 'demo');
    if (projected.kind === 'malformed') throw new Error(projected.problem);
    for (const kill of findKills(projected.pod, toInstant(now))) {
      if (kill.how !== 'suspected' && !kills.has(kill.id)) kills.set(kill.id, kill);
    }
  });
  return {
    ...simulation,
    control: createControl(simulation.world, simulation.kubelet, { open: () => undefined, drop: () => undefined }),
    get kills() {
      return [...kills.values()];
    },
    now: () => now,
    standStill(ms) {
      now += ms;
      simulation.advance();
    },
    run(ms) {
      for (const until = now + ms; now < until; now += STEP_MS) simulation.advance();
    },
  };
}

describe('automatic kills', () => {
  it('begin within ten seconds, and every restless workload has one within two minutes', () => {
    const all = demo(undefined);
    all.run(10_000);
    expect(all.kills.length).toBeGreaterThan(0);
    all.run(2 * MINUTE_MS);
    expect([...new Set(all.kills.map(({ ref }) => ref.namespace))].toSorted()).toEqual([
      'cache',
      'media',
      'orders',
      'payments',
      'reports',
      'risk',
      'search',
      'tools',
      'web',
    ]);
  });

  it('come at their time though the machine stood still over it', () => {
    const [steady, halting] = [demo(['payments/checkout-api']), demo(['payments/checkout-api'])];
    steady.run(10_000);
    halting.standStill(10_000);
    expect(halting.kills).toHaveLength(1);
    expect(Math.abs((halting.kills[0]?.finishedAt ?? 0) - (steady.kills[0]?.finishedAt ?? 0))).toBeLessThanOrEqual(1000);
  });

  it('are the same for the same seed', () => {
    const ids = [demo(['payments/checkout-api']), demo(['payments/checkout-api'])].map((one) => {
      one.run(3 * MINUTE_MS);
      return one.kills.map(({ id, finishedAt }) => `${id} ${finishedAt ?? ''}`);
    });
    expect(ids[0]).toEqual(ids[1]);
    expect(ids[0]?.length).toBeGreaterThan(2);
  });

  it.each([
    { workload: 'payments/checkout-api', exitCode: 137, how: 'oom-killed' },
    { workload: 'reports/pdf-renderer', exitCode: 1, how: 'oom-killed' },
    { workload: 'tools/stress', exitCode: 1, how: 'oom-killed' },
    { workload: 'media/thumbnailer', exitCode: 128, how: 'start-oom' },
  ])('of $workload show exit code $exitCode', ({ workload, exitCode, how }) => {
    const one = demo([workload]);
    one.run(3 * MINUTE_MS);
    const kill = one.kills.find((each) => each.exitCode === exitCode);
    expect(kill).toMatchObject({ how });
    expect(kill?.id).toMatch(/\/[0-9a-f]{64}$/);
    expect((kill?.finishedAt ?? 1) % 1000).toBe(0);
  });

  it('leave no line in the log that is younger than the kill', () => {
    const all = demo(undefined);
    all.run(2 * MINUTE_MS);
    const query = new URLSearchParams({ previous: 'true', timestamps: 'true' });
    const ends = [...all.world.pods.values()].flatMap((pod) =>
      pod.containers.flatMap(({ name, runs }) => {
        const killed = runs.at(-2)?.end;
        if (killed?.reason !== 'OOMKilled') return [];
        const target = { namespace: pod.namespace, name: pod.name };
        const last = podLog(all.world, target, new URLSearchParams([...query, ['container', name]]))
          .trimEnd()
          .split('\n')
          .at(-1);
        return [{ killed: killed.at, written: Date.parse(last?.slice(0, last.indexOf(' ')) ?? '') }];
      }),
    );
    expect(ends.length).toBeGreaterThan(4);
    expect(ends.filter(({ killed, written }) => written > killed)).toEqual([]);
  });

  it('of the importer are none: its probe kills it', () => {
    const one = demo(['batch/importer']);
    one.run(3 * MINUTE_MS);
    expect(one.kills).toEqual([]);
    const pods = one.world.store.list('pods');
    expect(JSON.stringify(pods)).toContain('"exitCode":137,"reason":"Error"');
    expect(JSON.stringify(one.world.store.list('events'))).toContain('failed liveness probe, will be restarted');
  });

  it('never happen while paused, but on demand', () => {
    const one = demo(undefined, 5, false);
    one.run(3 * MINUTE_MS);
    expect(one.kills.filter(({ ref }) => ref.namespace !== 'tools')).toEqual([]);
    one.control.killNow('orders', 'order-worker');
    expect(one.kills.map(({ ref }) => ref.container)).toContain('worker');
    expect(one.control.kills('orders', 'order-worker')).toBe(1);
  });
});

describe('a raise', () => {
  it.each([
    { workload: 'payments/checkout-api', container: 'api', limit: '384Mi' },
    { workload: 'search/indexer', container: 'indexer', limit: '1536Mi' },
    { workload: 'reports/pdf-renderer', container: 'renderer', limit: '768Mi' },
    { workload: 'cache/session-store', container: 'redis', limit: '192Mi' },
    { workload: 'web/storefront', container: 'storefront', limit: '576Mi' },
    { workload: 'risk/scoring', container: 'scoring', limit: '768Mi' },
    { workload: 'media/thumbnailer', container: 'thumbnailer', limit: '384Mi' },
  ])('of $workload to $limit ends its kills', ({ workload, container, limit }) => {
    const one = raised({ workload, container, limit });
    const before = one.kills.length;
    one.run(15 * MINUTE_MS);
    expect(one.kills.length).toBe(before);
  });

  it('of the leak only delays them', () => {
    const one = raised({ workload: 'orders/order-worker', container: 'worker', limit: '768Mi' });
    const at = one.now();
    const before = one.kills.length;
    one.run(10 * MINUTE_MS);
    const next = one.kills[before];
    expect(next).toBeDefined();
    expect((next?.finishedAt ?? 0) - at).toBeGreaterThan(110_000);
  });
});

it('numbers the runs of a container as a kubelet does, so that no count of kills says "at least" where all were seen', () => {
  const one = demo(undefined);
  one.run(10 * MINUTE_MS);
  const counted = one.kills.reduce<Parameters<typeof withRun>[0]>(withRun, {});
  expect(counted.runs?.length).toBeGreaterThan(5);
  expect(isAtLeast(counted)).toBe(false);
});

/** After two minutes of kills and a finished rollout. */
function raised({
  workload,
  container,
  limit,
}: {
  readonly workload: string;
  readonly container: string;
  readonly limit: string;
}): Demo {
  const [namespace = '', name = ''] = workload.split('/');
  const one = demo([workload]);
  one.run(2 * MINUTE_MS);
  expect(one.kills.length).toBeGreaterThan(0);
  one.control.overwriteLimit({ namespace, workload: name, container, limit, manager: 'test' });
  one.run(MINUTE_MS);
  const resource = name === 'session-store' ? 'statefulsets' : 'deployments';
  expect(rolloutStatus(rawRollout.parse(one.world.store.get(resource, namespace, name)), 2).kind).toBe('complete');
  return one;
}

describe('a rollout', () => {
  it.each([
    { resource: 'deployments', namespace: 'auth', name: 'identity' },
    { resource: 'daemonsets', namespace: 'monitoring', name: 'node-exporter' },
  ])('of $resource progresses, finishes, and leaves only new pods', ({ resource, namespace, name }) => {
    const one = demo([`${namespace}/${name}`]);
    const old = new Set([...one.world.pods.keys()]);
    one.control.overwriteLimit({ namespace, workload: name, container: name, limit: '1Gi', manager: 'test' });
    const read = () => rolloutStatus(rawRollout.parse(one.world.store.get(resource, namespace, name)), 2).kind;
    expect(read()).toBe('progressing');
    one.run(1000);
    expect(read()).toBe('progressing');
    one.run(20_000);
    expect(read()).toBe('complete');
    expect(
      [...one.world.pods.values()].every(({ uid, containers }) => !old.has(uid) && containers[0]?.limitBytes === 2 ** 30),
    ).toBe(true);
    expect(one.world.pods.size).toBe(2);
  });
});

it('going back to an old template gives its ReplicaSet a new number', () => {
  const one = demo(['auth/identity']);
  for (const limit of ['1Gi', '2Gi', '1Gi']) {
    one.control.overwriteLimit({ namespace: 'auth', workload: 'identity', container: 'identity', limit, manager: 'test' });
    one.run(20_000);
  }
  const listed = one.world.store.list('replicasets');
  const sets = listed.kind === 'listed' ? listed.objects : [];
  const numbered = sets.map(({ metadata: { annotations = {} } }) => [
    annotations['deployment.kubernetes.io/revision'],
    annotations['deployment.kubernetes.io/revision-history'],
  ]);
  expect(numbered).toHaveLength(3);
  expect(numbered).toEqual(
    expect.arrayContaining([
      ['1', undefined],
      ['3', undefined],
      ['4', '2'],
    ]),
  );
});

it('the first revision of a set is as old as the set, the next one is new', () => {
  const one = demo(['cache/session-store']);
  const ages = (): readonly number[] => {
    const listed = one.world.store.list('controllerrevisions');
    const objects = listed.kind === 'listed' ? listed.objects : [];
    return objects.map(({ metadata }) => one.now() - Date.parse(metadata.creationTimestamp)).toSorted((a, b) => b - a);
  };
  one.run(1000);
  expect(ages()).toEqual([expect.closeTo(180 * 60 * MINUTE_MS, -4)]);
  one.control.overwriteLimit({
    namespace: 'cache',
    workload: 'session-store',
    container: 'redis',
    limit: '1Gi',
    manager: 'test',
  });
  one.run(1000);
  expect(ages()[1]).toBeLessThan(MINUTE_MS);
});

describe('the history', () => {
  it('reaches back for days, stays below the limit, and ends where each run ended', () => {
    const one = demo(['payments/checkout-api']);
    one.run(2 * MINUTE_MS);
    const limit = 256 * 2 ** 20;
    const series = seriesOf(one.world);
    const killed = series.filter(({ labels }) => one.kills.some(({ id }) => id.endsWith(`/${labels['name'] ?? ''}`)));
    expect(killed.length).toBe(one.kills.length);
    for (const { valueAt, labels } of killed) {
      const end = one.kills.find(({ id }) => id.endsWith(`/${labels['name'] ?? ''}`))?.finishedAt ?? 0;
      expect(valueAt(end + 2000)).toBeUndefined();
      const values = Array.from({ length: 500 }, (_, index) => valueAt(end - index * 1000)).filter(
        (value) => value !== undefined,
      );
      expect(values.length).toBeGreaterThan(0);
      expect(Math.max(...values)).toBeLessThanOrEqual(limit);
    }
    const [first] = series;
    expect(first?.valueAt(BEGIN - 5 * 24 * 60 * MINUTE_MS)).toBeGreaterThan(0.6 * limit);
  });
});
