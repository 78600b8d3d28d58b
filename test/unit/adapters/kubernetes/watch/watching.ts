// An API server that answers as a test says, for the watchers.

import { addAbortSignal, Readable } from 'node:stream';
import type { Call, ClusterConnection } from '../../../../../src/adapters/kubernetes/client/connection.ts';
import { streamOf } from '../../../../support/byte-stream.ts';

export type Stream = {
  readonly lines: readonly string[];
  readonly ends?: boolean;
  /** The connection is lost behind the lines. */
  readonly breaks?: boolean;
  /** There is no stream. */
  readonly refuses?: Error;
};

export type Served = {
  /** The lines of the streams, one after the other; a stream stays open behind its lines unless `ends`. The last one is served again and again. */
  readonly streams: readonly Stream[];
  /** The answers to what is no stream. */
  readonly answer?: (call: Call) => { readonly status: number; readonly body: unknown };
};

export type Server = { readonly connection: ClusterConnection; readonly calls: readonly Call[] };

export function serve({ streams, answer }: Served): Server {
  const calls: Call[] = [];
  let opened = 0;
  const refuse = (): Promise<never> => Promise.reject(new Error('not asked for here'));
  async function* stream(call: Call, { lines, ends = false, breaks = false }: Stream): AsyncGenerator<Uint8Array> {
    for (const line of lines) yield Buffer.from(`${line}\n`);
    if (breaks) throw new Error('socket hang up');
    if (!ends) await new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  return {
    calls,
    connection: {
      contextName: 'served',
      server: 'https://served.invalid',
      json: refuse,
      text: refuse,
      answer: async (call) => {
        calls.push(call);
        return answer === undefined ? refuse() : answer(call);
      },
      stream: async (call) => {
        calls.push(call);
        const served = streams[Math.min(opened, streams.length - 1)] ?? { lines: [] };
        opened += 1;
        if (served.refuses !== undefined) throw served.refuses;
        return streamOf(addAbortSignal(call.signal, Readable.from(stream(call, served))));
      },
      close: async () => undefined,
    },
  };
}

export function added(object: unknown): string {
  return JSON.stringify({ type: 'ADDED', object });
}

export function bookmark(resourceVersion: string): string {
  return JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion } } });
}

/** The end of what there was when the stream began. */
export function initialEnd(resourceVersion: string): string {
  const metadata = { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } };
  return JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Pod', metadata } });
}
