// The settings of Prometheus: where it is, how it lets the bot in, and how it names what it knows. Files are read here, so that a wrong path is told at the
// start.

import { z } from 'zod';
import { Secret } from './secret.ts';

export type PrometheusConfig = {
  readonly url: string;
  readonly token: Secret | undefined;
  readonly basic: { readonly user: string; readonly password: Secret } | undefined;
  readonly tls:
    | { readonly ca: string | undefined; readonly cert: string | undefined; readonly key: Secret | undefined }
    | undefined;
  readonly tenant: { readonly header: string; readonly value: string } | undefined;
  /** More PromQL matchers for every query. */
  readonly matchers: string | undefined;
  /** The name of a label scheme, or one written out; undefined: found out. */
  readonly labels: string | undefined;
};

const MATCHER = String.raw`[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*"`;
const MATCHERS = new RegExp(String.raw`^${MATCHER}(?:\s*,\s*${MATCHER})*$`);
const LABELS = /^(auto|cadvisor|exported|pod_name|gke|[a-zA-Z_:][\w:]*\{[a-zA-Z_]\w*,\s*[a-zA-Z_]\w*,\s*[a-zA-Z_]\w*\})$/;
const TENANT = /^([A-Za-z0-9-]+:\s*)?[^\s:][^\r\n:]*$/;

export const prometheusSettings = {
  PROMETHEUS_URL: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// URL, for example http://prometheus.monitoring.svc:9090' })
    .optional(),
  PROMETHEUS_TOKEN: z.string().optional(),
  PROMETHEUS_USER: z.string().optional(),
  PROMETHEUS_PASSWORD: z.string().optional(),
  PROMETHEUS_CA_FILE: z.string().optional(),
  PROMETHEUS_CERT_FILE: z.string().optional(),
  PROMETHEUS_KEY_FILE: z.string().optional(),
  PROMETHEUS_TENANT: z.string().regex(TENANT, 'a tenant, or a header and a tenant, for example THANOS-TENANT: team-a').optional(),
  PROMETHEUS_MATCHERS: z.string().regex(MATCHERS, 'PromQL matchers without braces, for example cluster="prod-eu-1"').optional(),
  PROMETHEUS_LABELS: z
    .string()
    .regex(LABELS, 'auto, cadvisor, exported, pod_name, gke, or metric{namespace label,pod label,container label}')
    .optional(),
} as const;

type Values = z.infer<z.ZodObject<typeof prometheusSettings>>;

/** Settings that make no sense alone, and files that cannot be read. Values are as they were set. */
export function prometheusProblems(
  values: Readonly<Record<string, string>>,
  readFile: (path: string) => string,
): readonly string[] {
  const set = (name: keyof Values): boolean => values[name] !== undefined;
  const pairs = [
    ['PROMETHEUS_USER', 'PROMETHEUS_PASSWORD'],
    ['PROMETHEUS_CERT_FILE', 'PROMETHEUS_KEY_FILE'],
  ] as const;
  return [
    ...pairs.flatMap(([a, b]) => (set(a) === set(b) ? [] : [`${set(a) ? b : a}: needed beside ${set(a) ? a : b}`])),
    ...(['PROMETHEUS_CA_FILE', 'PROMETHEUS_CERT_FILE', 'PROMETHEUS_KEY_FILE'] as const).flatMap((name) => {
      const path = values[name];
      return path === undefined || readable(path, readFile)
        ? []
        : [`${name}: the file ${path} cannot be read; name a readable PEM file`];
    }),
  ];
}

export function readable(path: string, readFile: (path: string) => string): boolean {
  try {
    readFile(path);
    return true;
  } catch {
    return false;
  }
}

/** Undefined without a URL: the settings are about a Prometheus that is named. */
export function prometheusOf(values: Values, readFile: (path: string) => string): PrometheusConfig | undefined {
  const { PROMETHEUS_URL: url, PROMETHEUS_TOKEN: token, PROMETHEUS_USER: user, PROMETHEUS_PASSWORD: password } = values;
  if (url === undefined) return undefined;
  const text = (path: string | undefined): string | undefined => (path === undefined ? undefined : readFile(path));
  const ca = text(values.PROMETHEUS_CA_FILE);
  const cert = text(values.PROMETHEUS_CERT_FILE);
  const key = text(values.PROMETHEUS_KEY_FILE);
  return {
    url,
    token: token === undefined ? undefined : new Secret(token),
    basic: user === undefined || password === undefined ? undefined : { user, password: new Secret(password) },
    tls: ca === undefined && cert === undefined ? undefined : { ca, cert, key: key === undefined ? undefined : new Secret(key) },
    tenant: values.PROMETHEUS_TENANT === undefined ? undefined : tenantOf(values.PROMETHEUS_TENANT),
    matchers: values.PROMETHEUS_MATCHERS,
    labels: values.PROMETHEUS_LABELS === 'auto' ? undefined : values.PROMETHEUS_LABELS,
  };
}

/** Mimir's and Cortex' header, unless another one is named. */
function tenantOf(text: string): { readonly header: string; readonly value: string } {
  const [, header, value] = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(text) ?? [];
  return header === undefined || value === undefined ? { header: 'X-Scope-OrgID', value: text } : { header, value };
}
