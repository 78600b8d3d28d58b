// The settings of the environment, each said once: how it is parsed, what it means, its unit, default and example. The parts of Slack, Prometheus and
// GitHub lie beside what is made of them. `npm run generate` writes .env.example and the table of docs/configuration.md from here.

import { z } from 'zod';
import { githubSettings } from './github.ts';
import { keySettings } from './keys.ts';
import { prometheusSettings } from './prometheus.ts';
import { setting, settingsOf } from './setting.ts';
import { slackSettings } from './slack.ts';
import { port, url } from './values.ts';

const namespace = z
  .string()
  .regex(
    /^!?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'comma-separated namespace names, for example payments,checkout, or with ! those to leave out, for example !kube-system',
  );

const connectionSettings = {
  REDIS_URL: setting(url(/^rediss?$/, 'a redis:// or rediss:// URL, for example redis://redis.headroom.svc:6379/0').optional(), {
    meaning: 'The Redis that keeps kills, incidents, proposals and jobs. It must persist (AOF) and never evict (noeviction).',
    unit: 'redis:// or rediss:// URL',
    fallback: 'a redis-server of its own on loopback with AOF, data under HEADROOM_DATA_DIR',
    example: 'redis://:password@redis.headroom.svc:6379/0',
  }),
  KUBECONFIG: setting(z.string().optional(), {
    meaning: 'The cluster to watch. Inside a cluster the pod’s own credentials are used without any setting.',
    unit: 'path of a kubeconfig file',
    fallback: 'the demo cluster, or in-cluster credentials where there are any',
    example: '/home/me/.kube/config',
  }),
  KUBE_CONTEXT: setting(z.string().optional(), {
    meaning: 'Which context of the kubeconfig to use. Set alone, it reads ~/.kube/config.',
    unit: 'name of a context',
    fallback: 'the kubeconfig’s current context',
    example: 'prod-eu-1',
  }),
  CLUSTER_NAME: setting(
    z
      .string()
      .regex(
        /^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$/,
        'lower-case letters, digits, dots and dashes, at most 63, for example prod-eu-1',
      )
      .optional(),
    {
      meaning: 'What messages call the cluster. Part of every kill’s identity: do not change it later.',
      unit: 'lower-case letters, digits, dots and dashes, at most 63',
      fallback: 'the context’s name, or "demo" or "in-cluster"',
      example: 'prod-eu-1',
    },
  ),
  WATCH_NAMESPACES: setting(
    z
      .string()
      .transform((text) =>
        text
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      )
      .pipe(z.array(namespace).refine(watchesAny, 'leaves out every namespace that it names, so that none would be watched'))
      .default([]),
    {
      meaning:
        'Watch these namespaces only, each with a Role of its own instead of a ClusterRole; with a ! before a name, all but that one.',
      unit: 'comma-separated names',
      fallback: 'all namespaces',
      example: 'payments,checkout',
    },
  ),
} as const;

const processSettings = {
  HEADROOM_CONFIG: setting(z.string().optional(), {
    meaning: 'Routes and policy: which channel, who may approve, how far a limit may be raised.',
    unit: 'path of a YAML file, see docs/configuration.md',
    fallback:
      'no routes and nobody may approve (the local Slack lets its @sre-leads approve; outside the demo cluster only dry runs)',
    example: '/etc/headroom/headroom.yaml',
  }),
  NODE_NAME: setting(z.string().optional(), {
    meaning: 'The node that --role node-agent runs on; the DaemonSet takes it from spec.nodeName.',
    unit: 'name of a node',
    fallback: 'none; required with --role node-agent',
    example: 'worker-1',
  }),
  PROCESS_NAME: setting(
    z
      .string()
      .regex(/^[-.\w]{1,63}$/, 'letters, digits, dots, dashes and underscores, at most 63, for example headroom-0')
      .optional(),
    {
      meaning: 'What the Home tab and the Lease call this process.',
      unit: 'letters, digits, dots, dashes and underscores, at most 63',
      fallback: 'the host’s name and the process id',
      example: 'headroom-0',
    },
  ),
  LEASE_NAMESPACE: setting(
    z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'the name of one namespace, for example headroom')
      .optional(),
    {
      meaning: 'Where the watchers of a cluster agree on a leader, by the Lease headroom-watcher; the others stand by.',
      unit: 'name of a namespace of the watched cluster',
      fallback: 'none: this process watches without asking anybody, and a second one would do the same work',
      example: 'headroom',
    },
  ),
  HTTP_PORT: setting(port.default(8080), {
    meaning: 'Port for /livez, /readyz and Prometheus’ /metrics, on all interfaces in a cluster and on loopback otherwise.',
    unit: 'TCP port, 1 to 65535, or 0 for any free one',
    fallback: '8080',
    example: '8080',
  }),
  HEADROOM_DATA_DIR: setting(z.string().default('.headroom'), {
    meaning: 'Where the embedded Redis and the local Slack keep their data between starts.',
    unit: 'path of a folder',
    fallback: '.headroom',
    example: '.headroom',
  }),
  LOG_LEVEL: setting(z.enum(['debug', 'info', 'warn', 'error'], { error: 'one of debug, info, warn, error' }).optional(), {
    meaning: 'How much is logged.',
    unit: 'one of debug, info, warn, error',
    fallback: 'info (warn on a terminal with every default embedded)',
    example: 'info',
  }),
} as const;

/** Values of the known settings, all optional or with a default. */
export const environment = z.object({
  ...connectionSettings,
  ...slackSettings,
  ...keySettings,
  ...prometheusSettings,
  ...githubSettings,
  ...processSettings,
});

export type Environment = z.infer<typeof environment>;

/** In the order in which one sets them up. */
export const SETTINGS = settingsOf(environment.shape);

/** Where every name has a !, all the other namespaces are. */
function watchesAny(names: readonly string[]): boolean {
  const named = names.filter((name) => !name.startsWith('!'));
  return named.length === 0 || named.some((name) => !names.includes(`!${name}`));
}
