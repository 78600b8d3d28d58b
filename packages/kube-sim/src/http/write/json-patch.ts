// RFC 6902, as the API server applies it: test, add, replace, remove, copy, move; "~1" is a slash and "~0" a tilde. Works on a copy. Throws a Refusal; a failed
// test, a missing path and an unknown operation read the same.

import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { badRequest, patchRejected } from '../refusal.ts';

const operation = z.object({ op: z.string(), path: z.string(), from: z.string().optional(), value: z.unknown().optional() });
export type Operation = z.infer<typeof operation>;

export function parsePatch(body: string): readonly Operation[] {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    throw badRequest(`error decoding patch: invalid character '${body.trim().slice(0, 1)}' looking for beginning of value`);
  }
  if (!Array.isArray(content))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp');
  const parsed = z.array(operation).safeParse(content);
  if (!parsed.success) throw patchRejected();
  return parsed.data;
}

type Container = Record<string, unknown> | unknown[];

export function applyPatch(document: unknown, operations: readonly Operation[]): unknown {
  const root: Container = { '': structuredClone(document) };
  for (const each of operations) applyOne(root, each);
  return root[''];
}

function applyOne(root: Container, { op, path, from, value }: Operation): void {
  const place = find(root, path);
  switch (op) {
    case 'test':
      // A path that is not there equals null, in an object.
      if (!isDeepStrictEqual(valueAt(place) ?? null, value ?? null)) throw patchRejected();
      return;
    case 'add':
      write(place, structuredClone(value), 'insert');
      return;
    case 'replace':
      read(place);
      write(place, structuredClone(value), 'replace');
      return;
    case 'remove':
      remove(place);
      return;
    case 'copy':
      write(place, structuredClone(read(find(root, from ?? ''))), 'insert');
      return;
    case 'move': {
      const source = find(root, from ?? '');
      const moved = read(source);
      remove(source);
      write(find(root, path), moved, 'insert');
      return;
    }
    default:
      throw patchRejected();
  }
}

type Place = { readonly parent: Container; readonly key: string };

function find(root: Container, pointer: string): Place {
  if (pointer !== '' && !pointer.startsWith('/')) throw patchRejected();
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let parent = root;
  for (const key of keys.slice(0, -1)) {
    const child = read({ parent, key });
    if (!isContainer(child)) throw patchRejected();
    parent = child;
  }
  return { parent, key: keys.at(-1) ?? '' };
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function read({ parent, key }: Place): unknown {
  if (Array.isArray(parent)) return parent[indexIn(parent, key, parent.length - 1)];
  if (!Object.hasOwn(parent, key)) throw patchRejected();
  return parent[key];
}

function valueAt(place: Place): unknown {
  const { parent, key } = place;
  return Array.isArray(parent) || Object.hasOwn(parent, key) ? read(place) : undefined;
}

function write({ parent, key }: Place, value: unknown, how: 'insert' | 'replace'): void {
  if (!Array.isArray(parent)) {
    // A plain assignment to this name would change the object's prototype.
    if (key === '__proto__') throw patchRejected();
    parent[key] = value;
  } else if (how === 'replace') parent[indexIn(parent, key, parent.length - 1)] = value;
  else parent.splice(key === '-' ? parent.length : indexIn(parent, key, parent.length), 0, value);
}

function remove(place: Place): void {
  read(place);
  const { parent, key } = place;
  if (Array.isArray(parent)) parent.splice(indexIn(parent, key, parent.length - 1), 1);
  else delete parent[key];
}

function indexIn(_list: readonly unknown[], key: string, most: number): number {
  const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1;
  if (index < 0 || index > most) throw patchRejected();
  return index;
}
