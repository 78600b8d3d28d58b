// One range query. The answer is bounded in time and size; what is wrong with it is said in words that can be shown.

import { fetch } from 'undici';
import { z } from 'zod';
import { isBytes } from '../../domain/memory.ts';
import type { UsagePoint } from '../../domain/evidence.ts';
import { toInstant } from '../../domain/time.ts';

export type PrometheusEndpoint = { readonly url: string; readonly token: string | undefined; readonly timeoutMs: number };

export type RangeQuery = { readonly query: string; /** Seconds since 1970. */ readonly end: number; readonly lengthMs: number; readonly stepSeconds: number };

/** One container instance's samples, oldest first. */
export type Series = readonly UsagePoint[];

const MOST_BYTES = 32 * 1024 * 1024;

const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
});
const failure = z.object({ error: z.string() });

/** Throws Error with a clause for a person. */
export async function queryRange({ url, token, timeoutMs }: PrometheusEndpoint, query: RangeQuery, signal: AbortSignal): Promise<readonly Series[]> {
  const target = new URL(`${url.replace(/\/$/, '')}/api/v1/query_range`);
  target.searchParams.set('query', query.query);
  target.searchParams.set('start', String(Math.floor(query.end - query.lengthMs / 1000)));
  target.searchParams.set('end', String(Math.ceil(query.end)));
  target.searchParams.set('step', String(query.stepSeconds));
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await reached(fetch(target, { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) }));
  const body = await readBounded(response.body);
  if (response.status !== 200) throw new Error(`Prometheus answered ${response.status}${refusalOf(body)}`);
  const parsed = answer.safeParse(parseJson(body));
  if (!parsed.success) throw new Error('Prometheus sent an answer that is no range of samples');
  return parsed.data.data.result.map(({ values }) => values.flatMap(([seconds, value]) => toPoint(seconds, Number(value))));
}

async function reached<Response>(call: Promise<Response>): Promise<Response> {
  try {
    return await call;
  } catch (error) {
    const timedOut = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
    throw new Error(timedOut ? 'Prometheus did not answer in time' : 'Prometheus could not be reached', { cause: error });
  }
}

async function readBounded(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > MOST_BYTES) throw new Error('Prometheus sent more than 32 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(body: string): string {
  const parsed = failure.safeParse(parseJson(body));
  return parsed.success ? `: ${parsed.data.error.slice(0, 200)}` : '';
}

/** NaN and infinities are no samples. */
function toPoint(seconds: number, value: number): readonly UsagePoint[] {
  const bytes = Math.round(value);
  return isBytes(bytes) ? [{ at: toInstant(Math.round(seconds * 1000)), bytes }] : [];
}
