// Follows the Events that alone tell of some memory kills: pods whose sandbox could not start, and nodes that ran out of memory. Selected by the server,
// because a cluster has far more events than pods.

import { z } from 'zod';
import { parseInstant } from '../../../domain/base/time.ts';
import type { ClusterEvent } from '../../../domain/kill/event-kill.ts';
import { PermanentError } from '../../../ports/fault.ts';
import type { Log } from '../../../ports/log.ts';
import type { Meter } from '../../../ports/meter.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { createOnce } from './say-once.ts';
import type { StreamLoop } from './stream-loop.ts';
import { createStreamLoop } from './stream-loop.ts';

export type EventWatcherOptions = {
  readonly connection: ClusterConnection;
  /** Empty: all namespaces, and the nodes, whose events live in the namespace default. */
  readonly namespaces: readonly string[];
  readonly excluded: readonly string[];
  readonly log: Log;
  readonly meter: Meter;
  readonly onEvent: (event: ClusterEvent, seen: { readonly initial: boolean }) => Promise<unknown>;
  readonly random: () => number;
};

const rawEvent = z.object({
  metadata: z.object({ uid: z.string(), namespace: z.string().nullish() }),
  reason: z.string(),
  message: z.string().nullish(),
  involvedObject: z.object({
    kind: z.string(),
    namespace: z.string().nullish(),
    name: z.string(),
    uid: z.string().nullish(),
  }),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  series: z.object({ lastObservedTime: z.string().nullish() }).nullish(),
});

const SANDBOX = 'FailedCreatePodSandBox';
const NODE_REASONS = ['SystemOOM', 'OOMKilling'];
const MARKERS = [SANDBOX, ...NODE_REASONS].map((reason) => Buffer.from(`"reason":"${reason}"`));

/** Kinds of problem remembered as said. */
const MOST_PROBLEMS = 100;

export function createEventWatcher(options: EventWatcherOptions): StreamLoop {
  const { connection, namespaces, excluded, log, meter, random, onEvent } = options;
  const say = createOnce(MOST_PROBLEMS, (problem) => log.warn('an event could not be followed up', { problem }));
  return createStreamLoop<ClusterEvent>({
    connection,
    what: 'events',
    streams: streamsFor(namespaces),
    log,
    meter,
    random,
    markers: MARKERS,
    project: (content) => {
      const event = projectEvent(content);
      if (event === undefined) meter.count('headroom_events_malformed_total');
      return event === undefined || excluded.includes(event.object.namespace) ? undefined : event;
    },
    onUnreadable: () => meter.count('headroom_events_malformed_total'),
    onItem: async (event, seen) => {
      try {
        await onEvent(event, seen);
      } catch (error) {
        // Whoever may write Events can name anything; what will never be read must not keep the others from being told.
        if (!(error instanceof PermanentError)) throw error;
        meter.count('headroom_events_malformed_total');
        say(error.message);
      }
    },
    onScanned: () => undefined,
  });
}

/** A field selector has no "or": one stream for each reason. */
function streamsFor(namespaces: readonly string[]) {
  const sandbox = { fieldSelector: `reason=${SANDBOX}` };
  if (namespaces.length > 0) {
    return namespaces.map((namespace) => ({
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
      query: sandbox,
    }));
  }
  return [
    { path: '/api/v1/events', query: sandbox },
    ...NODE_REASONS.map((reason) => ({
      path: '/api/v1/namespaces/default/events',
      query: { fieldSelector: `involvedObject.kind=Node,reason=${reason}` },
    })),
  ];
}

function projectEvent(content: unknown): ClusterEvent | undefined {
  const parsed = rawEvent.safeParse(content);
  if (!parsed.success) return undefined;
  const { metadata, reason, message, involvedObject, lastTimestamp, eventTime, series } = parsed.data;
  const { kind, name, namespace, uid } = involvedObject;
  return {
    uid: metadata.uid,
    reason,
    message: message ?? '',
    object: { kind, name, namespace: namespace ?? '', uid: uid ?? '' },
    // Events of the newer API have only the time of the series or of the first one.
    lastSeen: parseInstant(series?.lastObservedTime) ?? parseInstant(lastTimestamp) ?? parseInstant(eventTime),
  };
}
