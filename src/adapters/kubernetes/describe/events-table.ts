// The events table of describe: oldest first by the second they were last seen, with kubectl's ages. Events of one second keep the
// order they came in, as kubectl's do up to twelve; beyond that its sort is not stable.

import { humanDuration } from './age.ts';
import type { Raw } from './raw.ts';
import { has, object, text } from './raw.ts';

export function eventTable(events: readonly unknown[], nowMs: number): readonly string[] {
  return [
    '  Type\tReason\tAge\tFrom\tMessage',
    '  ----\t------\t----\t----\t-------',
    ...events
      .map((event) => object(event))
      .toSorted((a, b) => lastSeen(a) - lastSeen(b))
      .map((event) => eventLine(event, nowMs)),
  ];
}

/** Events of the newer API have no such time: kubectl takes it for the beginning of time. */
function lastSeen(event: Raw): number {
  const at = Date.parse(text(event, 'lastTimestamp'));
  return Number.isNaN(at) ? 0 : at;
}

function eventLine(event: Raw, nowMs: number): string {
  const from = text(object(event, 'source'), 'component') || text(event, 'reportingComponent');
  const path = text(object(event, 'involvedObject'), 'fieldPath');
  const message = `${path === '' ? '' : `${path}: `}${text(event, 'message').trim()}`;
  return `  ${text(event, 'type')}\t${text(event, 'reason')}\t${age(event, nowMs)}\t${from}\t${message}`;
}

function age(event: Raw, nowMs: number): string {
  const ago = (of: Raw, name: string): string =>
    has(of, name) ? humanDuration(nowMs - Date.parse(text(of, name))) : '<unknown>';
  const first = has(event, 'eventTime') ? ago(event, 'eventTime') : ago(event, 'firstTimestamp');
  const count = Number(text(event, 'count'));
  if (has(event, 'series')) {
    const series = object(event, 'series');
    return `${ago(series, 'lastObservedTime')} (x${text(series, 'count') || '0'} over ${first})`;
  }
  return count > 1 ? `${ago(event, 'lastTimestamp')} (x${count} over ${first})` : first;
}
