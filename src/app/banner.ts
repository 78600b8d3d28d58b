// What the start-up banner says: which of the three are real and which stand in, what is watched, whether a cluster can be changed from a page without a
// sign-in, and what a person does next.

import type { Config } from '../config/load.ts';

export type Places = {
  readonly redis: string;
  readonly cluster: string;
  /** Undefined when the role has nothing to do with it. */
  readonly slack: string | undefined;
  readonly usage: string;
  /** Whose keys approvals are signed with; undefined when the role neither signs nor checks. */
  readonly keys: string | undefined;
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
    `  Watching ${watching(config)}`,
    `  Rules    ${config.rulesPath ?? 'built in (HEADROOM_CONFIG names a file of your own)'}`,
    `  Usage    ${places.usage}`,
    ...(places.keys === undefined ? [] : [`  Keys     ${places.keys}`]),
    `  Health   ${places.health}`,
    '',
    ...(places.page === undefined ? [] : pageLines(config, places.page)),
    ...(config.cluster.kind === 'demo'
      ? ['  The demo cluster begins anew with each start; Redis and the local Slack are kept.']
      : []),
    '  Ctrl-C stops everything this started.',
    '',
  ];
}

/** In WATCH_NAMESPACES' own terms. */
function watching({ namespaces, excludedNamespaces }: Config): string {
  const but = excludedNamespaces.length === 0 ? '' : ` but ${excludedNamespaces.join(', ')}`;
  return `${namespaces.length === 0 ? 'all namespaces' : `only ${namespaces.join(', ')}`}${but}`;
}

function pageLines(config: Config, page: string): readonly string[] {
  if (config.cluster.kind === 'demo') return [`  Open ${page} and follow a kill to its fix: Alice asks, Bob approves.`, ''];
  return [`  Open ${page} to see what it says about this cluster.`, ...changeLines(config), ''];
}

/** A real cluster beside the local Slack, whose page asks nobody who they are. */
function changeLines({ rules }: Config): readonly string[] {
  const asked = 'Whoever opens that page can click as anybody, approvers too';
  if (rules === undefined)
    return [
      `  ${asked}, so nothing is written here: an approved change is only rehearsed by the API server.`,
      '  To have it written, name approvers in a file of rules: HEADROOM_CONFIG (docs/configuration.md).',
    ];
  const { approvers, dryRunOnly, overrides } = rules.policy;
  const writes = !dryRunOnly || overrides.some((override) => override.rules.dryRunOnly === false);
  if (!writes || approvers.length === 0) return [];
  return [`  WARNING: ${asked}, and HEADROOM_CONFIG lets approved changes be written to this cluster.`];
}
