// Reads single fields of blocks, elements and views, which reach the page as unknown JSON.
// In: any record. Out: the field when it has the wanted kind, else undefined (or an empty list).
// Nothing here throws: a block with a missing field is drawn without it.

export type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(from: Json | undefined, key: string): string | undefined {
  const value = from?.[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

export function flag(from: Json | undefined, key: string): boolean {
  return from?.[key] === true;
}

export function record(from: Json | undefined, key: string): Json | undefined {
  const value = from?.[key];
  return isRecord(value) ? value : undefined;
}

export function records(from: Json | undefined, key: string): readonly Json[] {
  const value = from?.[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function texts(from: Json | undefined, key: string): readonly string[] {
  const value = from?.[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The words of a text object (`{ type, text }`) or of a plain string under `key`. */
export function words(from: Json | undefined, key: string): string {
  return text(record(from, key), 'text') ?? text(from, key) ?? '';
}
