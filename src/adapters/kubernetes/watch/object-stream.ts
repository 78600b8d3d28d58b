// One pass over a stream of objects: from nothing (everything there is, then changes) or from a position. Ends when the server closes it or says that
// the position is too old; throws when it cannot go on. Only lines worth it, and the stream's own, are parsed (pod-scan.ts). Reading never waits for
// what is done with an object: a full buffer ends the pass, and everything is read again, because nothing may be dropped.

import { z } from 'zod';
import { PermanentError } from '../../../ports/fault.ts';
import type { ClusterConnection, Query } from '../client/connection.ts';
import { answerFault, expectShape } from '../client/faults.ts';
import type { HandOver } from './hand-over.ts';
import { createHandOver } from './hand-over.ts';
import type { ScannedLine } from './pod-scan.ts';
import { createLineScanner, isControl, isMarkedText } from './pod-scan.ts';
import { createSilence } from './silence.ts';
import { readChange, readControl, versionIn } from './watch-line.ts';

/** Where the stream is: nowhere yet (`inPages`: read everything in short requests), or after a resource version with everything before it read. */
export type Position =
  | { readonly kind: 'anew'; readonly inPages?: boolean }
  | { readonly kind: 'at'; readonly resourceVersion: string };

export type FollowOptions<Item> = {
  readonly connection: ClusterConnection;
  readonly path: string;
  /** For example a field selector. */
  readonly query?: Query | undefined;
  readonly position: Position;
  readonly signal: AbortSignal;
  /** Only objects whose JSON holds one of these are parsed. */
  readonly markers: readonly Buffer[];
  /** What of the object is kept until its turn comes; undefined when there is nothing to do. Never throws. */
  readonly project: (content: unknown) => Item | undefined;
  /** A line that is no JSON or longer than any object can be: it is passed over, because waiting would not mend it. */
  readonly onUnreadable: (problem: string) => void;
  /** `initial`: it was there already when the pass began. */
  readonly onItem: (item: Item, seen: { readonly initial: boolean }) => Promise<void>;
  readonly onScanned: (count: number) => void;
  readonly onPosition: (position: Position) => void;
  /** The server said something, if only that nothing has changed. */
  readonly onHeard?: (() => void) | undefined;
};

/**
 * cut-short: closed before everything was read, as by a proxy that allows no long answers. overflowed: more came than could be taken; what was not is found
 * by reading everything again.
 */
export type Ended = 'closed' | 'cut-short' | 'expired' | 'overflowed';

/** etcd refuses objects above 1.5 MiB, but JSON writes each "<" of them in six bytes. */
const MOST_LINE_BYTES = 16 * 1024 * 1024;
const PAGE = 500;
/** How often a position is remembered between bookmarks: after a cut a little is read twice, which does no harm. */
const TELL_EVERY_MS = 500;

const page = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.unknown()),
});
/** The answer to a continuation that is too old holds a new one: the rest of the list, as it is now. */
const renewal = z.object({ metadata: z.object({ continue: z.string().min(1) }) });

