// Events of a pod or a node, newest last. Secrets are cut out; texts stay hostile and are escaped where they are shown.

import { z } from 'zod';
import { parseInstant } from '../../../domain/base/time.ts';
import type { EventLine } from '../../../domain/evidence/evidence.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { expectShape } from '../client/faults.ts';
import { redactText } from './redact.ts';

const rawEvent = z.object({
  type: z.string().nullish(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  count: z.number().nullish(),
  series: z.object({ count: z.number().nullish(), lastObservedTime: z.string().nullish() }).nullish(),
  lastTimestamp: z.string().nullish(),
  firstTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  metadata: z.object({ creationTimestamp: z.string().nullish() }).nullish(),
  source: z.object({ component: z.string().nullish() }).nullish(),
  reportingComponent: z.string().nullish(),
  involvedObject: z.object({ fieldPath: z.string().nullish() }).nullish(),
});
const eventList = z.object({ metadata: z.object({ continue: z.string().nullish() }).nullish(), items: z.array(z.unknown()) });

export type EventQuery = { readonly namespace: string; readonly selector: Readonly<Record<string, string>> };

/** Lists are ordered by name, not by time, so all of them are read; the aggregation of events leaves far fewer than this to one object in an hour. */
const PAGE = 250;
const MOST_PAGES = 4;

/** As they came, for describe. */
export async function listEvents(
  connection: ClusterConnection,
  { namespace, selector }: EventQuery,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const fieldSelector = Object.entries(selector)
    .map(([field, value]) => `${field}=${value}`)
    .join(',');
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const items: unknown[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = expectShape(
      eventList,
      await connection.json({ path, query: { fieldSelector, limit: PAGE, continue: next }, signal }),
      { path },
    );
    items.push(...read.items);
    next = read.metadata?.continue || undefined;
    if (next === undefined) break;
  }
  return items;
}

export function eventLines(items: readonly unknown[]): readonly EventLine[] {
  return items
    .flatMap((item) => {
      const parsed = rawEvent.safeParse(item);
      return parsed.success ? [toLine(parsed.data)] : [];
    })
    .toSorted((a, b) => (a.lastSeen ?? 0) - (b.lastSeen ?? 0));
}

function toLine(event: z.infer<typeof rawEvent>): EventLine {
  // Since 1.34 only the path names the container; kubectl puts it before the message.
  const path = event.involvedObject?.fieldPath;
  return {
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: `${path ? `${path}: ` : ''}${redactText((event.message ?? '').trim())}`.slice(0, 500),
    count: event.series?.count ?? event.count ?? 1,
    lastSeen: lastSeenOf(event),
    from: event.source?.component || event.reportingComponent || '',
  };
}

function lastSeenOf({ series, lastTimestamp, eventTime, metadata }: z.infer<typeof rawEvent>): EventLine['lastSeen'] {
  return parseInstant(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata?.creationTimestamp);
}
