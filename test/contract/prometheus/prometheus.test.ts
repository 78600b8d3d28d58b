// What Prometheus and those that speak its language may ask for and answer: credentials, tenants, certificates, other labels, warnings, refusals, silence. On a
// server of the test's own, over the network.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PrometheusAccess } from '../../../src/adapters/prometheus/endpoint.ts';
import { connectPrometheus } from '../../../src/adapters/prometheus/endpoint.ts';
import { parseScheme, SCHEMES } from '../../../src/adapters/prometheus/label-scheme.ts';
import { createPrometheusPeaks } from '../../../src/adapters/prometheus/peaks.ts';
import { createPrometheusUsage } from '../../../src/adapters/prometheus/usage-reader.ts';
import { createPrometheusUse } from '../../../src/adapters/prometheus/use-now.ts';
import { kill, NOW } from '../../support/build.ts';
import { textWith } from '../../support/text-with.ts';

const SECONDS = NOW / 1000;
/** Where waiting is not what a test is about; the machine may stand still for seconds. */
const PATIENCE_MS = 20_000;
const subject = { ref: kill().ref, kill: kill() };
const clock = { now: () => NOW };
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

type Asked = { readonly query: string; readonly request: IncomingMessage };
type Reply = { readonly status?: number; readonly body: string };

function matrix(metric: object, value = '104857600'): Reply {
  return matrices([metric], value);
}

function matrices(metrics: readonly object[], value = '104857600'): Reply {
  const result = metrics.map((metric) => ({ metric, values: [[SECONDS - 120, value]] }));
  return { body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }) };
}
const NOTHING: Reply = { body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } }) };
const CADVISOR = { namespace: 'payments', pod: kill().ref.pod, container: 'app' };

/** Answers each query by what `reply` makes of it, and remembers them. */
async function serve(
  reply: (asked: Asked) => Reply,
  secure?: { readonly key: string; readonly cert: string; readonly ca?: string },
) {
  const asked: Asked[] = [];
  let atOnce = 0;
  let most = 0;
  const listener: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
    most = Math.max(most, (atOnce += 1));
    const query = new URL(request.url ?? '/', 'http://x').searchParams.get('query') ?? '';
    asked.push({ query, request });
    const { status = 200, body } = reply({ query, request });
    setTimeout(() => {
      atOnce -= 1;
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    }, 5);
  };
  const server: Server =
    secure === undefined
      ? createServer(listener)
      : createTlsServer({ ...secure, requestCert: secure.ca !== undefined }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { asked, most: () => most, url: `${secure === undefined ? 'http' : 'https'}://localhost:${port}` };
}

function usageOf(access: PrometheusAccess, timeoutMs = PATIENCE_MS) {
  const endpoint = connectPrometheus(access, timeoutMs);
  closers.push(() => endpoint.close());
  return createPrometheusUsage({ endpoint, clock });
}

/** For the last hour, week and month. The month is given up after 1.5 s, and may be before it was asked for. */
function expectNoMoreThanThree(asked: readonly Asked[]): void {
  const isMonth = ({ query }: Asked): boolean => query.startsWith('max(');
  expect(asked.filter((each) => !isMonth(each))).toHaveLength(2);
  expect(asked.filter(isMonth).length).toBeLessThanOrEqual(1);
}

const soon = (): AbortSignal => AbortSignal.timeout(PATIENCE_MS);

