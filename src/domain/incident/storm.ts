// Many incidents at once in one channel are told as one story: from a set rate on, new incidents get no message of their own in the channel but one in
// the thread of the storm's message, which shows them all in a table, by workload and by node, and names what they have in common. Nothing is dropped.
// A storm takes in every new incident of its channel until none came for a while.

import type { Instant, Millis } from '../base/time.ts';
import type { Cause } from '../diagnosis/diagnosis.ts';
import type { Dossier, Incident, ThreadEntry } from './incident.ts';

export type StormRules = {
  /** So many incidents in a channel within `within` get messages of their own; the next begins a storm. */
  readonly incidents: number;
  readonly within: Millis;
  /** A storm ends when no incident joined it for this long. */
  readonly overAfter: Millis;
};

export type StormMember = { readonly incidentId: string; readonly joinedAt: Instant };

export type Storm = {
  readonly id: string;
  readonly version: number;
  readonly channel: string;
  readonly movedFrom?: string | undefined;
  readonly startedAt: Instant;
  /** Its message in the channel. */
  readonly entry: ThreadEntry;
  /** Its message says that it is over. */
  readonly isOver?: boolean | undefined;
};

export const STORM_KEY = 'storm';

export function startStorm(id: string, channel: string, now: Instant): Storm {
  return { id, version: 1, channel, startedAt: now, entry: { key: STORM_KEY, subject: { kind: 'root' } } };
}

/** One line of the table. */
export type StormLine = { readonly incident: Incident; readonly dossier?: Dossier | undefined };

export type StormStory = {
  /** Most kills first. */
  readonly lines: readonly StormLine[];
  readonly kills: number;
  readonly open: number;
  /** Kills by node, most first; undefined: not known where. */
  readonly nodes: readonly (readonly [node: string | undefined, kills: number])[];
  readonly common: CommonCause;
};

export type CommonCause =
  /** The node itself ran out: what the containers' own limits are does not matter. */
  | { readonly kind: 'node-pressure'; readonly node: string; readonly incidents: number }
  /** Most of them on one node, by their own limits. */
  | { readonly kind: 'one-node'; readonly node: string; readonly incidents: number }
  | { readonly kind: 'one-namespace'; readonly namespace: string }
  | { readonly kind: 'one-cause'; readonly cause: Cause; readonly incidents: number }
  /** All on one node and nothing else: where the cluster has no other, that says nothing. */
  | { readonly kind: 'only-node'; readonly node: string }
  | { readonly kind: 'nothing' };

/** So large a part makes a cause common; fewer members than this share nothing by themselves. */
const MOST = 0.8;
const AT_LEAST = 3;

export function storyOf(lines: readonly StormLine[]): StormStory {
  const nodes = new Map<string | undefined, number>();
  for (const { incident } of lines) {
    const { node } = incident.lastKill;
    nodes.set(node, (nodes.get(node) ?? 0) + incident.killCount);
  }
  return {
    lines: lines.toSorted((a, b) => b.incident.killCount - a.incident.killCount || (a.incident.id < b.incident.id ? -1 : 1)),
    kills: lines.reduce((sum, { incident }) => sum + incident.killCount, 0),
    open: lines.filter(({ incident }) => incident.state !== 'resolved').length,
    nodes: [...nodes].toSorted(([, a], [, b]) => b - a),
    common: commonCause(lines),
  };
}

function commonCause(lines: readonly StormLine[]): CommonCause {
  const pressed = most(lines, ({ incident, dossier }) =>
    dossier?.diagnosis.cause === 'node-pressure' || incident.lastKill.how === 'node' ? incident.lastKill.node : undefined,
  );
  if (pressed !== undefined && pressed.count >= AT_LEAST && pressed.count >= lines.length / 2)
    return { kind: 'node-pressure', node: pressed.value, incidents: pressed.count };
  const node = most(lines, ({ incident }) => incident.lastKill.node);
  const spread = new Set(lines.map(({ incident }) => incident.lastKill.node)).size;
  if (node !== undefined && spread > 1 && isCommon(node.count, lines))
    return { kind: 'one-node', node: node.value, incidents: node.count };
  const cause = most(lines, ({ dossier }) => dossier?.diagnosis.cause);
  if (cause !== undefined && isCommon(cause.count, lines))
    return { kind: 'one-cause', cause: cause.value, incidents: cause.count };
  const namespace = most(lines, ({ incident }) => incident.workload.namespace);
  if (namespace !== undefined && namespace.count === lines.length && lines.length >= AT_LEAST)
    return { kind: 'one-namespace', namespace: namespace.value };
  if (node !== undefined && node.count === lines.length && lines.length >= AT_LEAST)
    return { kind: 'only-node', node: node.value };
  return { kind: 'nothing' };
}

function isCommon(count: number, lines: readonly StormLine[]): boolean {
  return count >= AT_LEAST && count >= lines.length * MOST;
}

/** The value most lines have. */
function most<Value extends string>(
  lines: readonly StormLine[],
  valueOf: (line: StormLine) => Value | undefined,
): { readonly value: Value; readonly count: number } | undefined {
  const counts = new Map<Value, number>();
  for (const line of lines) {
    const value = valueOf(line);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const [highest] = [...counts].toSorted(([, a], [, b]) => b - a);
  return highest === undefined ? undefined : { value: highest[0], count: highest[1] };
}
