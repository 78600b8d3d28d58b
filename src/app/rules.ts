// The rules in force: headroom.yaml where there is one, else the defaults, fitted to what stands in. With a real Slack and no file nobody may
// approve; the local Slack has a group that may, and whoever opens its page is in it: so a real cluster is only rehearsed on until a file says otherwise.

import type { Config } from '../config/load.ts';
import type { Rules } from '../config/rules/rules.ts';
import { parseRules } from '../config/rules/rules.ts';
import { MINUTE, SECOND, toMillis } from '../domain/base/time.ts';

/** A change on the demo cluster is watched for this long: its kills come every minute or two. */
const DEMO_WATCH = toMillis(45 * SECOND);
/** All workloads of the demo cluster die within the first minutes; each is to be looked at by itself. */
const DEMO_STORM = 20;

export function rulesFor(config: Config, localApprovers: readonly string[]): Rules {
  if (config.rules !== undefined) return config.rules;
  const parsed = parseRules('');
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('; '));
  const { rules } = parsed;
  const approvers = localApprovers.length === 0 ? [] : [{ namespaces: ['*'], users: [], groups: localApprovers }];
  const policy = { ...rules.policy, approvers };
  if (config.cluster.kind !== 'demo') return { ...rules, policy: { ...policy, dryRunOnly: config.slack.kind === 'local' } };
  const storm = { ...rules.alerts.storm, incidents: DEMO_STORM };
  const watch = { watchFloor: DEMO_WATCH, watchCeiling: toMillis(2 * MINUTE) };
  return { ...rules, policy: { ...policy, ...watch }, alerts: { ...rules.alerts, storm } };
}
