// Which namespaces are watched, in words: what is asked of "the cluster" is answered for these alone.

export type WatchedNamespaces = {
  /** Empty: all of them. */
  readonly only: readonly string[];
  readonly except: readonly string[];
};

export const ALL_NAMESPACES: WatchedNamespaces = { only: [], except: [] };

const MOST_NAMED = 5;

export function areAll({ only, except }: WatchedNamespaces): boolean {
  return only.length === 0 && except.length === 0;
}

/** "prod", "the watched namespaces payments, shop of prod", "prod without the namespace kube-system" */
export function placeInWords(cluster: string, { only, except }: WatchedNamespaces): string {
  const watched = only.filter((name) => !except.includes(name));
  if (only.length > 0) return `the watched ${named(watched)} of ${cluster}`;
  return except.length === 0 ? cluster : `${cluster} without the ${named(except)}`;
}

function named(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `namespace${names.length === 1 ? '' : 's'} ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}
