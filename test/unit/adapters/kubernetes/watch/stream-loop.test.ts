// Where a watch goes on after a fault, and how soon.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { createStreamLoop } from '../../../../../src/adapters/kubernetes/watch/stream-loop.ts';
import { PermanentError, TransientError } from '../../../../../src/ports/fault.ts';
import type { Log } from '../../../../../src/ports/log.ts';
import { silentLog, silentMeter } from '../../../../fakes/telemetry.ts';
import type { Stream } from './watching.ts';
import { added, bookmark, initialEnd, serve } from './watching.ts';

const AWAY = new TransientError('the API server cannot be reached', { code: 'OOM_CLUSTER_UNREACHABLE' });
const DENIED = new PermanentError('pods is forbidden', { code: 'OOM_CLUSTER_DENIED' });
const OPEN: Stream = { lines: [] };
const PATIENCE = { timeout: 20_000 };

function pod(name: string, resourceVersion: string): string {
  return added({ metadata: { name, resourceVersion }, status: 'OOMKilled' });
}

type More = { readonly onItem?: (name: string) => Promise<void>; readonly log?: Log };

function following(streams: readonly Stream[], { onItem, log = silentLog }: More = {}) {
  const { connection, calls } = serve({ streams });
  const seen: string[] = [];
  const loop = createStreamLoop<string>({
    connection,
    what: 'pods',
    streams: [{ path: '/api/v1/pods' }],
    log,
    meter: silentMeter,
    random: () => 0.999,
    markers: [Buffer.from('OOMKilled')],
    project: (content) => /"name":"([^"]*)"/.exec(JSON.stringify(content))?.[1],
    onUnreadable: () => undefined,
    async onItem(name) {
      await onItem?.(name);
      seen.push(name);
    },
    onScanned: () => undefined,
  });
  /** What each request began from. */
  const begun = (): readonly unknown[] => calls.map(({ query }) => query?.['resourceVersion'] ?? 'everything');
  return { loop, calls, seen, begun };
}

async function begins(streams: readonly Stream[], expected: readonly string[], more?: More) {
  const { loop, begun, seen } = following(streams, more);
  await loop.start();
  await vi.waitUntil(() => begun().length >= expected.length, PATIENCE);
  expect(begun().slice(0, expected.length)).toEqual(expected);
  await loop.stop();
  return seen;
}

describe('a watch', () => {
  it('goes on where it was after an abrupt cut, and after many', async () => {
    const streams = [
      { lines: [initialEnd('7')], breaks: true },
      { lines: [pod('a', '8'), bookmark('9')], breaks: true },
      { lines: [bookmark('11')], breaks: true },
      { lines: [bookmark('12')], breaks: true },
      { lines: [bookmark('13')], breaks: true },
      OPEN,
    ];
    expect(await begins(streams, ['everything', '7', '9', '11', '12', '13'])).toEqual(['a']);
  });

  it('goes on where it was after the API server could not be reached, however often', async () => {
    await begins(
      [{ lines: [initialEnd('7')], ends: true }, ...Array.from({ length: 5 }, () => ({ lines: [], refuses: AWAY })), OPEN],
      ['everything', '7', '7', '7', '7', '7', '7'],
    );
  });

  it('begins again where it breaks three times without coming any further', async () => {
    const stuck = { lines: [], breaks: true };
    await begins(
      [{ lines: [initialEnd('7')], ends: true }, stuck, stuck, stuck, OPEN],
      ['everything', '7', '7', '7', 'everything'],
    );
  });

  it('begins again at once where its position is refused', async () => {
    const refused = { lines: [], refuses: new PermanentError('invalid resource version', { code: 'OOM_CLUSTER_ANSWER' }) };
    const { loop, begun } = following([{ lines: [initialEnd('7')], ends: true }, refused, { lines: [initialEnd('20')] }]);
    await loop.start();
    await vi.waitUntil(() => begun().length === 3, PATIENCE);
    expect(begun()).toEqual(['everything', '7', 'everything']);
    await loop.stop();
  });

  it('hands on again what could not be handed on, and does not blame the API server', async () => {
    const said: string[] = [];
    const log = { ...silentLog, warn: (message: string): void => void said.push(message) };
    let refusals = 5;
    const seen = await begins(
      [{ lines: [initialEnd('7')], ends: true }, { lines: [pod('a', '8'), bookmark('9')] }],
      ['everything', '7', '7', '7', '7', '7', '7'],
      {
        log,
        async onItem() {
          refusals -= 1;
          if (refusals >= 0) throw new TransientError('Redis did not take it', { code: 'OOM_STORE_UNREACHABLE' });
        },
      },
    );
    expect(seen).toEqual(['a']);
    expect(said).toEqual(['what was read of the cluster could not be handed on; it is read again']);
  });

  it('reads everything again when it is asked to, what it had handed on too', async () => {
    const all = { lines: [pod('a', '5'), initialEnd('7'), pod('b', '8')] };
    const { loop, begun, seen } = following([all]);
    await loop.start();
    await vi.waitUntil(() => seen.length === 2, PATIENCE);
    loop.reread();
    await vi.waitUntil(() => seen.length === 4, PATIENCE);
    expect(seen).toEqual(['a', 'b', 'a', 'b']);
    expect(begun()).toEqual(['everything', 'everything']);
    await vi.waitUntil(() => loop.connected(), PATIENCE);
    await loop.stop();
  });
});

describe('a fault of the API server', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([
    { name: 'an hour', fault: { lines: [], refuses: AWAY }, lastsMs: 3_600_000, withinMs: 4000 },
    { name: 'a minute of refusals while it starts', fault: { lines: [], refuses: DENIED }, lastsMs: 10_000, withinMs: 8000 },
    { name: 'many breaks', fault: { lines: [], breaks: true }, lastsMs: 600_000, withinMs: 4000 },
  ])('is over within seconds of its end: $name', async ({ fault, lastsMs, withinMs }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const streams: Stream[] = [{ lines: [initialEnd('7')], ends: true }, fault];
    const { loop } = following(streams);
    void loop.start();
    await vi.advanceTimersByTimeAsync(lastsMs);
    expect(loop.connected()).toBe(false);
    streams.push({ lines: [initialEnd('8')] });
    await vi.advanceTimersByTimeAsync(withinMs);
    expect(loop.connected()).toBe(true);
    await loop.stop();
  });
});