export async function followObjects<Item>(options: FollowOptions<Item>): Promise<Ended> {
  const { position } = options;
  if (position.kind === 'at') return follow(options, resume(position.resourceVersion));
  if (position.inPages === true) return followPages(options);
  try {
    return await follow(options, { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' });
  } catch (error) {
    // Servers before 1.34, or with the gate off, answer 422 or 400: read pages instead.
    if (!(error instanceof PermanentError) || error.code !== 'OOM_CLUSTER_ANSWER') throw error;
    return followPages(options);
  }
}

async function followPages<Item>(options: FollowOptions<Item>): Promise<Ended> {
  const resourceVersion = await readPages(options);
  options.onPosition({ kind: 'at', resourceVersion });
  return follow(options, resume(resourceVersion));
}

function resume(resourceVersion: string): Query {
  return { resourceVersion };
}

async function follow<Item>(options: FollowOptions<Item>, query: Query): Promise<Ended> {
  const silence = createSilence(options.signal);
  // At once: the next thing that the server says may be a minute away.
  const handing = createHandOver(options.onItem, silence.fail);
  const reader = createReader(options, handing, query['resourceVersion'] !== undefined);
  try {
    const stream = await options.connection.stream({
      path: options.path,
      query: { watch: true, allowWatchBookmarks: true, ...options.query, ...query },
      signal: silence.signal,
    });
    let ended: Ended | undefined;
    options.onHeard?.();
    await stream.each((chunk) => {
      silence.heard();
      options.onHeard?.();
      const step = reader.read(chunk);
      if (step === 'read') return reader.roomForMore();
      ended = step;
      return 'end';
    });
    return ended ?? (reader.synced() ? 'closed' : 'cut-short');
  } finally {
    silence.end();
    await reader.settled();
  }
}

type Reader = {
  read(chunk: Buffer): Step;
  /** Waits while the buffer is half full and the first read is still going on: then nothing is missed by being slow. */
  roomForMore(): Promise<void> | undefined;
  /** Everything handed on so far has been taken. Throws what could not be. */
  settled(): Promise<void>;
  /** Everything there was has been read. */
  synced(): boolean;
};

type Step = 'read' | 'expired' | 'overflowed';

/** `synced`: a position may be remembered, because everything before it has been read. */
function createReader<Item>(options: FollowOptions<Item>, handing: HandOver<Item>, startsSynced: boolean): Reader {
  const scanner = createLineScanner({
    markers: options.markers,
    mostBytes: MOST_LINE_BYTES,
    onTooLong: () => options.onUnreadable('a line of more than 16 MiB'),
  });
  const progress = createProgress(options, handing);
  let synced = startsSynced;
  const readControlLine = (line: ScannedLine): Step => {
    const said = readControl(line.whole());
    if (said.kind === 'expired') return 'expired';
    synced ||= said.initialEnd;
    if (synced) progress.reach(said.resourceVersion);
    return 'read';
  };
  const readLine = (line: ScannedLine): Step => {
    const isTimeToTell = progress.scanned();
    if (isControl(line)) return readControlLine(line);
    const step = line.marked && !takeMarked(options, handing, { line, initial: !synced }) ? 'overflowed' : 'read';
    // Behind what is handed on of the line itself: its position is past it.
    if (isTimeToTell && step === 'read') progress.tell(synced ? versionIn(line.head()) : undefined);
    return step;
  };
  return {
    read(chunk) {
      let step: Step = 'read';
      scanner.push(chunk, (line) => {
        step = readLine(line);
        return step === 'read';
      });
      handing.check();
      return step;
    },
    roomForMore: () => (synced ? undefined : handing.roomForMore()),
    settled: () => handing.settled(),
    synced: () => synced,
  };
}

type Marked = { readonly line: ScannedLine; readonly initial: boolean };

/** False when there is no room for what it holds. */
function takeMarked<Item>(options: FollowOptions<Item>, handing: HandOver<Item>, { line, initial }: Marked): boolean {
  const { object } = readChange(line.whole(), options.onUnreadable);
  const item = object === undefined ? undefined : options.project(object);
  return item === undefined || handing.take(item, { initial });
}

/** What has been scanned and how far, told now and then: telling for each line would cost more than scanning it. */
function createProgress<Item>({ onPosition, onScanned }: FollowOptions<Item>, handing: HandOver<Item>) {
  const told = { at: 0, lines: 0 };
  /** Never before what came earlier is safe: a position passed is a kill nobody looks for again. */
  const reach = (resourceVersion: string | undefined): void => {
    if (resourceVersion !== undefined) handing.whenTaken(() => onPosition({ kind: 'at', resourceVersion }));
  };
  return {
    reach,
    /** Counts a line; true when it is time to tell. */
    scanned(): boolean {
      told.lines += 1;
      return performance.now() - told.at > TELL_EVERY_MS;
    },
    tell(resourceVersion: string | undefined): void {
      onScanned(told.lines);
      told.lines = 0;
      told.at = performance.now();
      reach(resourceVersion);
    },
  };
}

/**
 * Everything there is in pages, none of them kept. Returns the resource version of the first: where a continuation ran out on the way, what changed
 * meanwhile in the pages before it comes with the changes since then, or, where the server has forgotten those, with everything once more.
 */
async function readPages<Item>(options: FollowOptions<Item>): Promise<string> {
  const handing = createHandOver(options.onItem);
  let next: string | undefined;
  let resourceVersion: string | undefined;
  do {
    const read = await readPage(options, next);
    for (const item of read.items) {
      const projected = isMarkedText(JSON.stringify(item), options.markers) ? options.project(item) : undefined;
      if (projected !== undefined) handing.take(projected, { initial: true });
    }
    // A page fits the buffer, and the next one waits for it.
    await handing.settled();
    resourceVersion ??= read.resourceVersion;
    next = read.next;
  } while (next !== undefined);
  return resourceVersion ?? '';
}

type Page = {
  readonly items: readonly unknown[];
  readonly next: string | undefined;
  readonly resourceVersion: string | undefined;
};

async function readPage<Item>({ connection, path, query, signal, onScanned }: FollowOptions<Item>, next?: string): Promise<Page> {
  const { status, body } = await connection.answer({ path, query: { ...query, limit: PAGE, continue: next }, signal });
  const renewed = status === 410 ? renewal.safeParse(body) : undefined;
  if (renewed?.success === true) return { items: [], next: renewed.data.metadata.continue, resourceVersion: undefined };
  if (status >= 300) throw answerFault({ path }, status, body);
  const { metadata, items } = expectShape(page, body, { path });
  onScanned(items.length);
  return { items, next: metadata.continue === '' ? undefined : metadata.continue, resourceVersion: metadata.resourceVersion };
}
