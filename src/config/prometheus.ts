// The settings of Prometheus: where it is, how it lets the bot in, and how it names what it knows. Files are read here, so that a wrong path is told at the
// start.

import { z } from 'zod';
import { Secret } from './secret.ts';
import { setting } from './setting.ts';

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
  PROMETHEUS_URL: setting(
    z
      .url({ protocol: /^https?$/, error: 'an http:// or https:// URL, for example http://prometheus.monitoring.svc:9090' })
      .optional(),
    {
      meaning: 'Where to read memory usage over time: Prometheus, Thanos, Mimir or VictoriaMetrics.',
      unit: 'http:// or https:// URL',
      fallback: 'none: usage is one instant from metrics.k8s.io (the demo cluster brings its own)',
      example: 'http://prometheus.monitoring.svc:9090',
    },
  ),
  PROMETHEUS_TOKEN: setting(z.string().optional(), {
    meaning: 'Bearer token for PROMETHEUS_URL; goes before a user name.',
    unit: 'token',
    fallback: 'none',
    example: 'your-token',
  }),
  PROMETHEUS_USER: setting(z.string().optional(), {
    meaning: 'User name for PROMETHEUS_URL, by basic authentication. Needs PROMETHEUS_PASSWORD too.',
    unit: 'text',
    fallback: 'none',
    example: 'headroom',
  }),
  PROMETHEUS_PASSWORD: setting(z.string().optional(), {
    meaning: 'Password for PROMETHEUS_URL. Needs PROMETHEUS_USER too.',
    unit: 'text',
    fallback: 'none',
    example: 'your-password',
  }),
  PROMETHEUS_CA_FILE: setting(z.string().optional(), {
    meaning: 'Certificates to trust for PROMETHEUS_URL instead of the system’s.',
    unit: 'path of a PEM file',
    fallback: 'the system’s authorities',
    example: '/etc/prometheus/ca.crt',
  }),
  PROMETHEUS_CERT_FILE: setting(z.string().optional(), {
    meaning: 'Client certificate to show to PROMETHEUS_URL. Needs PROMETHEUS_KEY_FILE too.',
    unit: 'path of a PEM file',
    fallback: 'none',
    example: '/etc/prometheus/tls.crt',
  }),
  PROMETHEUS_KEY_FILE: setting(z.string().optional(), {
    meaning: 'Key of the client certificate. Needs PROMETHEUS_CERT_FILE too.',
    unit: 'path of a PEM file',
    fallback: 'none',
    example: '/etc/prometheus/tls.key',
  }),
  PROMETHEUS_TENANT: setting(
    z.string().regex(TENANT, 'a tenant, or a header and a tenant, for example THANOS-TENANT: team-a').optional(),
    {
      meaning:
        'Whose data to ask for where several share one server (Mimir, Cortex), sent as X-Scope-OrgID; other servers name the header before a colon.',
      unit: 'tenant, or header: tenant',
      fallback: 'none',
      example: 'team-a',
    },
  ),
  PROMETHEUS_MATCHERS: setting(
    z.string().regex(MATCHERS, 'PromQL matchers without braces, for example cluster="prod-eu-1"').optional(),
    {
      meaning: 'Narrows every query, where one server holds several clusters.',
      unit: 'PromQL matchers without braces',
      fallback: 'none',
      example: 'cluster="prod-eu-1"',
    },
  ),
  PROMETHEUS_LABELS: setting(
    z
      .string()
      .regex(LABELS, 'auto, cadvisor, exported, pod_name, gke, or metric{namespace label,pod label,container label}')
      .optional(),
    {
      meaning:
        'How the memory series are named: as the kubelet has them, without honor_labels, before Kubernetes 1.16, GKE’s system metrics, or a metric with its labels of namespace, pod and container.',
      unit: 'auto, cadvisor, exported, pod_name, gke or metric{label,label,label}',
      fallback: 'auto: the first that knows the container',
      example: 'cadvisor',
    },
  ),
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
