// The app's WebSocket connections, ten at most: each let in by a ticket that works once, pinged every five seconds. An envelope goes to one of them in
// turn and waits for its acknowledgement. Times in ms.

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { parseJson } from '../http-parts.ts';
import type { Json, World } from '../world.ts';
import { newId } from '../world.ts';

export type Delivery =
  | { readonly kind: 'acked'; readonly payload: Json | undefined }
  /** It was sent, and nobody acknowledged it in time. */
  | { readonly kind: 'unanswered' }
  /** No connection was open. */
  | { readonly kind: 'undelivered' };

export type Connections = {
  newTicket(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** One attempt, to one connection. */
  attempt(envelope: Json): Promise<Delivery>;
  /**
   * The connections, or only the oldest one, are to go. After a frame the client may leave by itself; what is still there a while later is closed. 'drop'
   * cuts the TCP connections.
   */
  disconnect(how: 'refresh_requested' | 'warning' | 'drop', which: 'all' | 'oldest'): void;
  count(): number;
  stop(): void;
};

const PING_EVERY_MS = 5000;
const MOST_CONNECTIONS = 10;
const LEAVE_WITHIN_MS = 300;
/** Tickets that are never used should not stay for ever. */
const MOST_TICKETS = 100;

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.record(z.string(), z.unknown()).nullish() });

type State = {
  readonly world: World;
  readonly tickets: Set<string>;
  readonly sockets: Set<WebSocket>;
  /** Those of them that are closed within moments. */
  readonly closing: Set<WebSocket>;
  /** By envelope_id. */
  readonly waiting: Map<string, (delivery: Delivery) => void>;
  readonly answerWithinMs: number;
  readonly cutAfterMs: number;
  turn: number;
};

export type ConnectionsOptions = {
  readonly world: World;
  readonly answerWithinMs: number;
  /** From a disconnect frame until the connection is closed. */
  readonly cutAfterMs: number;
};

export function createConnections({ world, answerWithinMs, cutAfterMs }: ConnectionsOptions): Connections {
  const state: State = {
    world,
    tickets: new Set(),
    sockets: new Set(),
    closing: new Set(),
    waiting: new Map(),
    answerWithinMs,
    cutAfterMs,
    turn: 0,
  };
  const server = new WebSocketServer({ noServer: true });
  const pinging = setInterval(() => {
    for (const socket of state.sockets) socket.ping();
  }, PING_EVERY_MS);
  pinging.unref();
  return {
    newTicket: () => newTicket(state.tickets),
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://local').searchParams.get('ticket') ?? '';
      if (state.tickets.delete(ticket)) server.handleUpgrade(request, socket, head, (client) => welcome(state, client));
      else socket.destroy();
    },
    attempt: (envelope) => attempt(state, envelope),
    disconnect(how, which) {
      for (const socket of [...state.sockets].slice(0, which === 'all' ? undefined : 1)) {
        if (how === 'drop') socket.terminate();
        else sendAway(state, socket, how);
      }
    },
    count: () => state.sockets.size,
    stop() {
      clearInterval(pinging);
      for (const socket of state.sockets) leave(socket);
      state.sockets.clear();
      for (const settle of state.waiting.values()) settle({ kind: 'unanswered' });
      server.close();
    },
  };
}

/** Nothing new is sent there shortly before it is closed, unless there is no other, and what was sent can still be acknowledged. */
function sendAway({ closing, cutAfterMs, answerWithinMs }: State, socket: WebSocket, how: string): void {
  socket.send(disconnectFrame(how));
  const timers = [
    setTimeout(() => closing.add(socket), Math.max(0, cutAfterMs - answerWithinMs)),
    setTimeout(() => leave(socket), cutAfterMs),
  ];
  socket.on('close', () => {
    for (const timer of timers) clearTimeout(timer);
    closing.delete(socket);
  });
}

/** A close frame first: a client whose connection is cut would log an error. */
function leave(socket: WebSocket): void {
  const timer = setTimeout(() => socket.terminate(), LEAVE_WITHIN_MS);
  socket.on('close', () => clearTimeout(timer));
  socket.close(1001, 'the local Slack stops');
}

function newTicket(tickets: Set<string>): string {
  const ticket = randomBytes(12).toString('hex');
  tickets.add(ticket);
  for (const old of tickets) if (tickets.size > MOST_TICKETS) tickets.delete(old);
  return ticket;
}

function welcome({ world, sockets, waiting }: State, client: WebSocket): void {
  client.on('error', () => client.terminate());
  if (sockets.size >= MOST_CONNECTIONS) {
    client.send(disconnectFrame('too_many_websockets'));
    client.close();
    return;
  }
  sockets.add(client);
  client.on('close', () => {
    sockets.delete(client);
    world.changed();
  });
  client.on('message', (data) => {
    const parsed = acknowledgement.safeParse(Buffer.isBuffer(data) ? parseJson(data.toString('utf8')) : undefined);
    if (parsed.success) waiting.get(parsed.data.envelope_id)?.({ kind: 'acked', payload: parsed.data.payload ?? undefined });
  });
  client.send(
    JSON.stringify({
      type: 'hello',
      num_connections: sockets.size,
      connection_info: { app_id: world.appId },
      debug_info: { host: 'local', approximate_connection_time: 18_060 },
    }),
  );
  world.changed();
}

function disconnectFrame(reason: string): string {
  return JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local' } });
}

function attempt(state: State, envelope: Json): Promise<Delivery> {
  const open = [...state.sockets].filter((each) => each.readyState === each.OPEN);
  const staying = open.filter((each) => !state.closing.has(each));
  const chosen = staying.length > 0 ? staying : open;
  const socket = chosen[state.turn % Math.max(1, chosen.length)];
  state.turn += 1;
  if (socket === undefined) return Promise.resolve({ kind: 'undelivered' });
  const id = newId('E');
  return new Promise((resolve) => {
    const settle = (delivery: Delivery): void => {
      clearTimeout(timer);
      state.waiting.delete(id);
      resolve(delivery);
    };
    const timer = setTimeout(() => settle({ kind: 'unanswered' }), state.answerWithinMs);
    state.waiting.set(id, settle);
    socket.send(JSON.stringify({ envelope_id: id, ...envelope }));
  });
}
