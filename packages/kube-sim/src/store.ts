// The demo's etcd: objects by kind and name, one growing resource version, the last changes for watches to resume from. Objects are never changed in
// place. Refuses nothing: checking is the API's business.

import type { KubeObject } from './model/objects.ts';

export type Change = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: string;
  readonly key: string;
  readonly version: number;
  readonly object: KubeObject;
  /** What it was before; undefined when it was added. */
  readonly before: KubeObject | undefined;
};

type Listed = { readonly kind: 'listed'; readonly objects: readonly KubeObject[] } | { readonly kind: 'too-old' };

export type Store = {
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Adds or replaces; returns it with its new resource version. */
  put(resource: string, object: KubeObject): KubeObject;
  remove(resource: string, object: KubeObject): void;
  /** By namespace and name. At a version: as it was then, as long as the changes since are remembered. */
  list(resource: string, version?: number): Listed;
  version(): number;
  /** Changes after a version; undefined when they are not all remembered any more. */
  since(resource: string, version: number): readonly Change[] | undefined;
  /** The oldest version a watch can still start from. */
  oldest(): number;
  /** Forgets all past changes. */
  compact(): void;
  onChange(listener: (change: Change) => void): () => void;
};

const MOST_CHANGES = 5000;

export function createStore(firstVersion: number): Store {
  const objects = new Map<string, Map<string, KubeObject>>();
  const history = createHistory(firstVersion);
  const of = (resource: string): Map<string, KubeObject> => {
    const known = objects.get(resource) ?? new Map<string, KubeObject>();
    objects.set(resource, known);
    return known;
  };
  return {
    ...history,
    get: (resource, namespace, name) => of(resource).get(keyOf(namespace, name)),
    put(resource, object) {
      const stored = withVersion(object, history.next());
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      const before = of(resource).get(key);
      of(resource).set(key, stored);
      const type = before === undefined ? 'ADDED' : 'MODIFIED';
      history.tell({ type, resource, key, version: history.version(), object: stored, before });
      return stored;
    },
    remove(resource, object) {
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      const before = of(resource).get(key);
      if (before === undefined) return;
      of(resource).delete(key);
      const version = history.next();
      history.tell({ type: 'DELETED', resource, key, version, object: withVersion(before, version), before });
    },
    list(resource, at) {
      const missed = at === undefined ? [] : history.since(resource, at);
      if (missed === undefined) return { kind: 'too-old' };
      const entries = [...rewound(of(resource), missed).entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
      return { kind: 'listed', objects: entries.map(([, object]) => object) };
    },
  };
}

type History = Pick<Store, 'version' | 'since' | 'oldest' | 'compact' | 'onChange'> & {
  /** The next resource version. */
  next(): number;
  tell(change: Change): void;
};

function createHistory(firstVersion: number): History {
  const listeners = new Set<(change: Change) => void>();
  let changes: Change[] = [];
  let version = firstVersion;
  let oldest = firstVersion;
  return {
    next() {
      version += 1;
      return version;
    },
    tell(change) {
      changes.push(change);
      if (changes.length > MOST_CHANGES) {
        changes = changes.slice(-MOST_CHANGES / 2);
        oldest = (changes[0]?.version ?? version) - 1;
      }
      for (const listener of listeners) listener(change);
    },
    version: () => version,
    since: (resource, from) =>
      from < oldest ? undefined : changes.filter((change) => change.resource === resource && change.version > from),
    oldest: () => oldest,
    compact() {
      changes = [];
      // Whoever holds the present version is too late as well: nobody can tell a test's watch that it was just in time.
      version += 1;
      oldest = version;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function withVersion(object: KubeObject, version: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}

/** The objects before these changes. */
function rewound(now: ReadonlyMap<string, KubeObject>, changes: readonly Change[]): ReadonlyMap<string, KubeObject> {
  const then = new Map(now);
  for (const { key, before } of changes.toReversed()) {
    if (before === undefined) then.delete(key);
    else then.set(key, before);
  }
  return then;
}
