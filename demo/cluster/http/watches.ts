// Watches: what there is (where asked), what changed since a resource version, then every change as it happens; bookmarks in between. A version that is too
// old gets one ERROR event in a 200, as the API server does it.

import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../model/objects.ts';
import type { Change, Store } from '../store.ts';
import type { ListRequest } from './lists.ts';
import { wholeNumber } from './lists.ts';
import { invalid, Refusal, statusObject, tooOld } from './refusal.ts';
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

export function createWatches({ store, bookmarkEveryMs }: WatchesOptions): Watches {
  const open = new Set<() => void>();
  return {
    open(request, response) {
      const { query, type } = request;
      const start = startOf(query);
      const matches = matcherFor(type, query, request.namespace);
      const bookmarks = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
      const write = (event: string, object: object): void => void response.write(`${JSON.stringify({ type: event, object })}\n`);
      const bookmark = (annotations?: object): void =>
        write('BOOKMARK', bookmarkObject(shownAs(type, EMPTY), store.version(), annotations));
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
      response.flushHeaders();
      const listed = start.kind === 'everything' ? store.list(type.resource) : undefined;
      if (listed?.kind === 'listed')
        for (const object of listed.objects.map((each) => shownAs(type, each)).filter(matches)) write('ADDED', object);
      if (start.kind === 'everything' && start.marked && bookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' });
      const missed = start.kind === 'after' ? store.since(type.resource, start.version) : [];
      if (missed === undefined) {
        write('ERROR', statusObject(tooOld(start.kind === 'after' ? start.version : 0, store.oldest())));
        response.end();
        return;
      }
      const pass = (change: Change): void => {
        if (change.resource !== type.resource) return;
        const seen = seenBy(matches, {
          ...change,
          object: shownAs(type, change.object),
          before: change.before === undefined ? undefined : shownAs(type, change.before),
        });
        if (seen !== undefined) write(seen, shownAs(type, change.object));
      };
      for (const change of missed) pass(change);
      const stopListening = store.onChange(pass);
      const timer = setInterval(() => bookmarks && bookmark(), bookmarkEveryMs);
      const seconds = wholeNumber(query.get('timeoutSeconds')) ?? LONGEST_SECONDS;
      const deadline = setTimeout(() => close(true), Math.min(Math.max(1, seconds), LONGEST_SECONDS) * 1000);
      const close = (orderly: boolean): void => {
        if (!open.delete(drop)) return;
        stopListening();
        clearInterval(timer);
        clearTimeout(deadline);
        if (orderly && bookmarks) bookmark();
        if (orderly) response.end();
      };
      const drop = (): void => {
        close(false);
        response.destroy();
      };
      open.add(drop);
      response.on('close', () => close(false));
    },
    drop() {
      for (const drop of open) drop();
    },
  };
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
function seenBy(matches: Matcher, { type, object, before }: Change): Change['type'] | undefined {
  const did = before !== undefined && matches(before);
  const does = matches(object);
  if (type === 'DELETED') return did ? 'DELETED' : undefined;
  if (did && does) return 'MODIFIED';
  if (did) return 'DELETED';
  return does ? 'ADDED' : undefined;
}
