// Which namespaces are watched, in words: what is asked of "the cluster" is answered for these alone.

import type { WatchedNamespaces } from './watched.ts';

export const ALL_NAMESPACES: WatchedNamespaces = { only: [], excluded: [] };

const MOST_NAMED = 5;

export function areAll({ only, excluded }: WatchedNamespaces): boolean {
  return only.length === 0 && excluded.length === 0;
}

/** "prod", "the watched namespaces payments, shop of prod", "prod without the namespace kube-system" */
export function placeInWords(cluster: string, { only, excluded }: WatchedNamespaces): string {
  const watched = only.filter((name) => !excluded.includes(name));
  if (only.length > 0) return `the watched ${named(watched)} of ${cluster}`;
  return excluded.length === 0 ? cluster : `${cluster} without the ${named(excluded)}`;
}

function named(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `namespace${names.length === 1 ? '' : 's'} ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}
