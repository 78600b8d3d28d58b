// A demand for memory over time: bytes at even steps. What a container would use if nothing limited it.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

export type Series = {
  readonly name: string;
  /** What the rows of a table are grouped by. */
  readonly group: string;
  readonly stepSeconds: number;
  readonly bytes: Float64Array;
};

export const DATA = new URL('../data/', import.meta.url);

/** One JSON value for each line of a gzipped file of eval/data. */
export function readLines<Value>(name: string, schema: z.ZodType<Value>): readonly Value[] {
  const text = gunzipSync(readFileSync(new URL(name, DATA))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}

const podRow = z.object({ pod: z.string(), day: z.string(), stepSeconds: z.number(), usageMi: z.array(z.number()) });

/** 108 series of real pods, one sample a minute, 12 to 20 hours each (Nezha, see NOTICE). */
export function podSeries(): readonly Series[] {
  return readLines('pod-memory.jsonl.gz', podRow).map(({ pod, day, stepSeconds, usageMi }) => ({
    name: `${pod}/${day}`,
    group: 'real pods',
    stepSeconds,
    bytes: Float64Array.from(usageMi, (mi) => Math.round(mi * 2 ** 20)),
  }));
}
