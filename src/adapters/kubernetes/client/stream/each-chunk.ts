// A stream read by its events, not by `for await`: a busy watch comes as thousands of small chunks, and two promises for each of them cost a fifth of
// looking at them (docs/decisions/0010-watch-into-one-memory.md).

import type { Readable } from 'node:stream';

/** What to do after a chunk: go on, go on when that is done, or end. */
export type After = Promise<void> | 'end' | undefined;

/** The answer to one request, whose body is read once. */
export type ByteStream = {
  readonly status: number;
  /**
   * Calls back for each piece of the body, in order, one at a time; once. A piece's memory is used again when the callback returns. Resolves when the body
   * ends or the callback says so; rejects with what broke it, when it ends too early, and with what the callback throws. The connection is closed in any
   * case.
   */
  each(onChunk: (chunk: Buffer) => After): Promise<void>;
  close(): void;
};

/**
 * Calls back for each chunk, in order, one at a time. Resolves when the stream ends or the callback says so; rejects with the stream's error, when it
 * closes too early, and with what the callback throws. The stream is destroyed in any case.
 */
export function eachChunk(stream: Readable, onChunk: (chunk: Buffer) => After): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
  const read = (chunk: Buffer): void => {
    const after = onChunk(chunk);
    if (after === undefined) return;
    // What has been read already comes no more.
    stream.pause();
    if (after === 'end') resolve();
    else after.then(() => stream.resume(), fail);
  };
  stream.once('end', resolve);
  stream.once('close', () => fail(new Error('the stream was closed too early')));
  stream.on('error', fail);
  stream.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      fail(error);
    }
  });
  return promise.finally(() => {
    stream.removeAllListeners('data');
    stream.destroy();
  });
}
