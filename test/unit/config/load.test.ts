// The configuration: defaults, one setting at a time, and every mistake named at once.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { GENERATED } from '../../../src/config/documents.ts';
import { SETTINGS } from '../../../src/config/env.ts';
import type { Config, ConfigSources } from '../../../src/config/load.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { RulesJsonSchema } from '../../../src/config/rules/rules.ts';
import { rulesJsonSchema } from '../../../src/config/rules/rules.ts';
import { KEY_SETTINGS } from '../../support/keys.ts';

function load(environment: ConfigSources['environment'], more: Partial<ConfigSources> = {}) {
  const readFile = (path: string): string => {
    if (path === '/k') return '';
    throw new Error(`no such file: ${path}`);
  };
  return loadConfig({ environment, args: [], readFile, isTerminal: false, hostname: 'test-1', ...more });
}

function configOf(environment: ConfigSources['environment'], more: Partial<ConfigSources> = {}): Config {
  const loaded = load(environment, more);
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

function problemsOf(environment: ConfigSources['environment'], more: Partial<ConfigSources> = {}): readonly string[] {
  const loaded = load(environment, more);
  return loaded.kind === 'problems' ? loaded.problems : [];
}

const WORKSPACE = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_CHANNEL: 'C0123456789' };

describe('configuration', () => {
  it('runs on three embedded defaults when nothing is set', () => {
    const config = configOf({});
    expect(config.redis.kind).toBe('embedded');
    expect(config.cluster.kind).toBe('demo');
    expect(config.slack.kind).toBe('local');
    expect(config.role).toBe('all');
  });

  it.each([
    { name: 'REDIS_URL replaces Redis only', environment: { REDIS_URL: 'redis://r:6379' }, kinds: ['url', 'demo', 'local'] },
    {
      name: 'KUBECONFIG replaces the cluster only',
      environment: { KUBECONFIG: '/k' },
      kinds: ['embedded', 'kubeconfig', 'local'],
    },
    {
      name: 'KUBE_CONTEXT alone replaces the cluster',
      environment: { KUBE_CONTEXT: 'c' },
      kinds: ['embedded', 'kubeconfig', 'local'],
    },
    {
      name: 'a pod’s own credentials replace the cluster',
      environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
      kinds: ['embedded', 'in-cluster', 'local'],
    },
    { name: 'tokens replace Slack only', environment: WORKSPACE, kinds: ['embedded', 'demo', 'workspace'] },
    {
      name: 'an empty value counts as not set',
      environment: { REDIS_URL: ' ', KUBECONFIG: '' },
      kinds: ['embedded', 'demo', 'local'],
    },
  ])('$name', ({ environment, kinds }) => {
    const { redis, cluster, slack } = configOf(environment);
    expect([redis.kind, cluster.kind, slack.kind]).toEqual(kinds);
  });

  it.each([
    { name: 'REDIS_URL', environment: { REDIS_URL: 'http://x' } },
    { name: 'CLUSTER_NAME', environment: { CLUSTER_NAME: 'Prod EU:1' } },
    { name: 'WATCH_NAMESPACES', environment: { WATCH_NAMESPACES: 'payments,Check Out' } },
    { name: 'WATCH_NAMESPACES', environment: { WATCH_NAMESPACES: 'payments,!payments' } },
    { name: 'SLACK_BOT_TOKEN', environment: { ...WORKSPACE, SLACK_BOT_TOKEN: 'token' } },
    { name: 'SLACK_APP_TOKEN', environment: { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_CHANNEL: 'C0123456789' } },
    { name: 'SLACK_BOT_TOKEN', environment: { SLACK_APP_TOKEN: 'xapp-1', SLACK_CHANNEL: 'C0123456789' } },
    { name: 'SLACK_CHANNEL', environment: { ...WORKSPACE, SLACK_CHANNEL: '#oom' } },
    { name: 'SLACK_CHANNEL', environment: { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' } },
    { name: 'APPROVAL_PRIVATE_KEY', environment: { APPROVAL_PRIVATE_KEY: 'secret' } },
    { name: 'APPROVAL_PRIVATE_KEY', environment: { APPROVAL_PRIVATE_KEY: KEY_SETTINGS.APPROVAL_PUBLIC_KEYS } },
    { name: 'APPROVAL_PUBLIC_KEYS', environment: { APPROVAL_PUBLIC_KEYS: `${KEY_SETTINGS.APPROVAL_PUBLIC_KEYS},more` } },
    { name: 'AUDIT_KEY', environment: { AUDIT_KEY: 'c2hvcnQ=' } },
    { name: 'SLACK_API_URL', environment: { SLACK_API_URL: 'slack' } },
    { name: 'SLACK_SIGNING_SECRET', environment: { ...WORKSPACE, SLACK_SIGNING_SECRET: '0'.repeat(32) } },
    { name: 'SLACK_SIGNING_SECRET', environment: { SLACK_SIGNING_SECRET: 'short' } },
    { name: 'SLACK_BOT_TOKEN', environment: { SLACK_SIGNING_SECRET: '0'.repeat(32), SLACK_CHANNEL: 'C0123456789' } },
    { name: 'PROMETHEUS_URL', environment: { PROMETHEUS_URL: 'prometheus:9090' } },
    { name: 'PROMETHEUS_PASSWORD', environment: { PROMETHEUS_USER: 'u' } },
    { name: 'PROMETHEUS_KEY_FILE', environment: { PROMETHEUS_CERT_FILE: '/c' } },
    { name: 'PROMETHEUS_CA_FILE', environment: { PROMETHEUS_CA_FILE: '/missing.pem' } },
    { name: 'PROMETHEUS_TENANT', environment: { PROMETHEUS_TENANT: 'a: b: c' } },
    { name: 'PROMETHEUS_MATCHERS', environment: { PROMETHEUS_MATCHERS: '{cluster="a"}' } },
    { name: 'PROMETHEUS_LABELS', environment: { PROMETHEUS_LABELS: 'mem{ns,pod}' } },
    { name: 'PROCESS_NAME', environment: { PROCESS_NAME: 'two words' } },
    { name: 'HTTP_PORT', environment: { HTTP_PORT: '70000' } },
    { name: 'LOCAL_SLACK_PORT', environment: { LOCAL_SLACK_PORT: 'x' } },
    { name: 'LOG_LEVEL', environment: { LOG_LEVEL: 'loud' } },
    { name: 'HEADROOM_CONFIG', environment: { HEADROOM_CONFIG: '/missing.yaml' } },
  ])('names $name when it is wrong', ({ name, environment }) => {
    expect(problemsOf(environment).map((problem) => problem.split(/[: ]/)[0])).toContain(name);
  });

  it('calls the process by its host unless it is given a name', () => {
    expect(configOf({}).identity).toBe('test-1');
    expect(configOf({ PROCESS_NAME: 'headroom-0' }).identity).toBe('headroom-0');
  });

  it('takes namespaces of which some are left out again', () => {
    expect(configOf({ WATCH_NAMESPACES: 'payments,shop,!shop' })).toMatchObject({
      namespaces: ['payments', 'shop'],
      excludedNamespaces: ['shop'],
    });
  });

  it('reports every problem at once', () => {
    const environment = {
      REDIS_URL: 'x',
      HTTP_PORT: 'x',
      LOG_LEVEL: 'x',
      SLACK_BOT_TOKEN: 'xoxb-1',
      HEADROOM_CONFIG: '/missing',
    };
    const problems = problemsOf(environment, { args: ['--role', 'cook'] });
    const named = problems.map((problem) => problem.split(/[: ]/)[0]);
    expect(named).toEqual(
      expect.arrayContaining([
        '--role',
        'REDIS_URL',
        'HTTP_PORT',
        'LOG_LEVEL',
        'SLACK_APP_TOKEN',
        'SLACK_CHANNEL',
        'HEADROOM_CONFIG',
      ]),
    );
  });

  it('names the file of rules once for all that is wrong in it', () => {
    const readFile = (): string => 'policy: {maxLimit: 8, maxLimitt: 8Gi}';
    const [heading = '', ...places] = problemsOf({ HEADROOM_CONFIG: '/a/long/path.yaml' }, { readFile });
    expect(heading).toBe('HEADROOM_CONFIG /a/long/path.yaml, in 2 places:');
    expect(places).toEqual([expect.stringMatching(/^ {2}policy\.maxLimit /), expect.stringMatching(/^ {2}policy\.maxLimitt /)]);
    const one = problemsOf({ HEADROOM_CONFIG: '/h.yaml' }, { readFile: () => 'policy: {maxLimit: 8}' });
    expect(one).toEqual([expect.stringMatching(/^HEADROOM_CONFIG \/h\.yaml, policy\.maxLimit /)]);
  });

  it.each([
    { name: 'two words', args: ['--role', 'worker'] },
    { name: 'with an equals sign', args: ['--role=worker'] },
  ])('takes the role as $name', ({ args }) => {
    const environment = { ...WORKSPACE, REDIS_URL: 'redis://r', KUBECONFIG: '/k' };
    expect(configOf(environment, { args }).role).toBe('worker');
  });

  it.each([
    { name: 'an unknown option', args: ['--verbose'] },
    { name: 'an option beside the role', args: ['--role', 'all', '--verbose'] },
    { name: 'a role without a name', args: ['--role'] },
  ])('refuses $name', ({ args }) => {
    expect(problemsOf({}, { args })).toHaveLength(1);
  });

  it('lets no role but all run on stand-ins', () => {
    const named = problemsOf({}, { args: ['--role', 'worker'] }).map((problem) => problem.split(':')[0]);
    expect(named).toEqual(['REDIS_URL', 'KUBECONFIG', 'SLACK_BOT_TOKEN']);
  });

  it('takes what a Prometheus asks for', () => {
    const { prometheus } = configOf(
      {
        PROMETHEUS_URL: 'https://p',
        PROMETHEUS_USER: 'u',
        PROMETHEUS_PASSWORD: 'p',
        PROMETHEUS_CA_FILE: '/ca',
        PROMETHEUS_CERT_FILE: '/cert',
        PROMETHEUS_KEY_FILE: '/key',
        PROMETHEUS_TENANT: 'team-a',
        PROMETHEUS_MATCHERS: 'cluster="a", env=~"prod|stage"',
        PROMETHEUS_LABELS: 'mem{ns,pod,c}',
      },
      { readFile: (path) => `content of ${path}` },
    );
    expect(prometheus).toMatchObject({
      basic: { user: 'u' },
      tls: { ca: 'content of /ca', cert: 'content of /cert' },
      tenant: { header: 'X-Scope-OrgID', value: 'team-a' },
      matchers: 'cluster="a", env=~"prod|stage"',
      labels: 'mem{ns,pod,c}',
    });
    expect(prometheus?.tls?.key?.reveal()).toBe('content of /key');
    const other = configOf({ PROMETHEUS_URL: 'https://p', PROMETHEUS_TENANT: 'THANOS-TENANT: b', PROMETHEUS_LABELS: 'auto' });
    expect(other.prometheus).toMatchObject({
      tenant: { header: 'THANOS-TENANT', value: 'b' },
      labels: undefined,
      tls: undefined,
    });
  });

  it('never prints a secret', () => {
    const config = configOf({
      ...WORKSPACE,
      REDIS_URL: 'redis://:hunter2@r:6379',
      PROMETHEUS_URL: 'http://p',
      PROMETHEUS_TOKEN: 'hunter3',
      PROMETHEUS_USER: 'u',
      PROMETHEUS_PASSWORD: 'hunter4',
    });
    expect(JSON.stringify(config)).not.toMatch(/hunter|xoxb-1|xapp-1/);
  });
});

describe('names that no setting has', () => {
  const warningsOf = (more: Pick<ConfigSources, 'environment' | 'dotenv'>): string => load({}, more).warnings.join('\n');

  it.each([
    { name: 'one letter too many', environment: { PROMETHEUS_URLL: 'x' }, meant: 'PROMETHEUS_URL?' },
    { name: 'a word left out', environment: { SLACK_TOKEN: 'xoxb-1' }, meant: 'SLACK_APP_TOKEN or SLACK_BOT_TOKEN?' },
    { name: 'another word', environment: { HEADROOM_POLICY: '/h.yaml' }, meant: 'HEADROOM_CONFIG?' },
    { name: 'an underscore left out', environment: { LOGLEVEL: 'debug' }, meant: 'LOG_LEVEL?' },
    { name: 'a name in .env', environment: {}, dotenv: { SLACK_BOTTOKEN: 'xoxb-1' }, meant: 'SLACK_BOT_TOKEN?' },
    { name: 'any name in .env', environment: {}, dotenv: { COLOUR: 'blue' }, meant: 'COLOUR in .env is not a setting' },
  ])('are told: $name', ({ environment, dotenv = {}, meant }) => {
    expect(warningsOf({ environment, dotenv })).toContain(meant);
    expect(warningsOf({ environment, dotenv })).not.toContain('xoxb-1');
  });

  it.each([
    { name: 'other programs have', environment: { PATH: '/bin', HTTP_PROXY: 'p', GITHUB_ACTIONS: 'true', NODE_ENV: 'test' } },
    {
      name: 'Kubernetes gives each pod for a Service',
      environment: {
        PROMETHEUS_SERVICE_HOST: '10.0.0.2',
        PROMETHEUS_SERVICE_PORT_HTTP: '9090',
        PROMETHEUS_PORT: 'tcp://10.0.0.2:9090',
        PROMETHEUS_PORT_9090_TCP_ADDR: '10.0.0.2',
      },
    },
  ])('are left alone where $name', ({ environment }) => {
    expect(warningsOf({ environment })).toBe('');
  });

  it('are told beside problems too, and every right name is known', () => {
    expect(load({ LOG_LEVEL: 'loud', SLACK_TOKEN: 'x' })).toMatchObject({ kind: 'problems', warnings: [expect.anything()] });
    expect(warningsOf({ environment: {}, dotenv: Object.fromEntries(SETTINGS.map(({ name }) => [name, ''])) })).toBe('');
  });

  it('do not keep .env from being read, and the environment wins', () => {
    const config = configOf({ HTTP_PORT: '81' }, { dotenv: { HTTP_PORT: '82', LOCAL_SLACK_PORT: '83' } });
    expect(config).toMatchObject({ httpPort: 81, slack: { port: 83 } });
  });
});

describe('files made from the tables', () => {
  it.each(GENERATED)('$path is what npm run generate writes', ({ path, render }) => {
    const present = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
    expect(render(present)).toBe(present);
  });

  it('every setting has a meaning, a unit, a default and an example', () => {
    for (const setting of SETTINGS) {
      expect(
        Object.values(setting).every((text) => text.length > 0),
        setting.name,
      ).toBe(true);
    }
  });

  it('every key of headroom.yaml says what it means', () => {
    expect(silentKeys(rulesJsonSchema(), '')).toEqual([]);
  });

  it('holds examples that are themselves right', () => {
    const examples = Object.fromEntries(SETTINGS.map(({ name, example }) => [name, example]));
    // Either a token or an App; over HTTP or over Socket Mode.
    const oneWay = { ...examples, SLACK_SIGNING_SECRET: undefined };
    expect(problemsOf({ ...oneWay, GITHUB_TOKEN: undefined }, { readFile: () => '' })).toEqual([]);
  });
});

describe('the JSON Schema of headroom.yaml', () => {
  const schema = z.fromJSONSchema({ ...rulesJsonSchema(), $schema: 'http://json-schema.org/draft-07/schema#' });

  it.each([
    { name: 'nothing', text: '{}', ok: true },
    {
      name: 'a route and an approver',
      text: 'routes: [{ channel: C0123 }]\npolicy: { approvers: [{ users: [U0123] }] }',
      ok: true,
    },
    { name: 'a mistyped key', text: 'polcy: {}', ok: false },
    { name: 'a number where a length of time belongs', text: 'reportWithin: 3', ok: false },
    { name: 'a workload kind that there is none of', text: 'policy: { kinds: [Deploymant] }', ok: false },
  ])('$name', ({ text, ok }) => {
    expect(schema.safeParse(parse(text)).success).toBe(ok);
  });

  it('takes the file that comes with the manifests', () => {
    const text = readFileSync(new URL('../../../deploy/kustomize/base/headroom.yaml', import.meta.url), 'utf8');
    expect(schema.safeParse(parse(text) ?? {}).success).toBe(true);
  });
});

/** Keys without a description. An override's keys have theirs under policy. */
function silentKeys({ properties = {} }: RulesJsonSchema, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    if (typeof schema === 'boolean') return [];
    const path = `${prefix}${key}`;
    const { items } = schema;
    const inside = typeof items === 'object' && !Array.isArray(items) ? silentKeys(items, `${path}[].`) : [];
    const silent = schema.description === undefined && !path.startsWith('policy.overrides[].') ? [path] : [];
    return [...silent, ...inside, ...silentKeys(schema, `${path}.`)];
  });
}
