// The garbage collector's young generation, for processes that read much and keep nothing.

import { setFlagsFromString } from 'node:v8';

/**
 * Keeps it at its first size of one megabyte. It grows with what is allocated, and with it the buffers that wait to be collected: a watcher that read 5,000 pods
 * held 100 MiB more than one that read none (docs/decisions/0011-little-memory.md). V8 reads the flag whenever it would grow.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
