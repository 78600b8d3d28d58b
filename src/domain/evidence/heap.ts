// A heap that is fixed beside the limit: what the limit would have to be for it, and what to set for the limit there is (docs/sizing.md).

import type { Bytes } from '../base/memory.ts';
import { formatBytes, MIB, roundUpToStep, toBytes } from '../base/memory.ts';
import type { HeapSetting } from '../base/pod.ts';

/** Grows along with the limit, so that a higher limit leaves the same share. */
export function isShare({ setting }: HeapSetting): boolean {
  return /percentage/i.test(setting);
}

/** The heap's share of the limit; the rest is threads, code, buffers. Go's target covers the runtime as a whole. */
const SHARE = { jvm: 0.75, node: 0.75, go: 0.9 } as const;

/** The limit under which the largest fixed heap fits; undefined when it grows along with the limit. */
export function heapNeed(settings: readonly HeapSetting[]): { readonly limit: Bytes; readonly words: string } | undefined {
  const [largest] = settings
    .filter((setting) => !isShare(setting))
    .toSorted((a, b) => b.bytes / SHARE[b.runtime] - a.bytes / SHARE[a.runtime]);
  if (largest === undefined) return undefined;
  const share = SHARE[largest.runtime];
  return {
    limit: roundUpToStep(largest.bytes / share),
    words: `the ${formatBytes(largest.bytes)} that ${largest.setting} allows / ${share}`,
  };
}

/** What to set beside a limit, by runtime. */
export function heapAdvice(settings: readonly HeapSetting[], limit: Bytes): readonly string[] {
  return settings.map((setting) => {
    const size = limit * SHARE[setting.runtime];
    const now = isShare(setting)
      ? `${setting.setting} grows along with the limit`
      : `${setting.setting} stays as it is when the limit changes`;
    return `${now}: ${target(setting, size)}.`;
  });
}

function target(setting: HeapSetting, size: number): string {
  const mib = Math.floor(size / MIB);
  if (isShare(setting))
    return `set it to ${100 * SHARE[setting.runtime]} % at most, so that the program has room beside its heap`;
  switch (setting.runtime) {
    case 'jvm':
      return `keep the Java heap at 75 % of the limit at most, ${formatBytes(toBytes(Math.floor(size)))}`;
    case 'node':
      return `set --max-old-space-size to about 75 % of the limit, ${mib}`;
    case 'go':
      return `set GOMEMLIMIT to about 90 % of the limit, ${mib}MiB`;
  }
}
