// Prometheus' HTTP API as far as the demo has it: query, query_range, buildinfo, readiness. Seconds in and out, values as text, as Prometheus has them.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../controllers/world.ts';
import type { Series } from './history.ts';
import { METRIC, seriesOf } from './history.ts';
import type { Query } from './query.ts';
import { parseQuery } from './query.ts';

const MOST_POINTS = 11_000;
const MOST_BYTES = 64 * 1024;
const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

class BadData extends Error {}

export function createPrometheusApi(world: World) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!world.settings.prometheus) {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://demo');
    if (url.pathname === '/-/ready' || url.pathname === '/-/healthy') {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('Prometheus Server is Ready.\n');
      return;
    }
    try {
      const parameters = new URLSearchParams([
        ...url.searchParams,
        ...(request.method === 'POST' ? new URLSearchParams(await readForm(request)) : []),
      ]);
      send(response, 200, { status: 'success', data: dataFor(world, url.pathname, parameters) });
    } catch (error) {
      if (error instanceof BadData) send(response, 400, { status: 'error', errorType: 'bad_data', error: error.message });
      else send(response, 404, { status: 'error', errorType: 'not_found', error: 'no such endpoint in the demo' });
    }
  };
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function dataFor(world: World, path: string, parameters: URLSearchParams): object {
  switch (path) {
    case '/api/v1/status/buildinfo':
      return { version: '3.7.0', revision: 'demo', branch: 'HEAD', buildUser: 'demo', buildDate: '', goVersion: 'go1.25' };
    case '/api/v1/query': {
      const at = seconds(parameters, 'time', world.now() / 1000);
      return {
        resultType: 'vector',
        result: evaluate(world, queryIn(parameters), [at]).map(({ metric, values }) => ({ metric, value: values[0] })),
      };
    }
    case '/api/v1/query_range':
      return { resultType: 'matrix', result: evaluate(world, queryIn(parameters), instants(parameters)) };
    default:
      throw new Error('no such endpoint');
  }
}

function queryIn(parameters: URLSearchParams): Query {
  const parsed = parseQuery(parameters.get('query') ?? '', METRIC);
  if (parsed.kind === 'invalid') throw new BadData(`invalid parameter "query": ${parsed.problem}`);
  return parsed.query;
}

function instants(parameters: URLSearchParams): readonly number[] {
  const start = seconds(parameters, 'start');
  const end = seconds(parameters, 'end');
  const step = duration(parameters.get('step') ?? '');
  if (end < start) throw new BadData('invalid parameter "end": end timestamp must not be before start time');
  if (!(step > 0))
    throw new BadData(
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  const count = Math.floor((end - start) / step) + 1;
  if (count > MOST_POINTS)
    throw new BadData(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  return Array.from({ length: count }, (_, index) => start + index * step);
}

function seconds(parameters: URLSearchParams, name: string, otherwise?: number): number {
  const text = parameters.get(name);
  if (text === null && otherwise !== undefined) return otherwise;
  const value = /^-?\d+(\.\d+)?$/.test(text ?? '') ? Number(text) : Date.parse(text ?? '') / 1000;
  if (!Number.isFinite(value))
    throw new BadData(`invalid parameter "${name}": cannot parse "${text ?? ''}" to a valid timestamp`);
  return value;
}

function duration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|[smhdw])?$/.exec(text) ?? [];
  if (amount === undefined) throw new BadData(`invalid parameter "step": cannot parse "${text}" to a valid duration`);
  return Number(amount) * (UNITS[unit ?? 's'] ?? 1);
}

type Result = { readonly metric: Readonly<Record<string, string>>; readonly values: readonly (readonly [number, string])[] };

function evaluate(world: World, { selector, maxBy, overSeconds }: Query, at: readonly number[]): readonly Result[] {
  const chosen =
    selector.metric === METRIC
      ? seriesOf(world).filter(({ labels }) => selector.matchers.every(({ label, matches }) => matches(labels[label] ?? '')))
      : [];
  const groups = new Map<string, { readonly metric: Result['metric']; readonly series: Series[] }>();
  for (const series of chosen) {
    const metric =
      maxBy === undefined ? series.labels : Object.fromEntries(maxBy.map((label) => [label, series.labels[label] ?? '']));
    const key = JSON.stringify(metric);
    const group = groups.get(key) ?? { metric, series: [] };
    group.series.push(series);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map(({ metric, series }) => ({ metric, values: at.flatMap((second) => highest(series, { second, overSeconds })) }))
    .filter(({ values }) => values.length > 0);
}

/** Looks so often into a range: what is between is not a sample in the demo either. */
const LOOKS = 10;

type Instant = { readonly second: number; readonly overSeconds: number | undefined };

function highest(series: readonly Series[], { second, overSeconds }: Instant): readonly (readonly [number, string])[] {
  const looks = overSeconds === undefined ? [0] : Array.from({ length: LOOKS }, (_, index) => (index * overSeconds) / LOOKS);
  const values = series.flatMap((each) => looks.flatMap((back) => each.valueAt((second - back) * 1000) ?? []));
  return values.length === 0 ? [] : [[second, String(Math.max(...values))]];
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) {
    text += String(part);
    if (text.length > MOST_BYTES) throw new BadData('the form is too large');
  }
  return text;
}
