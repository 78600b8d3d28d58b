// What a setting of the environment is: a schema that parses it, with its meaning, unit, default and example beside it. One entry says all of it, and
// the parser, .env.example and docs/configuration.md are made from that entry.

import type { z } from 'zod';
import { registry } from 'zod';

export type About = {
  readonly meaning: string;
  /** What kind of value, with its unit. */
  readonly unit: string;
  /** What applies when it is not set, in words. */
  readonly fallback: string;
  readonly example: string;
};

export type Setting = About & { readonly name: string };

const abouts = registry<About>();

/** One setting. The schema takes the text of the environment; it is optional or has a default. */
export function setting<Schema extends z.ZodType>(schema: Schema, about: About): Schema {
  abouts.add(schema, about);
  return schema;
}

/** The entries of a table in their order. Throws for an entry that `setting` did not make. */
export function settingsOf(table: Readonly<Record<string, z.ZodType>>): readonly Setting[] {
  return Object.entries(table).map(([name, schema]) => {
    const about = abouts.get(schema);
    if (about === undefined) throw new Error(`${name} has no meaning, unit, default and example; write it with setting()`);
    return { name, ...about };
  });
}
