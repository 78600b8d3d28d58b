// The Events of a namespace in a storm: one read for all who ask, never an old one, and the same answer as the API server's own.

import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../../src/adapters/kubernetes/client/connection.ts';
import { createSharedEvents } from '../../../../../src/adapters/kubernetes/client/shared-events.ts';

const PATH = '/api/v1/namespaces/shop/events';
const signal = new AbortController().signal;

function about(uid: string, query: Call['query'] = {}): Call {
  return {
    path: PATH,
    query: { fieldSelector: `involvedObject.name=pod-${uid},involvedObject.uid=${uid}`, limit: 250, ...query },
    signal,
  };
}

function eventOf(uid: string) {
  return { metadata: { name: `event-${uid}` }, involvedObject: { kind: 'Pod', name: `pod-${uid}`, uid }, reason: 'BackOff' };
}

type Reading = { readonly call: Call; readonly answer: (body: unknown) => void; readonly fail: (error: Error) => void };

/** An API server that answers reads of the whole namespace when it is told to. */
function server() {
  const alone: string[] = [];
  const whole: Reading[] = [];
  const clock = { ms: 0 };
  const json = createSharedEvents({
    timeoutMs: 60_000,
    ticks: () => clock.ms,
    ask: async ({ query, path }) => {
      alone.push(String(query?.['fieldSelector'] ?? path));
      return 'asked alone';
    },
    read: (call) => new Promise((answer, fail) => whole.push({ call, answer, fail })),
  });
  /** Four other questions of this moment. */
  const storm = async (): Promise<void> => {
    for (const other of ['w', 'x', 'y', 'z']) await json(about(other));
  };
  return { alone, whole, clock, json, storm };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('events of an object', () => {
  it('are asked for as they are while few ask, and by one read of the namespace for a thousand kills at once', async () => {
    const { json, alone, whole, storm } = server();
    await storm();
    const uids = Array.from({ length: 1000 }, (_, index) => String(index));
    const answers = Promise.all(uids.map((uid) => json(about(uid))));
    await settle();
    expect([alone.length, whole.length]).toEqual([4, 1]);
    expect(whole[0]?.call).toMatchObject({ path: PATH, query: { limit: 500, continue: undefined } });
    whole[0]?.answer({ metadata: {}, items: [...uids, 'someone-else'].map(eventOf) });
    expect(await answers).toEqual(uids.map((uid) => ({ metadata: {}, items: [eventOf(uid)] })));
    expect(whole).toHaveLength(1);
  });

  it('go on alone for one workload’s questions, which are the same ones', async () => {
    const { json, alone, whole } = server();
    for (let times = 0; times < 100; times += 1) await json(about('same'));
    expect([alone.length, whole.length]).toEqual([100, 0]);
  });

  it('come from all pages', async () => {
    const { json, whole, storm } = server();
    await storm();
    const answer = json(about('b'));
    await settle();
    whole[0]?.answer({ metadata: { continue: 'more' }, items: [eventOf('a')] });
    await settle();
    expect(whole[1]?.call.query).toMatchObject({ continue: 'more' });
    whole[1]?.answer({ metadata: { continue: '' }, items: [eventOf('b')] });
    expect(await answer).toEqual({ metadata: {}, items: [eventOf('b')] });
  });

  it('are never those of a read that began more than a second before: the next one is waited for, and begins after it', async () => {
    const { json, whole, clock, storm } = server();
    await storm();
    const first = json(about('a'));
    clock.ms = 1001;
    const late = [json(about('b')), json(about('c'))];
    await settle();
    expect(whole).toHaveLength(1);
    whole[0]?.answer({ items: [eventOf('a'), eventOf('b')] });
    await first;
    await settle();
    expect(whole).toHaveLength(2);
    whole[1]?.answer({ items: [eventOf('b')] });
    expect(await Promise.all(late)).toEqual([
      { metadata: {}, items: [eventOf('b')] },
      { metadata: {}, items: [] },
    ]);
  });

  it('fail for those who waited, and are read again for the next', async () => {
    const { json, whole, clock, storm } = server();
    await storm();
    const failed = json(about('a'));
    await settle();
    whole[0]?.fail(new Error('the API server is away'));
    await expect(failed).rejects.toThrow('away');
    clock.ms = 1001;
    const again = json(about('a'));
    await settle();
    whole[1]?.answer({ items: [] });
    expect(await again).toEqual({ metadata: {}, items: [] });
  });

  it('are asked for alone where the namespace has more than can be shared', async () => {
    const { json, alone, whole, storm } = server();
    await storm();
    const answer = json(about('a'));
    for (let pages = 0; pages < 20; pages += 1) {
      await settle();
      whole[pages]?.answer({ metadata: { continue: `page-${pages}` }, items: [] });
    }
    expect(await answer).toBe('asked alone');
    expect(await json(about('b'))).toBe('asked alone');
    expect([alone.length, whole.length]).toEqual([6, 20]);
  });

  it('are no longer waited for by who stops', async () => {
    const { json, whole, storm } = server();
    await storm();
    const stopping = new AbortController();
    const stopped = json({ ...about('a'), signal: stopping.signal });
    const other = json(about('b'));
    await settle();
    stopping.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
    whole[0]?.answer({ items: [eventOf('b')] });
    expect(await other).toEqual({ metadata: {}, items: [eventOf('b')] });
  });

  it.each([
    { name: 'the later page of a question', call: about('a', { continue: 'more' }) },
    { name: 'a reason', call: { path: PATH, query: { fieldSelector: 'reason=BackOff' }, signal } },
    { name: 'what is unequal', call: { path: PATH, query: { fieldSelector: 'involvedObject.uid!=a' }, signal } },
    { name: 'all of them', call: { path: PATH, signal } },
    { name: 'those of all namespaces', call: { ...about('a'), path: '/api/v1/events' } },
    { name: 'something else', call: { ...about('a'), path: '/api/v1/namespaces/shop/pods' } },
  ])('leave alone a question for $name', async ({ call }) => {
    const { json, storm } = server();
    await storm();
    expect(await json(call)).toBe('asked alone');
  });
});
