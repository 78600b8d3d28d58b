// A runtime that is allowed to fill the limit with its heap alone: it needs memory beside it, so the kernel is faster than its collector.

import { formatBytes, toBytes } from '../../base/memory.ts';
import type { Rule } from './case.ts';

const RUNTIMES = { jvm: 'The Java heap', node: 'The Node.js heap', go: 'Go’s memory target' } as const;

/** Go's target covers all memory of the runtime and usage is meant to be close to it; the others' heaps are only a part. */
const TOO_LARGE = { jvm: 0.8, node: 0.8, go: 0.95 } as const;

export const heapSetting: Rule = ({ container, limit, kill }) => {
  if (container === undefined || limit === undefined || kill?.how === 'start-oom') return undefined;
  const setting = container.heapSettings.find(({ bytes, runtime }) => bytes >= TOO_LARGE[runtime] * limit);
  if (setting === undefined) return undefined;
  const rest = limit - setting.bytes;
  return {
    cause: 'heap-setting',
    confidence: setting.bytes >= limit ? 'high' : 'medium',
    summary: `${RUNTIMES[setting.runtime]} is allowed to grow to ${formatBytes(setting.bytes)} of a limit of ${formatBytes(limit)}, and the program needs memory beside its heap.`,
    facts: [
      `Setting ${setting.setting} allows ${formatBytes(setting.bytes)}.`,
      rest > 0
        ? `That leaves ${formatBytes(toBytes(rest))} for threads, code, buffers and everything else.`
        : 'That leaves nothing for threads, code, buffers and everything else.',
    ],
    against: setting.bytes >= limit ? [] : ['How full the heap was is not recorded.'],
    toSettle: 'The runtime’s own figures for its heap and for what it uses beside it.',
  };
};
