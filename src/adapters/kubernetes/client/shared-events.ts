// The Events of a namespace, read once for all who ask in a storm. The API server has no index of Events and no cache: for each question about one object it
// reads all of the namespace from etcd. The first few questions of a moment are asked as they are; those after them share one read of the whole namespace.

import { z } from 'zod';
import { SECOND } from '../../../domain/base/time.ts';
import { callAfter, timeoutAfter } from '../../../ports/timers.ts';
import type { Call } from './connection.ts';
import { expectShape } from './faults.ts';
import { waited } from './waited.ts';

/** One kill asks three questions: about its pod, its ReplicaSet and its Deployment. */
const ASKED_ALONE = 4;
const WITHIN_MS = 5 * SECOND;
/** Who asks hears of everything that was there so long before; who asks later waits for the next read. */
const SHARED_MS = SECOND;
const PAGE = 500;
/** 10,000 Events are some 10 MB for as long as they are shared. A larger namespace is asked about each object. */
const MOST_PAGES = 20;
const TOO_LARGE_FOR_MS = 60 * SECOND;
/** Questions and namespaces remembered. */
const MOST_ASKED = ASKED_ALONE + 1;
const MOST_NAMESPACES = 500;

const EVENTS_PATH = /^\/api\/v1\/namespaces\/[^/]+\/events$/;
const ABOUT = /^involvedObject\.(name|uid|kind)=([^=!]*)$/;

const page = z.object({
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.looseObject({ involvedObject: z.record(z.string(), z.unknown()).nullish() })),
});
type Event = z.infer<typeof page>['items'][number];

export type SharedEventsOptions = {
  /** Reads once more, whoever asks. */
  readonly read: (call: Call) => Promise<unknown>;
  /** Asks as the caller did. */
  readonly ask: (call: Call) => Promise<unknown>;
  /** The longest that a shared read may take, whoever waits for it. */
  readonly timeoutMs: number;
  /** Milliseconds that never jump. */
  readonly ticks: () => number;
};

type Answer = readonly Event[] | 'too-large';
type Asked = { readonly selector: string; readonly at: number };
type Place = { asked: readonly Asked[]; tooLargeUntil: number; readonly whole: () => Promise<Answer> };

/** Answers a question for the Events about one object as the API server would; passes on all others. */
export function createSharedEvents({ read, ask, timeoutMs, ticks }: SharedEventsOptions): (call: Call) => Promise<unknown> {
  const places = new Map<string, Place>();
  const placeOf = (path: string): Place => {
    const known = places.get(path);
    if (known !== undefined) return known;
    if (places.size >= MOST_NAMESPACES) places.clear();
    const whole = createBatch(() => readAll(read, path, timeoutAfter(timeoutMs)), ticks);
    const fresh: Place = { asked: [], tooLargeUntil: 0, whole };
    places.set(path, fresh);
    return fresh;
  };
  return async (call) => {
    const question = questionOf(call);
    if (question === undefined) return ask(call);
    const { fields, selector } = question;
    const place = placeOf(call.path);
    const now = ticks();
    place.asked = [
      ...place.asked.filter((each) => now - each.at <= WITHIN_MS && each.selector !== selector),
      { selector, at: now },
    ].slice(-MOST_ASKED);
    if (place.asked.length <= ASKED_ALONE || now < place.tooLargeUntil) return ask(call);
    call.signal.throwIfAborted();
    const events = await waited(place.whole(), call.signal);
    if (events !== 'too-large') return { metadata: {}, items: events.filter((event) => isAbout(event, fields)) };
    place.tooLargeUntil = ticks() + TOO_LARGE_FOR_MS;
    return ask(call);
  };
}

/** One read at a time for all who ask: of the one under way or just over, when it is young enough, else of the next. */
function createBatch<Result>(begin: () => Promise<Result>, ticks: () => number): () => Promise<Result> {
  let current: { readonly startedAt: number; readonly result: Promise<Result> } | undefined;
  let next: Promise<Result> | undefined;
  let isOver = true;
  const start = (): Promise<Result> => {
    const started = { startedAt: ticks(), result: begin() };
    current = started;
    next = undefined;
    isOver = false;
    const end = (keptMs: number): void => {
      isOver = true;
      callAfter(keptMs, () => {
        if (current === started) current = undefined;
      }).unref();
    };
    // A failure is told to those who waited for it, and forgotten.
    started.result.then(
      () => end(SHARED_MS),
      () => end(0),
    );
    return started.result;
  };
  return () => {
    if (current !== undefined && ticks() - current.startedAt <= SHARED_MS) return current.result;
    if (current === undefined || isOver) return start();
    next ??= current.result.then(start, start);
    return next;
  };
}

async function readAll(read: (call: Call) => Promise<unknown>, path: string, signal: AbortSignal): Promise<Answer> {
  const all: Event[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const { items, metadata } = expectShape(page, await read({ path, query: { limit: PAGE, continue: next }, signal }), { path });
    all.push(...items);
    next = metadata?.continue || undefined;
    if (next === undefined) return all;
  }
  return 'too-large';
}

type Fields = readonly (readonly [name: string, value: string])[];

/** Which object it asks about; undefined for every other question, and for the later pages of one. */
function questionOf({
  method = 'GET',
  path,
  query = {},
}: Call): { readonly selector: string; readonly fields: Fields } | undefined {
  const { fieldSelector: selector, continue: later } = query;
  if (method !== 'GET' || typeof selector !== 'string' || later !== undefined || !EVENTS_PATH.test(path)) return undefined;
  const terms = selector.split(',').map((term) => ABOUT.exec(term));
  const fields = terms.flatMap((term) => (term?.[1] === undefined || term[2] === undefined ? [] : [[term[1], term[2]] as const]));
  return fields.length === terms.length ? { selector, fields } : undefined;
}

function isAbout({ involvedObject }: Event, fields: Fields): boolean {
  return fields.every(([name, value]) => involvedObject?.[name] === value);
}
