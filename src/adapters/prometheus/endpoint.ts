// Where Prometheus is and how it lets the bot in: bearer token, basic auth, TLS, tenant header; what narrows every query; how it names its memory series.
// At most 20 requests are under way at once.

import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import type { LabelScheme } from './label-scheme.ts';
import type { LabelsInUse } from './labels-in-use.ts';
import { createLabelsInUse } from './labels-in-use.ts';

export type PrometheusAccess = {
  /** Of the server, with the path before /api/v1 if there is one. May hold user:password@ for a proxy that asks for it. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
  readonly basic?: { readonly user: string; readonly password: string } | undefined;
  readonly tenant?: { readonly header: string; readonly value: string } | undefined;
  /** PEM texts: whom to trust beside the system's authorities, and what to show. */
  readonly tls?:
    | { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined }
    | undefined;
  /** PromQL matchers that every query carries: cluster="prod-eu-1". */
  readonly matchers?: string | undefined;
  /** Undefined: found out. */
  readonly labels?: LabelScheme | undefined;
};

export type PrometheusEndpoint = Pick<PrometheusAccess, 'matchers'> & {
  readonly labels: LabelsInUse;
  /** Without credentials in it. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  /** For one query. */
  readonly timeoutMs: number;
  /** An answer larger than this is refused; 32 MiB unless said. */
  readonly mostBytes?: number | undefined;
  close(): Promise<void>;
};

const MOST_AT_ONCE = 20;

export function connectPrometheus(access: PrometheusAccess, timeoutMs: number): PrometheusEndpoint {
  const url = new URL(`${access.url.replace(/\/+$/, '')}/`);
  const headers = headersFor(access, url);
  // fetch refuses credentials in a URL.
  url.username = '';
  url.password = '';
  const { ca, cert, key } = access.tls ?? {};
  const connect = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  // Over HTTP/2 one connection would carry any number of requests.
  const dispatcher = new Agent({ connections: MOST_AT_ONCE, pipelining: 1, allowH2: false, connect });
  return {
    url,
    headers,
    dispatcher,
    timeoutMs,
    matchers: access.matchers,
    labels: createLabelsInUse(access.labels),
    close: () => dispatcher.destroy(),
  };
}

function headersFor({ token, basic, tenant }: PrometheusAccess, url: URL): Readonly<Record<string, string>> {
  const fromUrl =
    url.username === '' ? undefined : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  const pair = basic ?? fromUrl;
  const authorization =
    token === undefined
      ? pair === undefined
        ? undefined
        : `Basic ${Buffer.from(`${pair.user}:${pair.password}`).toString('base64')}`
      : `Bearer ${token}`;
  return {
    accept: 'application/json',
    ...(authorization === undefined ? {} : { authorization }),
    ...(tenant === undefined ? {} : { [tenant.header]: tenant.value }),
  };
}
