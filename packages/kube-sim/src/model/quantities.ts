// Memory quantities the way the API server stores them, and what defaulting makes of resources.

import type { ContainerTemplate } from './objects.ts';

/** The API server's own words for what it accepts. */
export const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Largest first. */
const DECIMAL = [
  ['E', 1e18],
  ['P', 1e15],
  ['T', 1e12],
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const;
const BINARY = [
  ['Ei', 2 ** 60],
  ['Pi', 2 ** 50],
  ['Ti', 2 ** 40],
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;
const FACTORS: ReadonlyMap<string, number> = new Map([['', 1], ['m', 1e-3], ...DECIMAL, ...BINARY]);

const QUANTITY = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+)|(m|k|[MGTPE]i?|Ki))?$/;

/** Whole bytes, a fraction rounded up; undefined for what is no quantity, and for more than a number can hold exactly. */
export function quantityBytes(text: string | undefined): number | undefined {
  const [, digits = '', exponent, suffix = ''] = QUANTITY.exec(text?.trim() ?? '') ?? [];
  const factor = exponent === undefined ? (FACTORS.get(suffix) ?? 1) : Number(`1e${exponent}`);
  const bytes = digits === '' ? Number.NaN : Math.max(0, Math.ceil(Number(digits) * factor - 1e-9));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** "131072Ki" → "128Mi", "1000M" → "1G"; the family of the suffix stays. Undefined for what is no quantity. */
export function canonicalMemory(text: string): string | undefined {
  const bytes = quantityBytes(text);
  if (bytes === undefined) return undefined;
  if (/[0-9]$/.test(text) && !/[eE]/.test(text)) return String(bytes);
  const [suffix, unit] = (text.endsWith('i') ? BINARY : DECIMAL).find(([, size]) => bytes > 0 && bytes % size === 0) ?? ['', 1];
  return `${bytes / unit}${suffix}`;
}

/** A limit without a request becomes the request, as it is when a pod is created. */
export function defaulted(container: ContainerTemplate): ContainerTemplate {
  const { limits, requests } = container.resources;
  if (limits === undefined) return container;
  return { ...container, resources: { ...container.resources, requests: { ...limits, ...requests } } };
}

export function memoryOf(container: ContainerTemplate, part: 'limits' | 'requests'): number | undefined {
  return quantityBytes(container.resources[part]?.['memory']);
}

/** Of the pod's containers: cpu and memory decide. */
export function qosClass(containers: readonly ContainerTemplate[]): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const resources = containers.map((container) => container.resources);
  if (resources.every(({ limits, requests }) => limits === undefined && requests === undefined)) return 'BestEffort';
  const guaranteed = resources.every(({ limits, requests }) =>
    ['cpu', 'memory'].every((name) => limits?.[name] !== undefined && limits[name] === requests?.[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
