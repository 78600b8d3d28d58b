// The Slack app's manifest asks for exactly the scopes under which the local Slack lets the bot work, the workloads name exactly the
// roles, and each is given the settings its role needs.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { SHORTCUTS } from '../../../packages/slack-sim/src/people/shortcuts.ts';
import { SCOPES } from '../../../packages/slack-sim/src/web-api/method.ts';
import { SHORTCUT } from '../../../src/adapters/slack/ids.ts';
import type { LoadedConfig } from '../../../src/config/load.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Role } from '../../../src/config/roles.ts';
import { ROLES, talksToSlack } from '../../../src/config/roles.ts';
import { parseQuantity } from '../../../src/domain/base/memory.ts';

function read(path: string): unknown {
  return parse(readFileSync(new URL(`../../../deploy/${path}`, import.meta.url), 'utf8'));
}

const manifest = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string() })),
    shortcuts: z.array(z.object({ callback_id: z.string(), name: z.string(), type: z.string() })),
  }),
});
const keyOf = z.object({ name: z.string(), key: z.string() });
const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({ secretKeyRef: keyOf, fieldRef: z.object({}) })
    .partial()
    .optional(),
});
const source = z.object({ configMapRef: z.object({ name: z.string() }), secretRef: z.object({ name: z.string() }) }).partial();
const container = z.object({
  image: z.string(),
  args: z.array(z.string()),
  envFrom: z.array(source),
  env: z.array(variable),
});
const deployment = z.object({
  spec: z.object({
    template: z.object({ spec: z.object({ serviceAccountName: z.string(), containers: z.tuple([container]) }) }),
  }),
});
const kustomization = z.object({
  configMapGenerator: z.array(z.object({ name: z.string(), literals: z.array(z.string()).default([]) })),
});
const secret = z.object({ metadata: z.object({ name: z.string() }), stringData: z.record(z.string(), z.string()) });

function secrets() {
  const text = readFileSync(new URL('../../../deploy/kustomize/base/secret.yaml', import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document) => secret.parse(document.toJS()));
}

type RoleAlone = Exclude<Role, 'all'>;
const ALONE = ROLES.filter((role) => role !== 'all');

function podOf(role: RoleAlone) {
  return deployment.parse(read(`kustomize/${role === 'node-agent' ? role : 'base'}/${role}.yaml`)).spec.template.spec;
}

type Given = Readonly<Record<string, string>>;

/** What a process of that role is started with, when the installer has added these settings and secrets. */
function started(role: RoleAlone, added: { readonly settings?: Given; readonly secrets?: Given } = {}): LoadedConfig {
  const { configMapGenerator: maps } = kustomization.parse(read('kustomize/base/kustomization.yaml'));
  const [kept, ...own] = secrets();
  const sources = new Map<string, Given>(
    maps.map(({ name, literals }) => [`map ${name}`, Object.fromEntries(literals.map((line) => [nameOf(line), valueOf(line)]))]),
  );
  sources.set('map headroom-settings', { ...sources.get('map headroom-settings'), ...added.settings });
  const common = { ...kept?.stringData, ...added.secrets };
  sources.set(`secret ${kept?.metadata.name}`, common);
  for (const { metadata, stringData } of own) sources.set(`secret ${metadata.name}`, stringData);
  const [{ args, envFrom, env }] = podOf(role).containers;
  const whole = envFrom.flatMap(({ configMapRef, secretRef }) =>
    Object.entries(sources.get(configMapRef === undefined ? `secret ${secretRef?.name}` : `map ${configMapRef.name}`) ?? {}),
  );
  const single = env.map(({ name, value, valueFrom }) => {
    const { secretKeyRef, fieldRef } = valueFrom ?? {};
    return [
      name,
      secretKeyRef === undefined ? (value ?? (fieldRef === undefined ? undefined : 'headroom')) : common[secretKeyRef.key],
    ] as const;
  });
  return loadConfig({
    environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1', ...Object.fromEntries(whole), ...Object.fromEntries(single) },
    args,
    readFile: () => readFileSync(new URL('../../../deploy/kustomize/base/headroom.yaml', import.meta.url), 'utf8'),
    isTerminal: false,
    hostname: 'pod-1',
  });
}

function nameOf(literal: string): string {
  return literal.slice(0, literal.indexOf('='));
}

function valueOf(literal: string): string {
  return literal.slice(literal.indexOf('=') + 1);
}

describe('deploy/slack/manifest.yaml', () => {
  const { oauth_config: oauth, features } = manifest.parse(read('slack/manifest.yaml'));

  it('asks for the scopes the bot is tested under, no more', () => {
    expect(oauth.scopes.bot.toSorted()).toEqual([...SCOPES].toSorted());
  });

  it('registers /oom', () => {
    expect(features.slash_commands).toEqual([expect.objectContaining({ command: '/oom' })]);
  });

  it('registers the shortcut that is listened to, as the local Slack offers it', () => {
    expect(features.shortcuts).toEqual([expect.objectContaining({ callback_id: SHORTCUT.explain, type: 'message' })]);
    expect(SHORTCUTS).toEqual(features.shortcuts.map(({ callback_id, name }) => ({ callbackId: callback_id, name })));
  });
});

