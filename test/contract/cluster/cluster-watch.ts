// The part of the cluster contract that follows pods: pages, the watch, what happens when a position is too old.

import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import type { ByteStream } from '../../../src/adapters/kubernetes/client/stream/each-chunk.ts';
import type { PodWatcher } from '../../../src/adapters/kubernetes/watch/pod-watcher.ts';
import { createPodWatcher } from '../../../src/adapters/kubernetes/watch/pod-watcher.ts';
import { findKills } from '../../../src/domain/kill/oom-kill.ts';
import { PermanentError } from '../../../src/ports/fault.ts';
import type { ClusterUnderTest, CountingMeter } from './cluster-support.ts';
import { CLUSTER, clock, countingMeter, eventually, shownKill, silent, soon, watchFromTheStart } from './cluster-support.ts';

const page = z.object({
  metadata: z.object({ continue: z.string().nullish(), resourceVersion: z.string() }),
  items: z.array(z.object({ metadata: z.object({ name: z.string() }) })),
});

const OUTDATED_WITHIN_MS = 420_000;

function namesIn({ items }: z.infer<typeof page>): readonly string[] {
  return items.map(({ metadata }) => metadata.name).toSorted();
}

export function watchContract(target: () => ClusterUnderTest): void {
  it('lists in pages what it lists at once', async () => {
    const { connection, quiet } = target();
    const path = `/api/v1/namespaces/${quiet.namespace}/pods`;
    const atOnce = async (): Promise<readonly string[]> => namesIn(page.parse(await connection.json({ path, signal: soon() })));
    const pages = await eventually('pods that hold still', target().patienceMs, async () => {
      const before = await atOnce();
      const names: string[] = [];
      let next: string | undefined;
      do {
        const part = page.parse(await connection.json({ path, query: { limit: 1, continue: next }, signal: soon() }));
        expect(part.items.length).toBeLessThanOrEqual(1);
        names.push(...namesIn(part));
        next = part.metadata.continue ?? undefined;
      } while (next !== undefined && next !== '');
      // A pod may come between the two.
      return before.length > 0 && before.join() === (await atOnce()).join() ? { before, names: names.toSorted() } : undefined;
    });
    expect(pages.names).toEqual(pages.before);
  });

  describe('the watcher', () => {
    it('sees a kill while it watches', async () => {
      await following(target(), target().connection, async ({ killIds }) => {
        const before = new Set(killIds);
        await target().kill();
        await eventually('a new kill', target().patienceMs, () => [...killIds].find((id) => !before.has(id)));
      });
    });

    it('goes on where it was after an abrupt cut, and sees a kill', async () => {
      const cut = cutOnceListed(target().connection);
      await following(target(), cut.connection, async ({ killIds, meter, watcher }) => {
        await eventually('the second stream', target().patienceMs, () => cut.begun.length > 1 || undefined);
        expect(meter.counted('headroom_watch_restarts_total', 'fault')).toBe(1);
        expect(cut.begun).toEqual(['everything', 'a position']);
        await eventually('the connection', target().patienceMs, () => watcher.connected() || undefined);
        const before = new Set(killIds);
        await target().kill();
        await eventually('a new kill', target().patienceMs, () => [...killIds].find((id) => !before.has(id)));
        expect(cut.begun.slice(2)).not.toContain('everything');
      });
    });

    it('reads pages from a server without watch lists', async () => {
      await eventually('a kill', target().patienceMs, () => shownKill(target()));
      await following(target(), withoutWatchLists(target().connection), async ({ killIds, watcher }) => {
        expect(killIds.size).toBeGreaterThan(0);
        await eventually('the connection', target().patienceMs, () => watcher.connected() || undefined);
      });
    });
  });
}

/** Comes last: it needs a cluster that has forgotten its beginning. */
export function expiryContract(target: () => ClusterUnderTest): void {
  describe('a position that is too old', () => {
    beforeAll(() => target().outdate(), OUTDATED_WITHIN_MS);

    it('is answered as such', async () => {
      expect(await watchFromTheStart(target(), soon())).toBe('expired');
    });

    it('has the watcher read everything again', async () => {
      await eventually('a kill', target().patienceMs, () => shownKill(target()));
      await following(target(), forgetful(target().connection), async ({ killIds, meter, watcher }) => {
        await eventually(
          'a restart for a too old position',
          target().patienceMs,
          () => meter.counted('headroom_watch_restarts_total', 'expired') || undefined,
        );
        await eventually('the kill from the second read', target().patienceMs, () => killIds.size || undefined);
        await eventually('the connection', target().patienceMs, () => watcher.connected() || undefined);
      });
    });
  });
}

type Following = { readonly killIds: Set<string>; readonly meter: CountingMeter; readonly watcher: PodWatcher };

async function following(
  { restless }: ClusterUnderTest,
  connection: ClusterConnection,
  story: (following: Following) => Promise<void>,
): Promise<void> {
  const killIds = new Set<string>();
  const meter = countingMeter();
  const watcher = createPodWatcher({
    connection,
    cluster: CLUSTER,
    namespaces: [restless.namespace],
    excluded: [],
    log: silent,
    meter: {
      ...meter,
      count(counter, labels, by) {
        // At once: what was seen before says nothing of the second read, which may begin before anybody looks.
        if (labels?.['reason'] === 'expired') killIds.clear();
        meter.count(counter, labels, by);
      },
    },
    random: () => 0.5,
    async onPod(pod) {
      for (const { id } of findKills(pod, clock.now())) killIds.add(id);
      return Promise.resolve();
    },
  });
  try {
    await watcher.start();
    await story({ killIds, meter, watcher });
  } finally {
    await watcher.stop();
  }
}

/** Ends the first stream once everything was read, and resumes the second at a position from long ago. */
function forgetful(connection: ClusterConnection): ClusterConnection {
  let streams = 0;
  return {
    ...connection,
    async stream(call) {
      streams += 1;
      if (streams === 1) return untilListed(await connection.stream(call));
      return connection.stream(streams === 2 ? { ...call, query: { ...call.query, resourceVersion: '1' } } : call);
    },
  };
}

/** The first stream breaks amid its work once everything was read. */
function cutOnceListed(connection: ClusterConnection) {
  const begun: ('everything' | 'a position')[] = [];
  const breaking = (stream: ByteStream): ByteStream => ({
    ...stream,
    async each(onChunk) {
      await untilListed(stream).each(onChunk);
      throw new Error('socket hang up');
    },
  });
  return {
    begun,
    connection: {
      ...connection,
      async stream(call) {
        begun.push(call.query?.['resourceVersion'] === undefined ? 'everything' : 'a position');
        const stream = await connection.stream(call);
        return begun.length === 1 ? breaking(stream) : stream;
      },
    } satisfies ClusterConnection,
  };
}

function untilListed(stream: ByteStream): ByteStream {
  let heard = '';
  return {
    ...stream,
    each: (onChunk) =>
      stream.each((chunk) => {
        heard += chunk.toString('latin1');
        const after = onChunk(chunk);
        return /initial-events-end[^\n]*\n/.test(heard) ? 'end' : after;
      }),
  };
}

function withoutWatchLists(connection: ClusterConnection): ClusterConnection {
  return {
    ...connection,
    stream(call) {
      if (call.query?.['sendInitialEvents'] === undefined) return connection.stream(call);
      return Promise.reject(
        new PermanentError('422 sendInitialEvents is forbidden', { code: 'OOM_CLUSTER_ANSWER', cause: { status: 422 } }),
      );
    },
  };
}
