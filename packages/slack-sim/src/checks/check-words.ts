// How Slack words what is wrong with a block: "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]". Each check answers a
// list of such sentences, empty when nothing is wrong.

import type { Json } from '../world.ts';

export type Problems = readonly string[];

export function at(words: string, pointer: string): string {
  return `[ERROR] ${words} [json-pointer:${pointer}]`;
}

export function unsupported(type: string, pointer: string): string {
  return at(`unsupported type: ${type}`, pointer);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function bounded(value: unknown, pointer: string, { most }: { readonly most: number }): Problems {
  if (typeof value !== 'string') return [at('must be a string', pointer)];
  if (value.length === 0) return [at('must be more than 0 characters', pointer)];
  return value.length > most ? [at(`must be less than ${most + 1} characters`, pointer)] : [];
}

export function textObject(
  value: unknown,
  pointer: string,
  { most, plain = false }: { readonly most: number; readonly plain?: boolean },
): Problems {
  if (!isObject(value)) return [at('missing required field: text', pointer)];
  const type = value['type'];
  if (type !== 'plain_text' && (plain || type !== 'mrkdwn')) return [unsupported(String(type), `${pointer}/type`)];
  return bounded(value['text'], `${pointer}/text`, { most });
}

export function counted(
  count: number,
  pointer: string,
  { least, most }: { readonly least: number; readonly most: number },
): Problems {
  if (count < least) return [at(`must have at least ${least} items`, pointer)];
  return count > most ? [at(`no more than ${most} items allowed`, pointer)] : [];
}

type Each = { readonly least: number; readonly most: number; readonly each: (item: unknown, pointer: string) => Problems };

export function listOf(value: unknown, pointer: string, { least, most, each }: Each): Problems {
  if (!Array.isArray(value)) return [at('must be an array', pointer)];
  return [
    ...counted(value.length, pointer, { least, most }),
    ...value.flatMap((item: unknown, index) => each(item, `${pointer}/${index}`)),
  ];
}

/** Runs the check only when the field is there. */
export function optional(object: Json, field: string, check: (value: unknown) => Problems): Problems {
  return object[field] === undefined ? [] : check(object[field]);
}

/** A field's text; numbers and flags as text, anything else as ''. */
export function wordOf(object: Json, field: string): string {
  const value = object[field];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
