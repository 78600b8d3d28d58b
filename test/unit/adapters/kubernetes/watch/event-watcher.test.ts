// Events that cannot be followed up keep no other from being told.

import { expect, it } from 'vitest';
import { createEventWatcher } from '../../../../../src/adapters/kubernetes/watch/event-watcher.ts';
import { PermanentError } from '../../../../../src/ports/fault.ts';
import { silentLog, silentMeter } from '../../../../fakes/telemetry.ts';
import { added, initialEnd, serve } from './watching.ts';

function event(name: string): unknown {
  return {
    metadata: { uid: name, namespace: 'shop' },
    reason: 'FailedCreatePodSandBox',
    message: 'container init was OOM-killed (memory limit too low?)',
    involvedObject: { kind: 'Pod', namespace: 'shop', name, uid: name },
    lastTimestamp: '2026-11-24T02:00:00Z',
  };
}

it('one that names what cannot be read is passed over, counted and said once', async () => {
  const { connection, calls } = serve({
    streams: [{ lines: [added(event('../../secrets')), added(event('../nodes')), added(event('api-1')), initialEnd('7')] }],
  });
  const told: string[] = [];
  const counted: string[] = [];
  const said: unknown[] = [];
  const watcher = createEventWatcher({
    connection,
    namespaces: ['shop'],
    excluded: [],
    log: { ...silentLog, warn: (_, fields) => said.push(fields) },
    meter: { ...silentMeter, count: (name) => name.includes('malformed') && counted.push(name) },
    random: () => 0,
    async onEvent({ object }) {
      if (object.name.includes('..')) throw new PermanentError('no such path', { code: 'OOM_CLUSTER_ANSWER' });
      told.push(object.name);
    },
  });
  await watcher.start();
  await watcher.stop();
  expect(told).toEqual(['api-1']);
  expect(counted).toEqual(['headroom_events_malformed_total', 'headroom_events_malformed_total']);
  expect(said).toEqual([{ problem: 'no such path' }]);
  expect(calls).toHaveLength(1);
});
