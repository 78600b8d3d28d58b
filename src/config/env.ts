// The settings of the environment as data: what each means, its unit, default and example. .env.example and
// docs/configuration.md are held equal to this list by a test; src/config/load.ts parses the values.

import { PROMETHEUS_SETTINGS } from './env-prometheus.ts';

export type Setting = {
  readonly name: string;
  readonly meaning: string;
  /** What kind of value, with its unit. */
  readonly unit: string;
  /** What applies when it is not set, in words. */
  readonly fallback: string;
  readonly example: string;
};

export const SETTINGS = [
  {
    name: 'REDIS_URL',
    meaning: 'The Redis that keeps kills, incidents, proposals and jobs. It must persist (AOF) and never evict (noeviction).',
    unit: 'redis:// or rediss:// URL',
    fallback: 'a redis-server of its own on loopback with AOF, data under HEADROOM_DATA_DIR',
    example: 'redis://:password@redis.headroom.svc:6379/0',
  },
  {
    name: 'KUBECONFIG',
    meaning: 'The cluster to watch. Inside a cluster the pod’s own credentials are used without any setting.',
    unit: 'path of a kubeconfig file',
    fallback: 'the demo cluster, or in-cluster credentials where there are any',
    example: '/home/me/.kube/config',
  },
  {
    name: 'KUBE_CONTEXT',
    meaning: 'Which context of the kubeconfig to use. Set alone, it reads ~/.kube/config.',
    unit: 'name of a context',
    fallback: 'the kubeconfig’s current context',
    example: 'prod-eu-1',
  },
  {
    name: 'CLUSTER_NAME',
    meaning: 'What messages call the cluster. Part of every kill’s identity: do not change it later.',
    unit: 'lower-case letters, digits, dots and dashes, at most 63',
    fallback: 'the context’s name, or "demo" or "in-cluster"',
    example: 'prod-eu-1',
  },
  {
    name: 'WATCH_NAMESPACES',
    meaning:
      'Watch these namespaces only, each with a Role of its own instead of a ClusterRole; with a ! before a name, all but that one.',
    unit: 'comma-separated names',
    fallback: 'all namespaces',
    example: 'payments,checkout',
  },
  {
    name: 'SLACK_BOT_TOKEN',
    meaning: 'The Slack app’s bot token. Needs SLACK_APP_TOKEN too.',
    unit: 'xoxb-… token',
    fallback: 'the local Slack page',
    example: 'xoxb-your-bot-token',
  },
  {
    name: 'SLACK_APP_TOKEN',
    meaning: 'The Slack app’s app-level token for Socket Mode, scope connections:write. Needs SLACK_BOT_TOKEN too.',
    unit: 'xapp-… token',
    fallback: 'the local Slack page',
    example: 'xapp-your-app-token',
  },
  {
    name: 'SLACK_SIGNING_SECRET',
    meaning: 'Instead of SLACK_APP_TOKEN: Slack reaches the bot over HTTP, and each request is checked by this secret.',
    unit: '32 hex digits',
    fallback: 'none: Socket Mode, which needs no address that Slack can reach',
    example: '0123456789abcdef0123456789abcdef',
  },
  {
    name: 'SLACK_HTTP_PORT',
    meaning: 'With SLACK_SIGNING_SECRET: the port for Slack’s requests, on the path /slack/events.',
    unit: 'TCP port, 1 to 65535, or 0 for any free one',
    fallback: '3001',
    example: '3001',
  },
  {
    name: 'SLACK_API_URL',
    meaning: 'Where Slack’s Web API is, for a proxy or a test double.',
    unit: 'http:// or https:// URL ending in /',
    fallback: 'https://slack.com/api/',
    example: 'https://slack.com/api/',
  },
  {
    name: 'SLACK_CHANNEL',
    meaning: 'Where incidents go that no route of HEADROOM_CONFIG sends elsewhere. Invite the bot to it.',
    unit: 'channel id',
    fallback: 'the local Slack’s #oom-alerts; required with a real Slack',
    example: 'C0123456789',
  },
  {
    name: 'SLACK_FALLBACK_CHANNEL',
    meaning: 'Where an incident goes whose own channel is archived, gone, read-only, or without the bot. Invite the bot to it.',
    unit: 'channel id',
    fallback: 'SLACK_CHANNEL',
    example: 'C0123456789',
  },
  ...PROMETHEUS_SETTINGS,
  {
    name: 'GITHUB_TOKEN',
    meaning:
      'Lets the bot open pull requests in the repositories of HEADROOM_CONFIG: a token that may read and write contents and pull requests, and comment.',
    unit: 'token',
    fallback: 'none: what a GitOps tool owns can only be changed live, and will be taken back',
    example: 'github_pat_your-token',
  },
  {
    name: 'GITHUB_APP_ID',
    meaning: 'A GitHub App instead of a token; its permissions: contents, pull requests and issues, read and write.',
    unit: 'whole number',
    fallback: 'none',
    example: '123456',
  },
  {
    name: 'GITHUB_APP_INSTALLATION_ID',
    meaning: 'Which installation of the App.',
    unit: 'whole number',
    fallback: 'none; needed with GITHUB_APP_ID',
    example: '7654321',
  },
  {
    name: 'GITHUB_APP_PRIVATE_KEY',
    meaning: 'The App’s private key.',
    unit: 'PEM text',
    fallback: 'none; needed with GITHUB_APP_ID',
    example: '-----BEGIN RSA PRIVATE KEY-----\\nyour-key\\n-----END RSA PRIVATE KEY-----',
  },
  {
    name: 'GITHUB_API_URL',
    meaning: 'Where GitHub’s API is, for a GitHub Enterprise server.',
    unit: 'https:// URL; http:// only to a loopback address',
    fallback: 'https://api.github.com',
    example: 'https://github.example.com/api/v3',
  },
  {
    name: 'HEADROOM_CONFIG',
    meaning: 'Routes and policy: which channel, who may approve, how far a limit may be raised.',
    unit: 'path of a YAML file, see docs/configuration.md',
    fallback:
      'no routes and nobody may approve (the local Slack lets its @sre-leads approve; outside the demo cluster only dry runs)',
    example: '/etc/headroom/headroom.yaml',
  },
  {
    name: 'NODE_NAME',
    meaning: 'The node that --role node-agent runs on; the DaemonSet takes it from spec.nodeName.',
    unit: 'name of a node',
    fallback: 'none; required with --role node-agent',
    example: 'worker-1',
  },
  {
    name: 'PROCESS_NAME',
    meaning: 'What the Home tab and the Lease call this process.',
    unit: 'letters, digits, dots, dashes and underscores, at most 63',
    fallback: 'the host’s name and the process id',
    example: 'headroom-0',
  },
  {
    name: 'LEASE_NAMESPACE',
    meaning: 'Where the watchers of a cluster agree on a leader, by the Lease headroom-watcher; the others stand by.',
    unit: 'name of a namespace of the watched cluster',
    fallback: 'none: this process watches without asking anybody, and a second one would do the same work',
    example: 'headroom',
  },
  {
    name: 'HTTP_PORT',
    meaning: 'Port for /livez, /readyz and Prometheus’ /metrics, on all interfaces in a cluster and on loopback otherwise.',
    unit: 'TCP port, 1 to 65535, or 0 for any free one',
    fallback: '8080',
    example: '8080',
  },
  {
    name: 'LOCAL_SLACK_PORT',
    meaning: 'Port of the local Slack page, on loopback.',
    unit: 'TCP port, 1 to 65535, or 0 for any free one',
    fallback: '3000',
    example: '3000',
  },
  {
    name: 'HEADROOM_DATA_DIR',
    meaning: 'Where the embedded Redis and the local Slack keep their data between starts.',
    unit: 'path of a folder',
    fallback: '.headroom',
    example: '.headroom',
  },
  {
    name: 'LOG_LEVEL',
    meaning: 'How much is logged.',
    unit: 'one of debug, info, warn, error',
    fallback: 'info (warn on a terminal with every default embedded)',
    example: 'info',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]['name'];

/** The content of .env.example. Every line is a comment: a copy changes nothing until somebody edits it. */
export function renderEnvExample(settings: readonly Setting[]): string {
  const blocks = settings.map(
    ({ name, meaning, unit, fallback, example }) =>
      `# ${meaning}\n# Unit: ${unit}. Default: ${fallback}.\n# ${name}=${example}\n`,
  );
  return `# Settings of Headroom, read from the environment. None is needed: npm start runs on embedded defaults.\n\n${blocks.join('\n')}`;
}
