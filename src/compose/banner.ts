// What the start-up banner says: which of the three are real and which stand in, and what a person does next.

import type { Config } from '../config.ts';

export type Places = {
  readonly redis: string;
  readonly cluster: string;
  /** Undefined when the role has nothing to do with it. */
  readonly slack: string | undefined;
  readonly usage: string;
  readonly health: string;
  /** The local Slack page, when Slack stands in. */
  readonly page: string | undefined;
};

/** One line each, aligned; the setting that replaces a stand-in is named beside it. */
export function banner(config: Config, places: Places): readonly string[] {
  const rows: readonly (readonly [name: string, real: boolean, place: string, setting: string])[] = [
    ['Redis', config.redis.kind === 'url', places.redis, 'REDIS_URL'],
    ['Cluster', config.cluster.kind !== 'demo', places.cluster, 'KUBECONFIG'],
    ...(places.slack === undefined
      ? []
      : [['Slack', config.slack.kind === 'workspace', places.slack, 'SLACK_BOT_TOKEN and SLACK_APP_TOKEN'] as const]),
  ];
  return [
    '',
    `Headroom is running (role ${config.role}).`,
    '',
    ...rows.map(
      ([name, real, place, setting]) =>
        `  ${name.padEnd(8)} ${real ? 'real    ' : 'stand-in'}  ${place}${real ? '' : `   (set ${setting} for the real one)`}`,
    ),
    `  Usage    ${places.usage}`,
    `  Health   ${places.health}`,
    '',
    ...(places.page === undefined ? [] : [`  Open ${places.page} and follow a kill to its fix: Alice asks, Bob approves.`, '']),
    ...(config.cluster.kind === 'demo'
      ? ['  The demo cluster begins anew with each start; Redis and the local Slack are kept.']
      : []),
    '  Ctrl-C stops everything this started.',
    '',
  ];
}
