// One range query. The answer is bounded in time and size; what is wrong with it is said in words that can be shown. Samples come out in bytes at
// instants; what is no number of bytes (NaN, infinities) is left out.

import type { Response } from 'undici';
import { fetch } from 'undici';
import { z } from 'zod';
import type { UsagePoint } from '../../domain/evidence.ts';
import { isBytes } from '../../domain/memory.ts';
import { toInstant } from '../../domain/time.ts';

export type PrometheusEndpoint = {
  /** Of the server, with the path before /api/v1 if there is one. May hold user:password@ for a proxy that asks for it. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token: string | undefined;
  /** For one query. */
  readonly timeoutMs: number;
  /** An answer larger than this is refused; 32 MiB unless said. */
  readonly mostBytes?: number | undefined;
};

export type RangeQuery = {
  readonly query: string;
  /** Seconds since 1970; the last step falls on it. */
  readonly endSeconds: number;
  readonly lengthMs: number;
  readonly stepSeconds: number;
};

/** One container instance's samples, oldest first. */
export type Series = {
  readonly pod: string | undefined;
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
}

/** Throws PrometheusProblem, and nothing else. */
export async function queryRange(
  endpoint: PrometheusEndpoint,
  query: RangeQuery,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(endpoint.timeoutMs)]);
  const started = performance.now();
  try {
    const { target, headers } = requestOf(endpoint, query);
    const response = await fetch(target, { headers, signal: limited });
    return seriesIn(response, await readBounded(response, endpoint.mostBytes ?? MOST_BYTES));
  } catch (error) {
    if (error instanceof PrometheusProblem) throw error;
    const words = limited.aborted
      ? `took longer than ${Math.floor((performance.now() - started) / 100) / 10} s`
      : `could not be reached${codeOf(error)}`;
    throw new PrometheusProblem(`Prometheus ${words}`, { cause: error });
  }
}

function requestOf({ url, token }: PrometheusEndpoint, { query, endSeconds, lengthMs, stepSeconds }: RangeQuery) {
  const target = new URL(`${url.replace(/\/+$/, '')}/api/v1/query_range`);
  const { username, password } = target;
  // fetch refuses credentials in a URL.
  target.username = '';
  target.password = '';
  const end = Math.floor(endSeconds);
  const parameters = { query, start: end - Math.ceil(lengthMs / 1000 / stepSeconds) * stepSeconds, end, step: stepSeconds };
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, String(value));
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const authorization = token === undefined ? (username === '' ? undefined : `Basic ${basic}`) : `Bearer ${token}`;
  return { target, headers: { accept: 'application/json', ...(authorization === undefined ? {} : { authorization }) } };
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
    throw new PrometheusProblem(`Prometheus does not let the bot in (${status}); set PROMETHEUS_TOKEN`);
  if (status !== 200) throw new PrometheusProblem(`Prometheus answered ${status}${refusalOf(content)}`);
  const parsed = answer.safeParse(content);
  if (!parsed.success) throw new PrometheusProblem('Prometheus sent an answer that is no range of samples');
  return parsed.data.data.result.map(({ metric, values }) => ({
    pod: metric['pod'],
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
