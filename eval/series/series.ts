// A demand for memory over time: bytes at even steps. What a container would use if nothing limited it.

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

export type Series = {
  readonly name: string;
  /** What the rows of a table are grouped by. */
  readonly group: string;
  readonly stepSeconds: number;
  readonly bytes: Float64Array;
};

const DATA = new URL('../data/', import.meta.url);

/** One JSON value for each line of a file, gzipped or not: a path, or a name in eval/data. */
export function readLines<Value>(file: string, schema: z.ZodType<Value>): readonly Value[] {
  const bytes = readFileSync(existsSync(file) ? file : new URL(file, DATA));
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}

const podRow = z.object({ pod: z.string(), day: z.string().default(''), stepSeconds: z.number(), usageMi: z.array(z.number()) });

/** 108 series of real pods, one sample a minute, 12 to 20 hours each (Nezha, see NOTICE). */
export function podSeries(file = 'pod-memory.jsonl.gz'): readonly Series[] {
  return readLines(file, podRow).map(({ pod, day, stepSeconds, usageMi }) => ({
    name: `${pod}/${day}`,
    group: 'real pods',
    stepSeconds,
    bytes: Float64Array.from(usageMi, (mi) => Math.round(mi * 2 ** 20)),
  }));
}
