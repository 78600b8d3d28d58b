// Settings that fix a runtime's heap: the JVM's -Xmx and percentages, Node.js' --max-old-space-size, Go's GOMEMLIMIT. Text of env, command and
// args in, bytes out. Only the flag itself is kept for showing: the rest of the value may hold secrets.

import type { Bytes } from '../base/memory.ts';
import { GIB, KIB, MIB, toBytes } from '../base/memory.ts';
import type { HeapSetting } from '../base/pod.ts';

export type RuntimeText = {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly command: readonly string[];
  readonly args: readonly string[];
};

type Flag = {
  readonly runtime: HeapSetting['runtime'];
  readonly pattern: RegExp;
  /** Bytes the flag allows; undefined when it cannot be told (a percentage without a limit). */
  readonly bytes: (amount: string, unit: string, limit: Bytes | undefined) => number | undefined;
};

const JVM_UNITS: Readonly<Record<string, number>> = { '': 1, k: KIB, m: MIB, g: GIB, t: 1024 * GIB };
const GO_UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KiB: KIB, MiB: MIB, GiB: GIB, TiB: 1024 * GIB };

function percentOf(amount: string, limit: Bytes | undefined): number | undefined {
  return limit === undefined ? undefined : (Number(amount) / 100) * limit;
}

/** In order of precedence per runtime: a fixed size beats a percentage (HotSpot ignores MaxRAMPercentage beside -Xmx). */
const FLAGS: readonly Flag[] = [
  {
    runtime: 'jvm',
    pattern: /-Xmx(\d+)([kKmMgGtT]?)(?![\w.])/g,
    bytes: (amount, unit) => Number(amount) * (JVM_UNITS[unit.toLowerCase()] ?? 1),
  },
  {
    runtime: 'jvm',
    pattern: /-XX:MaxHeapSize=(\d+)([kKmMgGtT]?)(?![\w.])/g,
    bytes: (amount, unit) => Number(amount) * (JVM_UNITS[unit.toLowerCase()] ?? 1),
  },
  { runtime: 'jvm', pattern: /-XX:MaxRAMPercentage=(\d+(?:\.\d+)?)()/g, bytes: (amount, _, limit) => percentOf(amount, limit) },
  { runtime: 'node', pattern: /--max[-_]old[-_]space[-_]size[= ](\d+)()/g, bytes: (amount) => Number(amount) * MIB },
  {
    runtime: 'node',
    pattern: /--max[-_]old[-_]space[-_]size[-_]percentage[= ](\d+(?:\.\d+)?)()/g,
    bytes: (amount, _, limit) => percentOf(amount, limit),
  },
  {
    runtime: 'go',
    pattern: /^GOMEMLIMIT=(\d+)(B|KiB|MiB|GiB|TiB)?$/g,
    bytes: (amount, unit) => Number(amount) * (GO_UNITS[unit] ?? 1),
  },
];

/** At most one setting per runtime, the one that wins; the last occurrence of a flag counts, as the runtimes have it. */
export function findHeapSettings(text: RuntimeText, limit: Bytes | undefined): readonly HeapSetting[] {
  const places = [
    ...text.env.map(({ name, value }) => ({ place: name, value: name === 'GOMEMLIMIT' ? `${name}=${value}` : value })),
    { place: 'command', value: [...text.command, ...text.args].join(' ') },
  ];
  const found = new Map<HeapSetting['runtime'], HeapSetting>();
  for (const flag of FLAGS) {
    if (found.has(flag.runtime)) continue;
    const setting = lastMatch(flag, places, limit);
    if (setting !== undefined) found.set(flag.runtime, setting);
  }
  return [...found.values()];
}

type Place = { readonly place: string; readonly value: string };

function lastMatch(flag: Flag, places: readonly Place[], limit: Bytes | undefined): HeapSetting | undefined {
  const hits = places.flatMap(({ place, value }) => [...value.matchAll(flag.pattern)].map((match) => ({ place, match })));
  const last = hits.at(-1);
  if (last === undefined) return undefined;
  const [whole, amount = '', unit = ''] = last.match;
  const size = flag.bytes(amount, unit, limit);
  if (size === undefined || !Number.isSafeInteger(Math.floor(size))) return undefined;
  const setting = whole.startsWith(last.place) ? whole : `${last.place}: ${whole}`;
  return { runtime: flag.runtime, setting, bytes: toBytes(Math.floor(size)) };
}
