// One range query. The answer is bounded in time and size; what is wrong with it is said in words that can be shown. Samples come out in bytes at
// instants; what is no number of bytes (NaN, infinities) is left out.

import type { Response } from 'undici';
import { fetch } from 'undici';
import { z } from 'zod';
import { isBytes } from '../../domain/base/memory.ts';
import { toInstant } from '../../domain/base/time.ts';
import type { UsagePoint } from '../../domain/evidence/evidence.ts';
import { timeoutAfter } from '../../ports/timers.ts';
import type { PrometheusEndpoint } from './endpoint.ts';

export type RangeQuery = {
  readonly query: string;
  /** Seconds since 1970; the last step falls on it. */
  readonly endSeconds: number;
  readonly lengthMs: number;
  readonly stepSeconds: number;
};

/** One container instance's samples, oldest first. */
export type Series = {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly UsagePoint[];
};

/** 500 replicas over seven days at five minutes fit; it is held in memory once. */
const MOST_BYTES = 32 * 1024 * 1024;

const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
});
const failure = z.object({ error: z.string() });

/** Says in a clause for a person what Prometheus did not do. */
export class PrometheusProblem extends Error {
  override readonly name = 'PrometheusProblem';
  /** It did not answer, or not in time: asked again it may. */
  readonly late: boolean;

  constructor(message: string, options: ErrorOptions & { readonly late?: boolean } = {}) {
    super(message, options);
    this.late = options.late ?? false;
  }
}

/** Throws PrometheusProblem, and nothing else. */
export async function queryRange(
  endpoint: PrometheusEndpoint,
  query: RangeQuery,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const limited = AbortSignal.any([signal, timeoutAfter(endpoint.timeoutMs)]);
  const started = performance.now();
  try {
    const { headers, dispatcher } = endpoint;
    const response = await fetch(targetOf(endpoint, query), { headers, dispatcher, signal: limited });
    return seriesIn(response, await readBounded(response, endpoint.mostBytes ?? MOST_BYTES));
  } catch (error) {
    if (error instanceof PrometheusProblem) throw error;
    const words = limited.aborted
      ? `took longer than ${Math.floor((performance.now() - started) / 100) / 10} s`
      : `could not be reached${codeOf(error)}`;
    throw new PrometheusProblem(`Prometheus ${words}`, { cause: error, late: true });
  }
}

function targetOf({ url }: PrometheusEndpoint, { query, endSeconds, lengthMs, stepSeconds }: RangeQuery): URL {
  const target = new URL('api/v1/query_range', url);
  const end = Math.floor(endSeconds);
  const start = end - Math.ceil(lengthMs / 1000 / stepSeconds) * stepSeconds;
  // dedup: Thanos' word for replicas of one Prometheus; others pay no heed.
  const parameters = { query, start, end, step: stepSeconds, dedup: true };
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, String(value));
  return target;
}

async function readBounded(response: Response, mostBytes: number): Promise<string> {
  const body: AsyncIterable<Uint8Array> | null = response.body;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > mostBytes) throw new PrometheusProblem(`Prometheus sent more than ${Math.floor(mostBytes / 2 ** 20)} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function seriesIn({ status }: Response, body: string): readonly Series[] {
  const content = parseJson(body);
  if (status === 401 || status === 403)
    throw new PrometheusProblem(
      `Prometheus does not let the bot in (${status}); set PROMETHEUS_TOKEN, or PROMETHEUS_USER and PROMETHEUS_PASSWORD`,
    );
  if (status !== 200)
    throw new PrometheusProblem(`Prometheus answered ${status}${refusalOf(content)}`, { late: status === 429 || status >= 500 });
  const parsed = answer.safeParse(content);
  if (!parsed.success) throw new PrometheusProblem('Prometheus sent an answer that is no range of samples');
  return parsed.data.data.result.map(({ metric, values }) => ({
    labels: metric,
    points: values.flatMap(([seconds, value]) => toPoint(seconds, Number(value))),
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(content: unknown): string {
  const parsed = failure.safeParse(content);
  return parsed.success ? `: ${parsed.data.error.slice(0, 200)}` : '';
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
}

function toPoint(seconds: number, value: number): readonly UsagePoint[] {
  const bytes = Math.round(value);
  return isBytes(bytes) ? [{ at: toInstant(Math.round(seconds * 1000)), bytes }] : [];
}
