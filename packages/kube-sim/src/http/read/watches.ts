// Watches: what there is (where asked), what changed since a resource version, then every change as it happens; bookmarks in between. A version that is too
// old gets one ERROR event in a 200, as the API server does it.

import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../../model/objects.ts';
import type { Change, Store } from '../../store.ts';
import { invalid, Refusal, statusObject, tooOld } from '../refusal.ts';
import type { ResourceType } from '../resources.ts';
import type { ListRequest } from './lists.ts';
import { wholeNumber } from './lists.ts';
import type { Matcher } from './selectors.ts';
import { matcherFor } from './selectors.ts';
import { shownAs } from './views.ts';

export type Watches = {
  open(request: ListRequest, response: ServerResponse): void;
  /** Ends every watch as a restarting API server does. */
  drop(): void;
};

export type WatchesOptions = { readonly store: Store; readonly bookmarkEveryMs: number };

const LONGEST_SECONDS = 1800;

export function createWatches(options: WatchesOptions): Watches {
  const open = new Set<Session>();
  return {
    open(request, response) {
      const session = begin(options, request, response);
      if (session === undefined) return;
      open.add(session);
      response.on('close', () => {
        session.end();
        open.delete(session);
      });
    },
    drop() {
      for (const session of open) session.cut();
    },
  };
}

type Session = { readonly end: () => void; readonly cut: () => void };
type Line = { readonly send: (type: string, object: object) => void; readonly bookmark: (annotations?: object) => void };

/** Undefined when it ended at once, because its position is too old. Throws a Refusal before the first byte. */
function begin({ store, bookmarkEveryMs }: WatchesOptions, request: ListRequest, response: ServerResponse): Session | undefined {
  const { query, type } = request;
  const start = startOf(query);
  const matches = matcherFor(type, query, request.namespace);
  const seconds = Math.min(Math.max(1, wholeNumber(query.get('timeoutSeconds')) ?? LONGEST_SECONDS), LONGEST_SECONDS);
  const line = lineTo(store, request, response);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  if (start.kind === 'everything') sendEverything(store, request, { line, matches, marked: start.marked });
  const missed = start.kind === 'after' ? store.since(type.resource, start.version) : [];
  if (missed === undefined) {
    line.send('ERROR', statusObject(tooOld(start.kind === 'after' ? start.version : 0, store.oldest())));
    response.end();
    return undefined;
  }
  const pass = (change: Change): void => {
    if (change.resource !== type.resource) return;
    const seen = seenBy(matches, type, change);
    if (seen !== undefined) line.send(seen, shownAs(type, change.object));
  };
  for (const change of missed) pass(change);
  const stopListening = store.onChange(pass);
  const bookmarks = setInterval(() => line.bookmark(), bookmarkEveryMs);
  const deadline = setTimeout(() => {
    line.bookmark();
    response.end();
  }, seconds * 1000);
  return {
    end() {
      stopListening();
      clearInterval(bookmarks);
      clearTimeout(deadline);
    },
    cut: () => response.destroy(),
  };
}

function lineTo(store: Store, { query, type }: ListRequest, response: ServerResponse): Line {
  const wanted = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  const send = (event: string, object: object): void => void response.write(`${JSON.stringify({ type: event, object })}\n`);
  return {
    send,
    bookmark(annotations) {
      if (wanted) send('BOOKMARK', bookmarkObject(shownAs(type, EMPTY), store.version(), annotations));
    },
  };
}

type Sending = { readonly line: Line; readonly matches: Matcher; readonly marked: boolean };

function sendEverything(store: Store, { type }: ListRequest, { line, matches, marked }: Sending): void {
  const listed = store.list(type.resource);
  const objects = listed.kind === 'listed' ? listed.objects.map((each) => shownAs(type, each)) : [];
  for (const object of objects.filter(matches)) line.send('ADDED', object);
  if (marked) line.bookmark({ 'k8s.io/initial-events-end': 'true' });
}

const EMPTY: KubeObject = {
  kind: '',
  apiVersion: '',
  metadata: { name: '', uid: '', resourceVersion: '', creationTimestamp: '' },
};

type Start = { readonly kind: 'everything'; readonly marked: boolean } | { readonly kind: 'after'; readonly version: number };

function startOf(query: URLSearchParams): Start {
  const marked = query.get('sendInitialEvents') === 'true' || query.get('sendInitialEvents') === '1';
  if (marked && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    const message = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [
      { reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' },
    ]);
  }
  const text = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(text))
    throw new Refusal(500, `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
  if (marked || text === '' || text === '0') return { kind: 'everything', marked };
  return { kind: 'after', version: Number(text) };
}

function bookmarkObject({ kind, apiVersion }: KubeObject, version: number, annotations: object | undefined): object {
  return {
    kind,
    apiVersion,
    metadata: {
      resourceVersion: String(version),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}

/** To a selector, an object that begins to match is added, and one that ceases to match is deleted. */
function seenBy(matches: Matcher, resource: ResourceType, { type, object, before }: Change): Change['type'] | undefined {
  const did = before !== undefined && matches(shownAs(resource, before));
  const does = matches(shownAs(resource, object));
  if (type === 'DELETED') return did ? 'DELETED' : undefined;
  if (did && does) return 'MODIFIED';
  if (did) return 'DELETED';
  return does ? 'ADDED' : undefined;
}
