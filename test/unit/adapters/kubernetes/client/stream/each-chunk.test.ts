// A stream is read chunk by chunk, one at a time, and let go however it ends.

import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { After } from '../../../../../../src/adapters/kubernetes/client/stream/each-chunk.ts';
import { eachChunk } from '../../../../../../src/adapters/kubernetes/client/stream/each-chunk.ts';

const PARTS = ['one', 'two', 'three'].map((part) => Buffer.from(part));

describe('a stream’s chunks', () => {
  it('come in order, each after the one before is done', async () => {
    const seen: string[] = [];
    let running = 0;
    await eachChunk(Readable.from(PARTS), async (chunk) => {
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      seen.push(Buffer.from(chunk).toString());
      running -= 1;
    });
    expect(seen).toEqual(['one', 'two', 'three']);
  });

  it('end where the callback says so', async () => {
    const seen: string[] = [];
    const stream = Readable.from(PARTS);
    await eachChunk(stream, (chunk): After => {
      seen.push(Buffer.from(chunk).toString());
      return seen.length === 2 ? 'end' : undefined;
    });
    expect(seen).toEqual(['one', 'two']);
    expect(stream.destroyed).toBe(true);
  });

  it.each([
    { name: 'a throw', act: (): After => throwing() },
    { name: 'a rejection', act: (): After => Promise.reject(new Error('broken')) },
  ])('fail with $name of the callback', async ({ act }) => {
    const stream = Readable.from(PARTS);
    await expect(eachChunk(stream, act)).rejects.toThrow('broken');
    expect(stream.destroyed).toBe(true);
  });

  it.each([
    { name: 'its error', end: (stream: PassThrough) => stream.destroy(new Error('reset')), words: 'reset' },
    { name: 'a close without an end', end: (stream: PassThrough) => stream.destroy(), words: 'closed too early' },
  ])('fail with $name', async ({ end, words }) => {
    const stream = new PassThrough();
    const reading = eachChunk(stream, () => undefined);
    end(stream);
    await expect(reading).rejects.toThrow(words);
  });
});

function throwing(): never {
  throw new Error('broken');
}
