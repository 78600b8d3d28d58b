// A connection that is gentle: bounded, sharing, and never sharing what changes under its hands.

import { describe, expect, it } from 'vitest';
import type { Call, ClusterConnection } from '../../../../../src/adapters/kubernetes/client/connection.ts';
import { gently } from '../../../../../src/adapters/kubernetes/client/gentle.ts';

const never = new AbortController().signal;
const get = (path: string, signal: AbortSignal = never): Call => ({ path, signal });

/** Answers when told to, by order of the calls. */
function cluster() {
  const waiting: { readonly call: Call; readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }[] =
    [];
  const asked: string[] = [];
  const wait = (call: Call): Promise<unknown> => {
    asked.push(call.path);
    return new Promise((resolve, reject) => waiting.push({ call, resolve, reject }));
  };
  const connection: ClusterConnection = {
    contextName: 'c',
    server: 's',
    json: wait,
    answer: async (call) => ({ status: 200, body: await wait(call) }),
    text: async (call) => String(await wait(call)),
    stream: () => Promise.reject(new Error('not here')),
    close: () => Promise.resolve(),
  };
  return {
    asked,
    gentle: (more: Partial<Parameters<typeof gently>[1]> = {}) =>
      gently(connection, { mostAtOnce: 2, sharedMs: 60_000, timeoutMs: 60_000, ...more }),
    answerNext: (value: unknown): void => waiting.shift()?.resolve(value),
    failNext: (): void => waiting.shift()?.reject(new Error('down')),
  };
}

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a gentle connection', () => {
  it('asks once for all who want the same', async () => {
    const { gentle, asked, answerNext } = cluster();
    const connection = gentle();
    const both = Promise.all([connection.json(get('/api/v1/nodes/n')), connection.json(get('/api/v1/nodes/n'))]);
    await settle();
    answerNext('node');
    expect(await both).toEqual(['node', 'node']);
    expect(await connection.json(get('/api/v1/nodes/n'))).toBe('node');
    expect(asked).toHaveLength(1);
  });

  it.each([
    { name: 'a single pod', path: '/api/v1/namespaces/a/pods/p', shared: false },
    { name: 'the pods of a node', path: '/api/v1/pods', shared: true },
    { name: 'events', path: '/api/v1/namespaces/a/events', shared: true },
  ])('shares $name: $shared', async ({ path, shared }) => {
    const { gentle, asked } = cluster();
    const connection = gentle();
    void connection.json(get(path));
    void connection.json(get(path));
    await settle();
    expect(asked).toHaveLength(shared ? 1 : 2);
  });

  it('never shares a write, or another question', async () => {
    const { gentle, asked } = cluster();
    const connection = gentle({ mostAtOnce: 9 });
    void connection.json({ ...get('/x'), method: 'POST' });
    void connection.json({ ...get('/x'), method: 'POST' });
    void connection.json({ ...get('/x'), query: { limit: 1 } });
    void connection.json({ ...get('/x'), query: { limit: 2 } });
    await settle();
    expect(asked).toHaveLength(4);
  });

  it('forgets after its time, and forgets a failure at once', async () => {
    const { gentle, asked, answerNext, failNext } = cluster();
    const connection = gentle({ sharedMs: -1 });
    for (const value of [1, 2]) {
      const answer = connection.json(get('/x'));
      await settle();
      answerNext(value);
      expect(await answer).toBe(value);
    }
    const keeping = gentle();
    const failed = keeping.json(get('/y'));
    await settle();
    failNext();
    await expect(failed).rejects.toThrow('down');
    void keeping.json(get('/y'));
    await settle();
    expect(asked).toEqual(['/x', '/x', '/y', '/y']);
  });

  it('lets one who goes away take nothing from the others', async () => {
    const { gentle, asked, answerNext } = cluster();
    const connection = gentle();
    const leaving = new AbortController();
    const left = connection.json(get('/x', leaving.signal));
    const stayed = connection.json(get('/x'));
    await settle();
    leaving.abort();
    await expect(left).rejects.toThrow();
    answerNext('x');
    expect(await stayed).toBe('x');
    expect(asked).toHaveLength(1);
  });

  it('has at most so many under way, first come first served, without those who gave up', async () => {
    const { gentle, asked, answerNext } = cluster();
    const connection = gentle();
    const leaving = new AbortController();
    const calls = [connection.text(get('/1')), connection.answer(get('/2'))];
    const gone = connection.text(get('/3', leaving.signal));
    const last = connection.text(get('/4'));
    await settle();
    expect(asked).toEqual(['/1', '/2']);
    leaving.abort();
    await expect(gone).rejects.toThrow();
    answerNext('one');
    await settle();
    expect(asked).toEqual(['/1', '/2', '/4']);
    answerNext('two');
    answerNext('four');
    expect(await last).toBe('four');
    expect(await Promise.all(calls)).toEqual(['one', { status: 200, body: 'two' }]);
    await expect(connection.text(get('/5', AbortSignal.abort()))).rejects.toThrow();
  });
});
