// However the recorded streams come (reordered, doubled, cut off anywhere, resumed, begun anew), the same kills are reported, each once.

import { addAbortSignal, Readable } from 'node:stream';
import { array, assert, asyncProperty, constantFrom, integer, nat, record, shuffledSubarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../handlers/detect/pod.ts';
import type { ClusterConnection, Query } from '../../../src/adapters/kubernetes/client/connection.ts';
import { createPodWatcher } from '../../../src/adapters/kubernetes/watch/pod-watcher.ts';
import { DAY, toMillis } from '../../../src/domain/base/time.ts';
import { fakeIntake } from '../../fakes/intake.ts';
import { fakeQueue } from '../../fakes/stores.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { streamOf } from '../../support/byte-stream.ts';
import type { RecordedEvent } from './recordings.ts';
import { AFTERWARDS, everything, killsIn, podIn } from './recordings.ts';

const EVENTS = everything();
/** Those that hold a kill, for tests that read each object by itself. */
const TELLING = EVENTS.filter((event) => killsIn([event]).length > 0);
const EXPECTED = killsIn(EVENTS)
  .map(({ id }) => id)
  .toSorted();

function bot() {
  const queue = fakeQueue();
  const told: string[] = [];
  const counting = {
    async enqueue(job: Parameters<typeof queue.enqueue>[0]) {
      if (job.step === 'enrich') told.push(job.killId);
      await queue.enqueue(job);
    },
  };
  const ports = { intake: fakeIntake(counting), clock: { now: () => AFTERWARDS }, log: silentLog, meter: silentMeter };
  return { told, watch: createWatch(ports, { reportWithin: toMillis(30 * DAY) }) };
}

it('there are kills of many kinds to lose', () => {
  expect(EXPECTED.length).toBeGreaterThan(20);
  expect(new Set(killsIn(EVENTS).map(({ how }) => how))).toEqual(new Set(['oom-killed', 'suspected', 'start-oom']));
});

describe('the objects', () => {
  it('in any order, any of them any number of times, tell each kill once', async () => {
    const order = shuffledSubarray([...TELLING.keys()], { minLength: TELLING.length });
    const again = array(nat({ max: TELLING.length - 1 }), { maxLength: 60 });
    await assert(
      asyncProperty(order, again, async (all, more) => {
        const { told, watch } = bot();
        for (const index of [...more.slice(0, 30), ...all, ...more.slice(30)]) {
          await watch(podIn(TELLING[index]?.object), { initial: index % 2 === 0 });
        }
        expect(told.toSorted()).toEqual(EXPECTED);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the stream', () => {
  it('cut off at any byte, resumed or begun anew, with rubbish in it, tells each kill once', async () => {
    const cuts = array(
      record({ afterBytes: nat({ max: 200_000 }), next: constantFrom('resumes', 'is too old', 'fails' as const) }),
      { maxLength: 6 },
    );
    await assert(
      asyncProperty(cuts, integer({ min: 1, max: 20_000 }), async (breaks, chunkBytes) => {
        const { told, watch } = bot();
        const server = serve(EVENTS, { breaks, chunkBytes });
        const watcher = createPodWatcher({
          connection: server.connection,
          cluster: 'recorded',
          namespaces: [],
          excluded: [],
          log: silentLog,
          meter: silentMeter,
          random: () => 0,
          onPod: watch,
        });
        await watcher.start();
        await server.allRead;
        await watcher.stop();
        expect(told.toSorted()).toEqual(EXPECTED);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

type Break = { readonly afterBytes: number; readonly next: string };

/** An API server whose past is the recording: time goes on only while somebody reads, so that nothing passes unseen between two streams. */
function serve(
  events: readonly RecordedEvent[],
  { breaks, chunkBytes }: { readonly breaks: readonly Break[]; readonly chunkBytes: number },
) {
  const waiting = [...breaks];
  let present = 0;
  let tooOld = false;
  const { promise: allRead, resolve: done } = Promise.withResolvers<void>();
  const refuse = (): Promise<never> => Promise.reject(new Error('the recording only knows watches'));
  async function* stream(query: Query, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const since = query['resourceVersion'];
    const cut = waiting.shift();
    if (since !== undefined && tooOld) {
      tooOld = false;
      yield Buffer.from('{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}\n');
      return;
    }
    let sent = 0;
    for (const { text, index } of linesFrom(events, since === undefined ? undefined : Number(since), present)) {
      const bytes = Buffer.from(text);
      const room = cut === undefined ? bytes.length : Math.min(bytes.length, cut.afterBytes - sent);
      for (let at = 0; at < room; at += chunkBytes) yield bytes.subarray(at, Math.min(at + chunkBytes, room));
      sent += room;
      if (room < bytes.length) {
        tooOld = cut?.next === 'is too old';
        if (cut?.next === 'fails') throw new Error('the network is cut');
        return;
      }
      present = Math.max(present, index + 1);
    }
    done();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  const connection: ClusterConnection = {
    contextName: 'recorded',
    server: 'https://recorded.invalid',
    json: refuse,
    // Everything in one page.
    answer: async () => {
      const { objects, version } = presentOf(events, present);
      return { status: 200, body: { metadata: { resourceVersion: version }, items: objects } };
    },
    text: refuse,
    stream: async ({ query = {}, signal }) => streamOf(addAbortSignal(signal, Readable.from(stream(query, signal)))),
    close: async () => undefined,
  };
  return { connection, allRead };
}

type Line = { readonly text: string; readonly index: number };

/** From nothing: what there is at present, then the rest; from a version: what came after it. */
function linesFrom(events: readonly RecordedEvent[], since: number | undefined, present: number): readonly Line[] {
  const rest = events.map((event, index) => ({ text: `${event.line}\n`, index, version: event.version }));
  if (since !== undefined) return rest.filter(({ version }) => version > since).flatMap(withRubbish);
  const { objects, version } = presentOf(events, present);
  const listed = objects.map((object) => ({ text: `${JSON.stringify({ type: 'ADDED', object })}\n`, index: -1 }));
  const end = `{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"${version}","annotations":{"k8s.io/initial-events-end":"true"}}}}\n`;
  return [...listed, { text: end, index: -1 }, ...rest.slice(present).flatMap(withRubbish)];
}

/** What there is after so many events. */
function presentOf(events: readonly RecordedEvent[], present: number) {
  const now = new Map<string, RecordedEvent>();
  for (const event of events.slice(0, present)) {
    if (event.type === 'DELETED') now.delete(event.object.metadata.uid);
    else now.set(event.object.metadata.uid, event);
  }
  return { objects: [...now.values()].map(({ object }) => object), version: `${events[present - 1]?.version ?? 1}` };
}

/** Nothing of it is worth a thought, and nothing behind it may be lost. */
const RUBBISH = [
  'OOMKilled, but no JSON',
  '{"type":"MODIFIED","object":{"metadata":7,"status":"OOMKilled"}}',
  '{"type":"MODIFIED","object":null,"note":"OOMKilled"}',
  '',
];

function withRubbish(line: Line): readonly Line[] {
  const rubbish = RUBBISH[line.index % RUBBISH.length] ?? '';
  return [{ text: `${rubbish}\n`, index: line.index - 1 }, line];
}
