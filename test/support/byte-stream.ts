// An answer whose body a test makes up.

import type { Readable } from 'node:stream';
import type { ByteStream } from '../../src/adapters/kubernetes/client/stream/each-chunk.ts';
import { eachChunk } from '../../src/adapters/kubernetes/client/stream/each-chunk.ts';

export function streamOf(body: Readable): ByteStream {
  return { status: 200, each: (onChunk) => eachChunk(body, onChunk), close: () => body.destroy() };
}
