// One pass over a pod stream: from nothing (everything there is, then changes) or from a position. Ends when the server closes it or says that the
// position is too old; throws when it cannot go on. Only lines that can hold a kill, and the stream's own, are parsed (pod-scan.ts).

import { z } from 'zod';
import { PermanentError, TransientError } from '../../ports/fault.ts';
import type { ClusterConnection, Query } from './connection.ts';
import { canHoldKill, createLineSplitter, isControl } from './pod-scan.ts';

/** Where the stream is: nowhere yet, or after a resource version with everything before it read. */
export type Position = { readonly kind: 'anew' } | { readonly kind: 'at'; readonly resourceVersion: string };

export type FollowOptions = {
  readonly connection: ClusterConnection;
  readonly path: string;
  readonly position: Position;
  readonly signal: AbortSignal;
  readonly onObject: (content: unknown) => Promise<void>;
  readonly onScanned: (count: number) => void;
  readonly onPosition: (position: Position) => void;
};

export type Ended = 'closed' | 'expired';

/** Objects handed on at the same time: enough to hide a round trip to Redis, few enough to stay small. */
const IN_FLIGHT = 64;
/** No bookmark nor change for this long: the connection is dead though nobody said so (bookmarks come about every minute). */
const SILENCE_MS = 5 * 60_000;
/** etcd refuses objects above 1.5 MiB; four times that covers any configuration. */
const MOST_LINE_BYTES = 6 * 1024 * 1024;
const PAGE = 500;

const control = z.object({
  type: z.string(),
  object: z.object({
    code: z.number().optional(),
    message: z.string().optional(),
    metadata: z
      .object({ resourceVersion: z.string().optional(), annotations: z.record(z.string(), z.string()).optional() })
      .optional(),
  }),
});
const change = z.object({ type: z.string(), object: z.unknown() });
const page = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.unknown()),
});

