// The configuration of one process: read once from the environment and headroom.yaml, checked whole, frozen. The only reader of
// environment variables. Wrong settings are reported all at once, by name, with what to write instead.

import type { Environment } from './env.ts';
import { environment, SETTINGS } from './env.ts';
import type { GitHubConfig } from './github.ts';
import { githubOf, githubProblems } from './github.ts';
import type { KeysConfig } from './keys.ts';
import { keysOf } from './keys.ts';
import type { PrometheusConfig } from './prometheus.ts';
import { prometheusOf, prometheusProblems, readable } from './prometheus.ts';
import type { Role } from './roles.ts';
import { missingForRole, parseRole } from './roles.ts';
import type { Rules } from './rules/rules.ts';
import { parseRules } from './rules/rules.ts';
import { Secret } from './secret.ts';
import type { SlackConfig } from './slack.ts';
import { slackOf, slackPartners } from './slack.ts';
import { unknownNames } from './unknown-names.ts';

export type Config = {
  readonly role: Role;
  readonly redis: { readonly kind: 'embedded' } | { readonly kind: 'url'; readonly url: Secret };
  readonly cluster:
    | { readonly kind: 'demo' }
    | { readonly kind: 'in-cluster' }
    | { readonly kind: 'kubeconfig'; readonly path: string | undefined; readonly context: string | undefined };
  readonly clusterName: string | undefined;
  /** Empty: all namespaces but the excluded ones. */
  readonly namespaces: readonly string[];
  readonly excludedNamespaces: readonly string[];
  readonly slack: SlackConfig;
  readonly prometheus: PrometheusConfig | undefined;
  /** Undefined without HEADROOM_CONFIG: the defaults, fitted to what is embedded. */
  readonly rules: Rules | undefined;
  /** Where they come from; read again while the process runs. */
  readonly rulesPath: string | undefined;
  readonly keys: KeysConfig;
  /** Undefined: no pull requests can be made. */
  readonly github: GitHubConfig | undefined;
  readonly httpPort: number;
  readonly httpHost: string;
  readonly dataDir: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** What people call this process by. */
  readonly identity: string;
  /** Where the node agent runs. */
  readonly nodeName: string | undefined;
  /** Where the watchers of a cluster agree on a leader; undefined: this one watches alone. */
  readonly leaseNamespace: string | undefined;
};

export type ConfigSources = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the .env file says; the environment wins. */
  readonly dotenv?: Readonly<Record<string, string | undefined>>;
  readonly args: readonly string[];
  /** Reads a text file; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
  readonly isTerminal: boolean;
  readonly hostname: string;
};

/** `warnings`: sentences about what is probably a mistake and stops nothing. */
export type LoadedConfig = CheckedConfig & { readonly warnings: readonly string[] };

type CheckedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Reads and checks everything. Never throws for wrong settings: it lists them. */
export function loadConfig(given: ConfigSources): LoadedConfig {
  const { dotenv = {}, environment: shell } = given;
  return {
    warnings: unknownNames({ dotenv, environment: shell }),
    ...checked({ ...given, environment: { ...dotenv, ...shell } }),
  };
}

function checked(sources: ConfigSources): CheckedConfig {
  const role = parseRole(sources.args);
  const values = present(sources.environment);
  const parsed = environment.safeParse(values);
  const rules = loadRules(sources);
  const problems = [
    ...(role.kind === 'problem' ? [role.problem] : []),
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.map(String)[0] ?? 'environment'}: ${issue.message}`)),
    ...slackPartners(values),
    ...kubeconfigProblems(values, sources.readFile),
    ...githubProblems(values),
    ...prometheusProblems(values, sources.readFile),
    ...(role.kind === 'role' ? missingForRole(role.role, values, sources.environment) : []),
    ...rules.problems,
  ];
  if (problems.length > 0 || !parsed.success || role.kind === 'problem') return { kind: 'problems', problems };
  return { kind: 'config', config: Object.freeze(assemble(parsed.data, { role: role.role, rules: rules.rules, sources })) };
}

/** Only the known settings, and an empty value counts as not set: `REDIS_URL= npm start` means the default. */
function present(environmentValues: ConfigSources['environment']): Record<string, string> {
  const entries = SETTINGS.flatMap(({ name }) => {
    const value = environmentValues[name]?.trim();
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

type Context = { readonly role: Role; readonly rules: Rules | undefined; readonly sources: ConfigSources };

function assemble(values: Environment, { role, rules, sources }: Context): Config {
  const cluster = clusterOf(values, sources.environment);
  const slack = slackOf(values);
  const embedded = cluster.kind === 'demo' && slack.kind === 'local' && values.REDIS_URL === undefined;
  return {
    role,
    redis: values.REDIS_URL === undefined ? { kind: 'embedded' } : { kind: 'url', url: new Secret(values.REDIS_URL) },
    cluster,
    clusterName: values.CLUSTER_NAME,
    namespaces: values.WATCH_NAMESPACES.filter((name) => !name.startsWith('!')),
    excludedNamespaces: values.WATCH_NAMESPACES.filter((name) => name.startsWith('!')).map((name) => name.slice(1)),
    slack,
    prometheus: prometheusOf(values, sources.readFile),
    rules,
    rulesPath: values.HEADROOM_CONFIG,
    keys: keysOf(values),
    github: githubOf(values),
    httpPort: values.HTTP_PORT,
    httpHost: cluster.kind === 'in-cluster' ? '0.0.0.0' : '127.0.0.1',
    dataDir: values.HEADROOM_DATA_DIR,
    logLevel: values.LOG_LEVEL ?? (embedded && sources.isTerminal ? 'warn' : 'info'),
    identity: values.PROCESS_NAME ?? sources.hostname,
    nodeName: values.NODE_NAME,
    leaseNamespace: values.LEASE_NAMESPACE,
  };
}

function clusterOf(values: Environment, environmentValues: ConfigSources['environment']): Config['cluster'] {
  if (values.KUBECONFIG !== undefined || values.KUBE_CONTEXT !== undefined) {
    return { kind: 'kubeconfig', path: values.KUBECONFIG, context: values.KUBE_CONTEXT };
  }
  return environmentValues['KUBERNETES_SERVICE_HOST'] === undefined ? { kind: 'demo' } : { kind: 'in-cluster' };
}

function kubeconfigProblems(values: ReturnType<typeof present>, readFile: ConfigSources['readFile']): readonly string[] {
  const path = values['KUBECONFIG'];
  if (path === undefined || readable(path, readFile)) return [];
  return [`KUBECONFIG: the file ${path} cannot be read; name one kubeconfig file, or unset it for the demo cluster`];
}

function loadRules(sources: ConfigSources): { readonly rules: Rules | undefined; readonly problems: readonly string[] } {
  const path = sources.environment['HEADROOM_CONFIG']?.trim();
  if (path === undefined || path === '') return { rules: undefined, problems: [] };
  let text: string;
  try {
    text = sources.readFile(path);
  } catch {
    return { rules: undefined, problems: [`HEADROOM_CONFIG: the file ${path} cannot be read; name a readable YAML file`] };
  }
  const parsed = parseRules(text);
  if (parsed.kind === 'rules') return { rules: parsed.rules, problems: [] };
  const [only, ...others] = parsed.problems;
  if (others.length === 0) return { rules: undefined, problems: [`HEADROOM_CONFIG ${path}, ${only}`] };
  const heading = `HEADROOM_CONFIG ${path}, in ${parsed.problems.length} places:`;
  return { rules: undefined, problems: [heading, ...parsed.problems.map((problem) => `  ${problem}`)] };
}
