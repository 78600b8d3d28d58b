// What stands around a kill, in sentences for a person: who set the limit, what was rolled out before, how the node stood and whether others died on it.
// Facts only; what they mean is the diagnosis' business. Says nothing of what could not be read.

import { formatBytes } from '../base/memory.ts';
import { valueOf } from '../base/piece.ts';
import { findContainer } from '../base/pod.ts';
import type { Instant, Millis } from '../base/time.ts';
import { DAY, formatDuration, toMillis } from '../base/time.ts';
import type { Kill } from '../kill/oom-kill.ts';
import { happenedAt, isSampled } from '../kill/oom-kill.ts';
import type { Evidence, NodePods, Revision, Rollout } from './evidence.ts';
import { limitInForce } from './limit-in-force.ts';
import { NEARBY_WITHIN } from './nearby-kills.ts';

export function background(kill: Kill, evidence: Evidence): readonly string[] {
  const at = happenedAt(kill);
  const rollout = valueOf(evidence.rollout);
  return [
    ...(kill.kernel?.matchedBy === 'time'
      ? [
          'The kernel’s line is from node-problem-detector, which names no pod: it fits this kill by its time, and no other on the node.',
        ]
      : []),
    ...limitLines(kill, evidence),
    ...(rollout === undefined ? [] : rolloutLines(rollout, { at, sampled: isSampled(kill) })),
    ...nodeLines(kill, evidence),
  ];
}

/** Only where it is not simply what the container's spec says. */
function limitLines({ ref }: Kill, evidence: Evidence): readonly string[] {
  const pod = valueOf(evidence.pod);
  const container = pod === undefined ? undefined : findContainer(pod, ref.container);
  if (pod === undefined || container === undefined) return [];
  const limit = limitInForce(pod, container);
  switch (limit?.from) {
    case 'status':
      return [
        `The limit in force is ${formatBytes(limit.bytes)}; the spec says ${formatBytes(limit.spec ?? limit.bytes)}, which the kubelet has not put through.`,
      ];
    case 'limit-range':
      return [`The limit of ${formatBytes(limit.bytes)} is the namespace’s default (LimitRange): the workload itself sets none.`];
    case 'pod':
      return [`The container has no limit of its own; the ${formatBytes(limit.bytes)} are the whole pod’s.`];
    case 'spec':
    case undefined:
      return [];
  }
}

type Killed = { readonly at: Instant; readonly sampled: boolean };

function rolloutLines(rollout: Rollout, killed: Killed): readonly string[] {
  const { running, before, newest } = rollout;
  const { number } = running;
  const changed = before === undefined ? [] : changes(before, running);
  const when = rolledOut(rollout, killed);
  const told = when !== undefined || changed.length > 0;
  return [
    ...(told ? [`It ran revision ${number}${when ?? ''}${comparedWith(before, { number, changed })}.`] : []),
    ...(newest === undefined ? [] : newestLines(running, newest)),
  ];
}

/** When what the pod ran was rolled out, where that was within a day before the kill, or may have been. */
function rolledOut({ running, wentBack }: Rollout, { at, sampled }: Killed): string | undefined {
  if (wentBack !== undefined) return goneBackTo(wentBack, at);
  const age = ageAt(running.since, at);
  return age === undefined || age >= DAY
    ? undefined
    : `, rolled out ${sampled ? 'at most ' : ''}${formatDuration(age)} before the kill`;
}

/** The revision itself is older. One bound alone tells nothing: without its pod's beginning it may have been after the kill. */
function goneBackTo({ after, by }: Exclude<Rollout['wentBack'], undefined>, at: Instant): string | undefined {
  const [least, most] = [ageAt(by, at), ageAt(after, at)];
  if (least !== undefined && least >= DAY) return undefined;
  const when =
    least === undefined || most === undefined || most < least ? '' : ` about ${spanWords(least, most)} before the kill`;
  return `, an older one that was gone back to${when}`;
}

function spanWords(least: Millis, most: Millis): string {
  const [latest, earliest] = [formatDuration(least), formatDuration(most)];
  return latest === earliest ? latest : `${latest} to ${earliest}`;
}

function ageAt(since: Instant | undefined, at: Instant): Millis | undefined {
  return since === undefined || since > at ? undefined : toMillis(at - since);
}

type Compared = { readonly number: string; readonly changed: readonly string[] };

function comparedWith(before: Revision | undefined, { number, changed }: Compared): string {
  if (before === undefined) return number === '1' ? ', the first there was' : '; the one before is not kept';
  return changed.length === 0 ? ', with the same image and limit as before' : `: ${changed.join(', ')}`;
}

function changes(from: Revision, to: Revision): readonly string[] {
  return [
    ...(from.image === to.image ? [] : [`image ${to.image ?? 'none'} after ${from.image ?? 'none'}`]),
    ...(from.limit === to.limit ? [] : [`limit ${sizeOf(to)} after ${sizeOf(from)}`]),
  ];
}

function newestLines(running: Revision, newest: Revision): readonly string[] {
  const changed = changes(running, newest);
  const what = changed.length === 0 ? '' : ` (${changed.join(', ')})`;
  return [`The template has changed since: revision ${newest.number}${what}. This pod was made before that.`];
}

function sizeOf({ limit }: Revision): string {
  return limit === undefined ? 'none' : formatBytes(limit);
}

function nodeLines(kill: Kill, evidence: Evidence): readonly string[] {
  const node = valueOf(evidence.node);
  const pods = valueOf(evidence.nodePods);
  if (node === undefined) return [];
  const size =
    node.allocatable === undefined || node.capacity === undefined
      ? ''
      : ` has ${formatBytes(node.capacity)}, ${formatBytes(node.allocatable)} of it for pods`;
  const state = [
    node.ready ? 'ready' : 'not ready',
    node.memoryPressure ? 'under memory pressure' : 'not under memory pressure',
  ].join(', ');
  const shared =
    pods === undefined
      ? ''
      : ` Its ${pods.running} pods are promised ${formatBytes(pods.requested)} and may use ${formatBytes(pods.limited)}${pods.withoutLimit === 0 ? '' : `, ${pods.withoutLimit} of them without a limit`}.`;
  return [
    `Node ${node.name}${size}; it is ${state}.${shared}`,
    ...(pods === undefined ? [] : [nearbyLine(kill, pods, evidence.gatheredAt)]),
  ];
}

function nearbyLine(kill: Kill, { kills, recorded }: NodePods, read: Instant): string {
  const at = happenedAt(kill);
  const within = read < at + NEARBY_WITHIN ? 'in the ten minutes before' : 'within ten minutes';
  if (kills.length === 0)
    return recorded === true
      ? `Neither the pods that are still there nor Headroom’s own record show a memory kill of another pod on the node ${within}.`
      : `No other pod that is still on the node shows a memory kill ${within}.`;
  const about = isSampled(kill) ? 'about ' : '';
  const shown = kills
    .slice(0, 3)
    .map((near) => `${near.namespace}/${near.pod} (${near.container}, ${about}${apart(near.at, at)})`);
  const more = kills.length > shown.length ? ` and ${kills.length - shown.length} more` : '';
  return `Killed on the same node within ten minutes: ${shown.join(', ')}${more}.`;
}

function apart(near: Instant, at: Instant): string {
  if (near === at) return 'in the same second';
  return `${formatDuration(toMillis(Math.abs(near - at)))} ${near < at ? 'before' : 'after'}`;
}
