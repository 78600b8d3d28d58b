// Memory quantities the way the API server stores them, and what defaulting makes of resources.

import { formatQuantity, quantityBytes } from '../../../../src/domain/base/memory.ts';
import type { ContainerTemplate } from './objects.ts';

/** The API server's own words for what it accepts. */
export const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const DECIMAL = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const;

/** "131072Ki" → "128Mi", "1000M" → "1G"; the family of the suffix stays. Undefined for what is no quantity. */
export function canonicalMemory(text: string): string | undefined {
  const bytes = quantityBytes(text);
  if (bytes === undefined) return undefined;
  if (text.endsWith('i')) return formatQuantity(bytes);
  if (/[0-9]$/.test(text) && !/[eE]/.test(text)) return String(bytes);
  const [suffix, unit] = DECIMAL.find(([, size]) => bytes % size === 0) ?? ['', 1];
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
