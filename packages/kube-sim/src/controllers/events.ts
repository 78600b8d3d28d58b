// Records events as client-go's recorder does: the same event of the same object is counted up, not repeated. They are forgotten after an hour.

import type { KubeObject } from '../model/objects.ts';
import { time } from '../model/objects.ts';
import type { Ids } from '../model/random.ts';
import type { Store } from '../store.ts';

export type InvolvedObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string | undefined;
  readonly fieldPath?: string;
};

export type EventText = { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string };
type EventSource = { readonly component: string; readonly host?: string };

export type EventRecorder = {
  record(object: InvolvedObject, source: EventSource, event: EventText): void;
  /** Removes what is older than an hour. */
  expire(): void;
};

export type RecorderOptions = { readonly store: Store; readonly ids: Ids; readonly now: () => number };

const KEPT_MS = 3_600_000;

export function createRecorder({ store, ids, now }: RecorderOptions): EventRecorder {
  const known = new Map<string, { readonly name: string; count: number; readonly namespace: string; last: number }>();
  return {
    record(object, source, event) {
      const key = [object.uid, object.fieldPath ?? '', source.component, event.type, event.reason, event.message].join('|');
      const seen = known.get(key);
      const at = time(now());
      const before = seen === undefined ? undefined : store.get('events', seen.namespace, seen.name);
      if (seen !== undefined && before !== undefined) {
        seen.count += 1;
        seen.last = now();
        store.put('events', { ...before, count: seen.count, lastTimestamp: at });
        return;
      }
      const name = `${object.name}.${ids.containerId(`event/${key}/${now()}`).slice(0, 16)}`;
      known.set(key, { name, count: 1, namespace: object.namespace, last: now() });
      store.put('events', eventObject({ name, uid: ids.uid(`event/${name}`), at }, { object, source, event }));
    },
    expire() {
      for (const [key, { name, namespace, last }] of known) {
        if (now() - last < KEPT_MS) continue;
        known.delete(key);
        const old = store.get('events', namespace, name);
        if (old !== undefined) store.remove('events', old);
      }
    },
  };
}

type Identity = { readonly name: string; readonly uid: string; readonly at: string };
type Content = { readonly object: InvolvedObject; readonly source: EventSource; readonly event: EventText };

function eventObject({ name, uid, at }: Identity, { object, source, event }: Content): KubeObject {
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name, namespace: object.namespace, uid, resourceVersion: '', creationTimestamp: at },
    involvedObject: { ...object },
    reason: event.reason,
    message: event.message,
    source: { ...source },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    type: event.type,
    eventTime: null,
    reportingComponent: source.component,
    reportingInstance: source.host ?? '',
  };
}