export async function followPods(options: FollowOptions): Promise<Ended> {
  if (options.position.kind === 'at') return follow(options, resume(options.position.resourceVersion));
  try {
    return await follow(options, { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' });
  } catch (error) {
    // Servers before 1.34, or with the gate off, answer 422 or 400: read pages instead.
    if (!(error instanceof PermanentError) || error.code !== 'OOM_CLUSTER_ANSWER') throw error;
    const resourceVersion = await readPages(options);
    options.onPosition({ kind: 'at', resourceVersion });
    return follow(options, resume(resourceVersion));
  }
}

function resume(resourceVersion: string): Query {
  return { resourceVersion };
}

async function follow(options: FollowOptions, query: Query): Promise<Ended> {
  const silence = createSilence(options.signal);
  const reader = createReader(options, query['resourceVersion'] !== undefined);
  try {
    const stream = await options.connection.stream({
      path: options.path,
      query: { watch: true, allowWatchBookmarks: true, ...query },
      signal: silence.signal,
    });
    for await (const chunk of stream) {
      silence.heard();
      if ((await reader.read(chunk)) === 'expired') return 'expired';
    }
    await reader.settled();
    return 'closed';
  } finally {
    silence.end();
  }
}

type Reader = {
  read(chunk: Uint8Array): Promise<'read' | 'expired'>;
  /** Everything handed on so far has been taken. */
  settled(): Promise<void>;
};

/** `synced`: a position may be remembered, because everything before it has been read. */
function createReader(options: FollowOptions, startsSynced: boolean): Reader {
  const splitter = createLineSplitter({ mostBytes: MOST_LINE_BYTES, onTooLong: () => undefined });
  const handing = createHandOver(options.onObject);
  let synced = startsSynced;
  /** Never before what came earlier is safe: a position passed is a kill nobody looks for again. */
  const reach = async (resourceVersion: string | undefined): Promise<void> => {
    await handing.settled();
    if (synced && resourceVersion !== undefined) options.onPosition({ kind: 'at', resourceVersion });
  };
  const readLine = async (line: Buffer): Promise<'read' | 'expired'> => {
    if (!isControl(line)) {
      if (canHoldKill(line)) await handing.take(change.parse(JSON.parse(line.toString('utf8'))).object);
      return 'read';
    }
    const said = readControl(line);
    if (said.kind === 'expired') return 'expired';
    synced ||= said.initialEnd;
    await reach(said.resourceVersion);
    return 'read';
  };
  return {
    async read(chunk) {
      const lines = splitter.push(chunk);
      options.onScanned(lines.length);
      for (const line of lines) if ((await readLine(line)) === 'expired') return 'expired';
      const last = lines.at(-1);
      const version = last === undefined || isControl(last) ? undefined : versionIn(last);
      if (synced && version !== undefined) await reach(version);
      return 'read';
    },
    settled: () => handing.settled(),
  };
}

type Said =
  | { readonly kind: 'expired' }
  | { readonly kind: 'bookmark'; readonly resourceVersion: string | undefined; readonly initialEnd: boolean };

function readControl(line: Buffer): Said {
  const { type, object } = control.parse(JSON.parse(line.toString('utf8')));
  if (type === 'ERROR') {
    if (object.code === 410) return { kind: 'expired' };
    throw new TransientError(`the watch ended: ${object.message ?? 'no message'}`, { code: 'OOM_CLUSTER_ANSWER' });
  }
  const { metadata } = object;
  return {
    kind: 'bookmark',
    resourceVersion: metadata?.resourceVersion,
    initialEnd: metadata?.annotations?.['k8s.io/initial-events-end'] === 'true',
  };
}

const VERSION = Buffer.from('"resourceVersion":"');

/** The first resourceVersion in the line is the object's own: metadata comes first, and names cannot hold quotes. */
function versionIn(line: Buffer): string | undefined {
  const at = line.indexOf(VERSION);
  if (at < 0) return undefined;
  const start = at + VERSION.length;
  const end = line.indexOf(0x22, start);
  return end < 0 ? undefined : line.toString('latin1', start, end);
}

/** Everything there is in pages, none of them kept. Returns the resource version of the list. */
async function readPages(options: FollowOptions): Promise<string> {
  const handing = createHandOver(options.onObject);
  let next: string | undefined;
  let resourceVersion: string;
  do {
    const text = await options.connection.text({
      path: options.path,
      query: { limit: PAGE, continue: next },
      signal: options.signal,
    });
    const { metadata, items } = page.parse(JSON.parse(text));
    options.onScanned(items.length);
    for (const item of items) {
      if (canHoldKill(Buffer.from(JSON.stringify(item)))) await handing.take(item);
    }
    await handing.settled();
    resourceVersion = metadata.resourceVersion;
    next = metadata.continue === '' ? undefined : metadata.continue;
  } while (next !== undefined);
  return resourceVersion;
}

type HandOver = {
  /** Waits only while too many are under way. Throws what an earlier one threw. */
  take(content: unknown): Promise<void>;
  settled(): Promise<void>;
};

function createHandOver(onObject: FollowOptions['onObject']): HandOver {
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const check = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    async take(content) {
      while (running.size >= IN_FLIGHT) await Promise.race(running);
      check();
      const one: Promise<void> = onObject(content)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          running.delete(one);
        });
      running.add(one);
    },
    async settled() {
      await Promise.all(running);
      check();
    },
  };
}

/** Aborts when nothing is heard for too long, or when the watcher stops. */
function createSilence(parent: AbortSignal) {
  const controller = new AbortController();
  const arm = () =>
    setTimeout(() => controller.abort(new TransientError('the watch went silent', { code: 'OOM_TIMEOUT' })), SILENCE_MS);
  let timer = arm();
  return {
    signal: AbortSignal.any([parent, controller.signal]),
    heard() {
      clearTimeout(timer);
      timer = arm();
    },
    end() {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
