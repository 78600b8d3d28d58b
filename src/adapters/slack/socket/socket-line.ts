// One Socket Mode connection that lasts. Slack asks each connection to leave every few hours, and sometimes all of them together: the library would close it
// at once and wait five seconds before the next. Here the next one is open before the old one goes, and the old one still acknowledges what it was given.

import { SocketModeClient } from '@slack/socket-mode';
import { z } from 'zod';
import { SECOND } from '../../../domain/base/time.ts';
import type { Log } from '../../../ports/log.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import { aborted, pause } from '../../pause.ts';
import { clientOptions } from '../client/client.ts';
import { boltLogger } from '../client/logger.ts';

/** What Slack sends, with the way to acknowledge it. */
type Envelope = {
  readonly ack: (response?: unknown) => Promise<void>;
  readonly body: Record<string, unknown>;
  readonly retry_num?: number;
  readonly retry_reason?: string;
};

export type SocketLineOptions = {
  readonly appToken: string;
  readonly apiUrl: string | undefined;
  readonly receive: (envelope: Envelope) => Promise<void>;
  /** One more open connection, or one less. */
  readonly onChange: (change: 1 | -1) => void;
  readonly log: Log;
};

export type SocketLine = {
  /** Resolves when Slack has taken the first connection, however long that takes, or when it is stopped before. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

const RETRY_MS = 2 * SECOND;
/** Slack answers in milliseconds; a connection that never says hello is given up. */
const HELLO_WITHIN_MS = 10 * SECOND;
/** Slack cuts a connection that it asked to leave about ten seconds later, when nothing is under way on it; one that it forgets is left after three times that. */
const FORGOTTEN_AFTER_MS = 30 * SECOND;
const LEAVE_WITHIN_MS = SECOND;
/** Three times what the library waits: a process that stood still for some seconds finds the pongs late on all its connections at once. */
const PONG_WITHIN_MS = 15 * SECOND;

const leaving = z.object({ type: z.literal('disconnect') });

/** The library's client, which hands the decision to leave to whoever holds it. */
class LeavableClient extends SocketModeClient {
  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    if (typeof data === 'string' && isLeaving(data)) this.emit('asked_to_leave');
    else await super.onWebSocketMessage(data, isBinary);
  }
}

function isLeaving(frame: string): boolean {
  try {
    return leaving.safeParse(JSON.parse(frame)).success;
  } catch {
    return false;
  }
}

type Connection = {
  readonly client: LeavableClient;
  /** Resolves when Slack asked it to leave or it is gone. */
  readonly over: Promise<unknown>;
  readonly openedAt: number;
};

export function createSocketLine(options: SocketLineOptions): SocketLine {
  const stopped = new AbortController();
  const open = new Set<LeavableClient>();
  let following: Promise<void> = Promise.resolve();
  const line = { options, open, signal: stopped.signal };
  return {
    async start() {
      const first = await opened(line);
      if (first !== undefined) following = follow(line, first);
    },
    async stop() {
      stopped.abort();
      await Promise.all([...open].map(leave));
      await following;
    },
  };
}

type Line = { readonly options: SocketLineOptions; readonly open: Set<LeavableClient>; readonly signal: AbortSignal };

async function follow(line: Line, first: Connection): Promise<void> {
  let current: Connection | undefined = first;
  while (current !== undefined && !line.signal.aborted) {
    await Promise.race([current.over, aborted(line.signal)]);
    // Slack that lets us in and throws us out again is not asked without end.
    if (performance.now() - current.openedAt < RETRY_MS) await pause(RETRY_MS, line.signal);
    const next = await opened(line);
    void retire(line, current.client);
    current = next;
  }
}

/** Slack closes it: only Slack knows what it is still sending there, and a click that meets a closing connection is lost. */
async function retire({ signal, open }: Line, client: LeavableClient): Promise<void> {
  const closed = new AbortController();
  client.once('close', () => closed.abort());
  if (open.has(client)) await pause(FORGOTTEN_AFTER_MS, AbortSignal.any([signal, closed.signal]));
  await leave(client);
}

/** Undefined when it was stopped meanwhile. */
async function opened(line: Line): Promise<Connection | undefined> {
  while (!line.signal.aborted) {
    const connection = await attempt(line);
    if (connection !== undefined) return connection;
    await pause(RETRY_MS, line.signal);
  }
  return undefined;
}

async function attempt(line: Line): Promise<Connection | undefined> {
  const { options, open, signal } = line;
  const client = newClient(options);
  const over = new Promise((resolve) => {
    client.once('asked_to_leave', () => resolve('asked'));
    client.once('disconnected', () => resolve('gone'));
  });
  client.once('connected', () => {
    open.add(client);
    options.onChange(1);
    client.once('close', () => {
      open.delete(client);
      options.onChange(-1);
    });
  });
  const tooLate = AbortSignal.any([signal, timeoutAfter(HELLO_WITHIN_MS)]);
  const start = client.start();
  let why = 'it did not say hello';
  try {
    await Promise.race([start, over, aborted(tooLate)]);
  } catch (error) {
    why = error instanceof Error ? error.message : 'it closed the connection';
  }
  // Slack may say hello and ask to leave in one breath: that one serves until the next is there.
  if (open.has(client)) return { client, over, openedAt: performance.now() };
  if (!signal.aborted) options.log.warn('waiting for Slack', { error: why });
  // It may still come to a connection that nobody waits for.
  void start.then(
    () => leave(client),
    () => undefined,
  );
  void leave(client);
  return undefined;
}

function newClient({ appToken, apiUrl, receive, log }: SocketLineOptions): LeavableClient {
  const client = new LeavableClient({
    appToken,
    autoReconnectEnabled: false,
    clientPingTimeout: PONG_WITHIN_MS,
    logger: boltLogger(log),
    clientOptions: clientOptions(apiUrl),
  });
  client.on('slack_event', (envelope: Envelope) => {
    receive(envelope).catch((error: unknown) => log.error('what Slack sent could not be taken', { error }));
  });
  return client;
}

/** Never rejects, and does not wait long for Slack to say goodbye. */
async function leave(client: LeavableClient): Promise<void> {
  const left = new AbortController();
  await Promise.race([client.disconnect(), pause(LEAVE_WITHIN_MS, left.signal)]);
  left.abort();
}