const resource = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const redisPod = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({ args: z.array(z.string()), resources: z.object({ limits: z.object({ memory: z.string() }) }) }),
        ]),
      }),
    }),
  }),
});
const labelled = z.object({
  spec: z.object({ template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }) }) }),
});
const chosen = z.object({ spec: z.object({ selector: z.object({ matchLabels: z.record(z.string(), z.string()) }) }) });

function documents(path: string) {
  const text = readFileSync(new URL(`../../../deploy/kustomize/${path}`, import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document) => resource.parse(document.toJS()));
}

function labelsOf(role: RoleAlone): Readonly<Record<string, string>> {
  const pod = read(`kustomize/${role === 'node-agent' ? role : 'base'}/${role}.yaml`);
  return labelled.parse(pod).spec.template.metadata.labels;
}

describe('deploy/kustomize', () => {
  it('has Redis refuse writes well before the kernel would kill it', () => {
    const set = documents('base/redis.yaml').find(({ kind }) => kind === 'StatefulSet');
    const [{ args, resources }] = redisPod.parse(set).spec.template.spec.containers;
    const most = Number(/^([0-9]+)mb$/.exec(args[args.indexOf('--maxmemory') + 1] ?? '')?.[1]) * 1024 * 1024;
    const limit = parseQuantity(resources.limits.memory);
    expect(limit.kind === 'bytes' && most * 1.6 <= limit.bytes).toBe(true);
  });

  it('keeps one of each pair while nodes are drained', () => {
    const budgets = documents('base/disruption.yaml');
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(['headroom-watcher', 'headroom-worker', 'headroom-slack']);
    for (const [index, role] of (['watcher', 'worker', 'slack'] as const).entries())
      expect(labelsOf(role)).toMatchObject(chosen.parse(budgets[index]).spec.selector.matchLabels);
  });

  it.each(ALONE)('has the PodMonitor choose %s', (role) => {
    const [monitor] = documents('pod-monitor/pod-monitor.yaml');
    expect(labelsOf(role)).toMatchObject(chosen.parse(monitor).spec.selector.matchLabels);
  });

  it('gives the node agent its account and rights only where it comes along', () => {
    const agents = (path: string) => documents(path).filter(({ metadata }) => metadata.name === 'headroom-node-agent');
    expect([...agents('base/accounts.yaml'), ...agents('base/rbac.yaml')]).toEqual([]);
    expect(agents('node-agent/rbac.yaml').map(({ kind }) => kind)).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'ServiceAccount',
    ]);
  });

  it.each(ALONE)('runs %s under an account of its own', (role) => {
    const { serviceAccountName, containers } = podOf(role);
    expect(serviceAccountName).toBe(`headroom-${role}`);
    expect(containers[0].args).toEqual(['--role', role]);
  });

  it.each(ALONE)('starts %s with the settings it needs', (role) => {
    expect(started(role)).toMatchObject({ kind: 'config', config: { role, clusterName: 'my-cluster' } });
  });

  it.each(ALONE.filter((role) => role !== 'node-agent'))('lets %s read Prometheus, as whom the Secret says', (role) => {
    const loaded = started(role, {
      settings: { PROMETHEUS_URL: 'http://prometheus:9090' },
      secrets: { PROMETHEUS_USER: 'headroom', PROMETHEUS_PASSWORD: 'p' },
    });
    expect(loaded).toMatchObject({ config: { prometheus: { url: 'http://prometheus:9090' } } });
  });

  it.each(ALONE)('gives %s the setting that was added for all', (role) => {
    expect(started(role, { settings: { WATCH_NAMESPACES: 'payments' } })).toMatchObject({ config: { namespaces: ['payments'] } });
  });

  it.each(ALONE.filter((role) => !talksToSlack(role)))('gives %s no token', (role) => {
    expect(started(role)).toMatchObject({ config: { slack: { kind: 'local' } } });
  });

  it.each([
    { role: 'slack', keys: ['APPROVAL_PRIVATE_KEY', 'AUDIT_KEY'] },
    { role: 'worker', keys: ['APPROVAL_PUBLIC_KEYS', 'AUDIT_KEY'] },
    { role: 'watcher', keys: [] },
    { role: 'node-agent', keys: [] },
  ] as const)('gives $role the keys of its own, and no others', ({ role, keys }) => {
    const named = podOf(role).containers[0].envFrom.map(({ secretRef }) => secretRef?.name);
    const given = secrets().filter(({ metadata }) => named.includes(metadata.name));
    const names = given.flatMap(({ stringData }) => Object.keys(stringData)).filter((name) => name.includes('_KEY'));
    expect(names.toSorted()).toEqual([...keys].toSorted());
  });

  it('names the image once, in base', () => {
    const used = ALONE.map((role) => podOf(role).containers[0].image);
    expect(new Set(used)).toEqual(new Set(['headroom']));
    expect(read('kustomize/node-agent/kustomization.yaml')).not.toHaveProperty('images');
    expect(read('kustomize/node-agent/kustomization.yaml')).toHaveProperty('replacements');
  });
});
