// What a watcher does with an API server that does not make it easy, and how little it keeps.

import { expect, it, vi } from 'vitest';
import { createPodWatcher } from '../../../../../src/adapters/kubernetes/watch/pod-watcher.ts';
import type { PodFacts } from '../../../../../src/domain/base/pod.ts';
import { findKills } from '../../../../../src/domain/kill/oom-kill.ts';
import { silentLog, silentMeter } from '../../../../fakes/telemetry.ts';
import { NOW } from '../../../../support/build.ts';
import type { Served } from './watching.ts';
import { added, initialEnd, serve } from './watching.ts';

function killed(name: string, annotations: Readonly<Record<string, string>> = {}): object {
  const ended = { reason: 'OOMKilled', exitCode: 137, containerID: `containerd://${name}`, finishedAt: '2026-11-24T02:46:00Z' };
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      resourceVersion: '5',
      annotations,
      labels: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`l${index}`, 'x'])),
    },
    spec: { containers: [{ name: 'app', env: [{ name: 'JAVA_OPTS', value: `-Xmx1g ${'x'.repeat(1000)}` }] }] },
    status: { message: 'x'.repeat(1000), containerStatuses: [{ name: 'app', restartCount: 1, state: { terminated: ended } }] },
  };
}

function watching(served: Served) {
  const { connection, calls } = serve(served);
  const seen: PodFacts[] = [];
  const watcher = createPodWatcher({
    connection,
    cluster: 'prod',
    namespaces: [],
    excluded: [],
    log: silentLog,
    meter: silentMeter,
    random: () => 0,
    onPod: async (pod) => seen.push(pod),
  });
  return { watcher, calls, seen };
}

const OPEN = { lines: [] };
const PATIENCE = { timeout: 20_000 };

it('reads in pages what a proxy always cuts short, and goes on from there', async () => {
  const { watcher, calls, seen } = watching({
    streams: [{ lines: [added(killed('a'))], ends: true }, OPEN],
    answer: () => ({ status: 200, body: { metadata: { resourceVersion: '9' }, items: [killed('a'), killed('b')] } }),
  });
  await watcher.start();
  await vi.waitUntil(() => calls.length === 3, PATIENCE);
  await watcher.stop();
  expect(seen.map(({ name }) => name)).toEqual(['a', 'a', 'b']);
  expect(calls.map(({ query }) => query?.['resourceVersion'] ?? query?.['limit'] ?? 'watch list')).toEqual([
    'watch list',
    500,
    '9',
  ]);
});

it('goes on with the new continuation when its own is too old, from the first page’s version', async () => {
  const pages = [
    { status: 200, body: { metadata: { resourceVersion: '9', continue: 'one' }, items: [killed('a')] } },
    { status: 410, body: { kind: 'Status', code: 410, reason: 'Expired', metadata: { continue: 'two' } } },
    { status: 200, body: { metadata: { resourceVersion: '20' }, items: [killed('b')] } },
  ];
  const { watcher, calls, seen } = watching({
    streams: [{ lines: [], ends: true }, OPEN],
    answer: () => pages.shift() ?? { status: 500, body: {} },
  });
  await watcher.start();
  await vi.waitUntil(() => calls.length === 5, PATIENCE);
  await watcher.stop();
  expect(seen.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(calls.slice(1).map(({ query }) => query?.['continue'] ?? query?.['resourceVersion'])).toEqual([
    undefined,
    'one',
    'two',
    '9',
  ]);
});

it('begins anew when a continuation is too old and there is no other', async () => {
  const pages = [
    { status: 200, body: { metadata: { resourceVersion: '9', continue: 'one' }, items: [] } },
    { status: 410, body: { kind: 'Status', code: 410, reason: 'Expired', metadata: {} } },
  ];
  const { watcher, seen } = watching({
    streams: [{ lines: [], ends: true }, { lines: [added(killed('a')), initialEnd('7')] }],
    answer: () => pages.shift() ?? { status: 500, body: {} },
  });
  await watcher.start();
  await watcher.stop();
  expect(seen.map(({ name }) => name)).toEqual(['a']);
});

it('keeps of a waiting pod little more than its kill, whatever else it carries', async () => {
  const annotations = {
    'headroom.dev/channel': 'C01234567',
    'headroom.dev/owner': 'S01234567',
    'acme.example/everything': '<'.repeat(256 * 1024),
  };
  const { watcher, seen } = watching({ streams: [{ lines: [added(killed('a', annotations)), initialEnd('7')] }] });
  await watcher.start();
  await watcher.stop();
  const [pod] = seen;
  expect(JSON.stringify(pod).length).toBeLessThan(2000);
  expect(pod === undefined ? [] : findKills(pod, NOW)).toEqual([
    expect.objectContaining({ channel: 'C01234567', owner: 'S01234567' }),
  ]);
});

it('reads an object of etcd’s largest size, which JSON makes six times as long', async () => {
  const annotations = { 'acme.example/everything': '@'.repeat(1_500_000) };
  const line = added(killed('a', annotations)).replaceAll('@', '\\u003c');
  const { watcher, seen } = watching({ streams: [{ lines: [line, initialEnd('7')] }] });
  await watcher.start();
  await watcher.stop();
  expect(seen.map(({ name }) => name)).toEqual(['a']);
});

it('knows since when nothing was heard, however connected it seems', async () => {
  const { watcher } = watching({ streams: [{ lines: [initialEnd('7')] }] });
  expect(watcher.heardWithin(60_000)).toBe(false);
  await watcher.start();
  expect(watcher.heardWithin(60_000)).toBe(true);
  await vi.waitUntil(() => !watcher.heardWithin(5), PATIENCE);
  expect(watcher.connected()).toBe(true);
  await watcher.stop();
});
