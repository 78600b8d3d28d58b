// JSON objects looked into and changed by path, for tests that hold whole objects against each other.

export type Json = Readonly<Record<string, unknown>>;
export type JsonPath = readonly (string | number)[];

export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function jsonAt(value: unknown, path: JsonPath): unknown {
  let place = value;
  for (const key of path) {
    if (Array.isArray(place) && typeof key === 'number') place = place[key];
    else if (isJsonObject(place)) place = place[String(key)];
    else return undefined;
  }
  return place;
}

/** A copy with that value there; objects that are missing on the way are made. */
export function withJson(object: Json, path: JsonPath, value: unknown): Json {
  const changed = set(object, path, value);
  return isJsonObject(changed) ? changed : object;
}

function set(place: unknown, [key, ...rest]: JsonPath, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(place)) return place.map((each: unknown, index) => (index === key ? set(each, rest, value) : each));
  const object = isJsonObject(place) ? place : {};
  return { ...object, [key]: set(object[String(key)], rest, value) };
}
