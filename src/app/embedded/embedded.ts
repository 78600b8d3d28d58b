// The three things a person may not have yet, each replaced alone by one setting: a Redis, a cluster, a Slack. What stands in is loaded only
// when it is needed, so that a real installation never loads it.

import type { ClusterSource } from '../../adapters/kubernetes/client/connection.ts';
import type { SlackCredentials } from '../../adapters/slack/client/client.ts';
import type { Config } from '../../config/load.ts';
import type { SlackIncoming } from '../../config/slack.ts';
import type { Lifecycle } from '../lifecycle.ts';

export type RedisPlace = { readonly url: string; readonly words: string };
export type ClusterPlace = {
  readonly source: ClusterSource;
  readonly prometheusUrl: string | undefined;
  readonly name: string | undefined;
};
export type SlackPlace = {
  readonly credentials: SlackCredentials;
  readonly channel: string;
  /** Where threads go whose own channel cannot be used; undefined: nowhere. */
  readonly fallbackChannel: string | undefined;
  readonly words: string;
  /** Address of the local page. */
  readonly page: string | undefined;
  /** Groups that may approve when no policy says otherwise: only the local Slack has one. */
  readonly approverGroups: readonly string[];
};

export async function placeRedis(config: Config, lifecycle: Lifecycle): Promise<RedisPlace> {
  if (config.redis.kind === 'url') {
    const url = config.redis.url.reveal();
    return { url, words: new URL(url).host };
  }
  const { startLocalRedis } = await import('./redis.ts');
  const redis = await startLocalRedis({ dataDir: config.dataDir });
  lifecycle.onStop('local Redis', () => redis.stop());
  return { url: redis.url, words: `own redis-server on ${new URL(redis.url).host}, data in ${config.dataDir}/redis` };
}

export async function placeCluster(config: Config, lifecycle: Lifecycle): Promise<ClusterPlace> {
  const { cluster } = config;
  if (cluster.kind === 'in-cluster') return { source: { kind: 'in-cluster' }, prometheusUrl: undefined, name: 'in-cluster' };
  if (cluster.kind === 'kubeconfig') {
    return { source: { kind: 'file', path: cluster.path, context: cluster.context }, prometheusUrl: undefined, name: undefined };
  }
  const { startDemoCluster } = await import('../../../packages/kube-sim/src/start.ts');
  const demo = await startDemoCluster({ port: 0 });
  lifecycle.onStop('demo cluster', () => demo.stop());
  return { source: { kind: 'text', kubeconfig: demo.kubeconfig }, prometheusUrl: demo.prometheusUrl, name: 'demo' };
}

export async function placeSlack(config: Config, lifecycle: Lifecycle): Promise<SlackPlace> {
  const { slack } = config;
  if (slack.kind === 'workspace') {
    const { botToken, apiUrl, channel, fallbackChannel } = slack;
    const credentials = { botToken: botToken.reveal(), incoming: incomingOf(slack.incoming, config.httpHost), apiUrl };
    return {
      credentials,
      channel,
      fallbackChannel,
      words: apiUrl === undefined ? 'slack.com' : new URL(apiUrl).host,
      page: undefined,
      approverGroups: [],
    };
  }
  const { startLocalSlack } = await import('../../../packages/slack-sim/src/start.ts');
  const local = await startLocalSlack({ port: slack.port, dataFile: `${config.dataDir}/slack.json` });
  lifecycle.onStop('local Slack', () => local.stop());
  return {
    credentials: { botToken: local.botToken, incoming: { kind: 'socket', appToken: local.appToken }, apiUrl: local.apiUrl },
    channel: slack.channel ?? local.channelId,
    fallbackChannel: local.fallbackChannelId,
    words: `local page at ${local.url}`,
    page: local.url,
    approverGroups: [local.groups.sreLeads],
  };
}

function incomingOf(incoming: SlackIncoming, host: string): SlackCredentials['incoming'] {
  if (incoming.kind === 'socket') return { kind: 'socket', appToken: incoming.appToken.reveal() };
  return { kind: 'http', signingSecret: incoming.signingSecret.reveal(), host, port: incoming.port };
}
