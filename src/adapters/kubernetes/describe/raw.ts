// Reading a pod's JSON for describe without a schema of every field: each getter returns a value of the asked shape or its empty form.

export type Raw = Readonly<Record<string, unknown>>;

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function object(parent: unknown, ...path: readonly string[]): Raw {
  let value = parent;
  for (const name of path) value = isRaw(value) ? value[name] : undefined;
  return isRaw(value) ? value : {};
}

export function list(parent: Raw, name: string): readonly Raw[] {
  const value = parent[name];
  return Array.isArray(value) ? value.filter(isRaw) : [];
}

export function words(parent: Raw, name: string): readonly string[] {
  const value = parent[name];
  return Array.isArray(value) ? value.map(String) : [];
}

export function text(parent: Raw, name: string): string {
  const value = parent[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function has(parent: Raw, name: string): boolean {
  return parent[name] !== undefined && parent[name] !== null;
}

/** Entries of a map of strings, sorted by key as kubectl prints them. */
export function entries(parent: Raw): readonly (readonly [string, string])[] {
  return Object.keys(parent)
    .toSorted()
    .map((key) => [key, text(parent, key)] as const);
}