describe('Prometheus lets the bot in', () => {
  const cases: readonly {
    readonly name: string;
    readonly access: Partial<PrometheusAccess>;
    readonly header: string;
    readonly value: string;
  }[] = [
    { name: 'by bearer token', access: { token: 'tok' }, header: 'authorization', value: 'Bearer tok' },
    {
      name: 'by user and password',
      access: { basic: { user: 'u', password: 'p:w' } },
      header: 'authorization',
      value: `Basic ${btoa('u:p:w')}`,
    },
    {
      name: 'by token before password',
      access: { token: 'tok', basic: { user: 'u', password: 'p' } },
      header: 'authorization',
      value: 'Bearer tok',
    },
    {
      name: 'as one of its tenants',
      access: { tenant: { header: 'X-Scope-OrgID', value: 'team-a' } },
      header: 'x-scope-orgid',
      value: 'team-a',
    },
  ];

  it.each(cases)('$name', async ({ access, header, value }) => {
    const { url, asked } = await serve(() => matrix(CADVISOR));
    expect(await usageOf({ url, ...access }).read(subject, soon())).toMatchObject({ kind: 'known', source: 'Prometheus' });
    expect(new Set(asked.map(({ request }) => request.headers[header]))).toEqual(new Set([value]));
  });

  it('by what its URL holds, with a path before the API', async () => {
    const { url, asked } = await serve(() => matrix(CADVISOR));
    await usageOf({ url: `${url.replace('//', '//u%40x:p%2Fw@')}/select/0/prometheus/` }).read(subject, soon());
    expect(asked[0]?.request.headers.authorization).toBe(`Basic ${btoa('u@x:p/w')}`);
    expect(asked[0]?.request.url).toMatch(/^\/select\/0\/prometheus\/api\/v1\/query_range\?/);
  });

  it('with certificates of its own, and only with them', async () => {
    const { key, cert } = certificate();
    const { url } = await serve(() => matrix(CADVISOR), { key, cert, ca: cert });
    expect(await usageOf({ url, tls: { ca: cert, cert, key } }).read(subject, soon())).toMatchObject({ kind: 'known' });
    const stranger = await usageOf({ url }).read(subject, soon());
    expect(stranger).toMatchObject({
      kind: 'unavailable',
      late: true,
      reason: textWith(/^Prometheus could not be reached \(/),
    });
  });
});

describe('Prometheus names its series', () => {
  it.each([
    { name: 'exported_pod', metric: { exported_namespace: 'payments', exported_pod: kill().ref.pod, exported_container: 'app' } },
    { name: 'pod_name', metric: { namespace: 'payments', pod_name: kill().ref.pod, container_name: 'app' } },
    {
      name: 'GKE’s way',
      metric: { namespace_name: 'payments', pod_name: kill().ref.pod, container_name: 'app', memory_type: 'non-evictable' },
    },
  ])('with $name: found out once, then asked at once', async ({ metric }) => {
    const [label = ''] = Object.keys(metric);
    const { url, asked } = await serve(({ query }) =>
      query.includes(`{${label}="`) && query.includes(Object.keys(metric)[1] ?? '') ? matrix(metric) : NOTHING,
    );
    const usage = usageOf({ url });
    expect(await usage.read(subject, soon())).toMatchObject({ kind: 'known', value: { peak: { bytes: 104_857_600 } } });
    asked.length = 0;
    expect(await usage.read(subject, soon())).toMatchObject({ kind: 'known' });
    expectNoMoreThanThree(asked);
    expect(asked.every(({ query }) => query.includes(`{${label}="`))).toBe(true);
  });

  it('in one way for all who ask: what everybody uses is asked with the labels that named one container', async () => {
    const metric = { exported_namespace: 'payments', exported_pod: kill().ref.pod, exported_container: 'app' };
    const scraped = { namespace: 'monitoring', pod: 'kubelet-exporter-1', container: 'exporter' };
    const { url, asked } = await serve(({ query }) => (query.includes('exported_pod') ? matrix(metric) : matrix(scraped)));
    const endpoint = connectPrometheus({ url }, PATIENCE_MS);
    closers.push(() => endpoint.close());
    endpoint.labels.found(SCHEMES.exported);
    const uses = [{ namespace: 'payments', pod: kill().ref.pod, container: 'app', bytes: 104_857_600 }];
    expect(await createPrometheusUse({ endpoint, clock }).now(soon())).toMatchObject({ kind: 'known', value: uses });
    expect(await createPrometheusPeaks({ endpoint, clock }).peaks(soon())).toMatchObject({ kind: 'known', value: uses });
    expect(asked).toHaveLength(2);
  });

  it('in a way not known yet: those labels count that name most containers', async () => {
    const scraped = { namespace: 'monitoring', pod: 'kubelet-exporter-1', container: 'exporter' };
    const named = ['app', 'proxy'].map((container) => ({ namespace: 'payments', pod_name: 'a-1', container_name: container }));
    const { url } = await serve(({ query }) => {
      if (query.includes('exported_') || query.includes('namespace_name')) return NOTHING;
      return query.includes('pod_name') ? matrices(named) : matrix(scraped);
    });
    const endpoint = connectPrometheus({ url }, PATIENCE_MS);
    closers.push(() => endpoint.close());
    const uses = ['app', 'proxy'].map((container) => ({ namespace: 'payments', pod: 'a-1', container, bytes: 104_857_600 }));
    expect(await createPrometheusUse({ endpoint, clock }).now(soon())).toMatchObject({ kind: 'known', value: uses });
    expect(await createPrometheusPeaks({ endpoint, clock }).peaks(soon())).toMatchObject({ kind: 'known', value: uses });
  });

  it('as the settings say, and is asked in no other way', async () => {
    const { url, asked } = await serve(() => NOTHING);
    const labels = parseScheme('mem{ns,p,c}');
    expect(await usageOf({ url, labels, matchers: 'cluster="prod"' }).read(subject, soon())).toEqual({
      kind: 'unavailable',
      reason: 'Prometheus has no samples of this container',
    });
    expect(asked.every(({ query }) => /mem\{ns="payments",p=.*,cluster="prod"\}/.test(query))).toBe(true);
    expectNoMoreThanThree(asked);
  });
});

describe('Prometheus answers', () => {
  it('with warnings and more than it was asked, as Thanos and VictoriaMetrics do', async () => {
    const body = JSON.stringify({
      ...parsed(matrix({ ...CADVISOR, prometheus_replica: 'b' }).body),
      isPartial: false,
      warnings: ['store timed out'],
      stats: {},
    });
    const { url } = await serve(() => ({ body }));
    expect(await usageOf({ url }).read(subject, soon())).toMatchObject({ kind: 'known' });
  });

  it.each([
    { name: 'nothing', reply: NOTHING, expected: { reason: 'Prometheus has no samples of this container' } },
    { name: 'no number', reply: matrix(CADVISOR, 'NaN'), expected: { reason: 'Prometheus has no samples of this container' } },
    {
      name: 'a refusal',
      reply: { status: 401, body: '' },
      expected: { reason: textWith('does not let the bot in (401)') },
    },
    {
      name: 'a mistake',
      reply: { status: 400, body: '{"status":"error","error":"bad matcher"}' },
      expected: { reason: 'Prometheus answered 400: bad matcher' },
    },
    {
      name: 'that it is busy',
      reply: { status: 503, body: 'busy' },
      expected: { reason: 'Prometheus answered 503', late: true },
    },
    {
      name: 'something else',
      reply: { body: '<html>' },
      expected: { reason: 'Prometheus sent an answer that is no range of samples' },
    },
  ])('$name', async ({ reply, expected }) => {
    const { url } = await serve(() => reply);
    expect(await usageOf({ url }).read(subject, soon())).toEqual({ kind: 'unavailable', ...expected });
  });

  it('without its long memory when that takes too long', async () => {
    const { url } = await serve(({ query }) => (query.startsWith('max(') ? { status: 503, body: '' } : matrix(CADVISOR)));
    expect(await usageOf({ url }).read(subject, soon())).toMatchObject({ kind: 'known', value: { daysKnown: 0 } });
  });

  it('too late, and is told so', async () => {
    const { url } = await serve(() => matrix(CADVISOR));
    const usage = await usageOf({ url }, 1).read(subject, soon());
    expect(usage).toMatchObject({
      kind: 'unavailable',
      late: true,
      reason: textWith(/^Prometheus took longer than /),
    });
  });

  it('at most 20 requests at once', async () => {
    const { url, most } = await serve(() => matrix(CADVISOR));
    const usage = usageOf({ url });
    const pieces = await Promise.all(Array.from({ length: 50 }, () => usage.read(subject, soon())));
    expect(pieces.every(({ kind }) => kind === 'known')).toBe(true);
    expect(most()).toBeLessThanOrEqual(20);
  });
});

function parsed(text: string): object {
  const content: unknown = JSON.parse(text);
  return typeof content === 'object' && content !== null ? content : {};
}

/** A key and its own certificate for localhost, gone when they are read. */
function certificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject_ = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject_],
    { stdio: 'ignore' },
  );
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}
