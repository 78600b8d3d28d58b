// Socket Mode: up to ten connections of one app; every envelope goes to one of them in turn. Events that are not acknowledged within three seconds
// are delivered again; commands and clicks are not: the person is told instead.

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { newId } from './world.ts';
import type { Json, World } from './world.ts';

export type Delivery = { readonly kind: 'acked'; readonly payload: Json | undefined } | { readonly kind: 'unanswered' };

export type SocketMode = {
  newTicket(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** One attempt, to one connection. */
  deliver(type: 'slash_commands' | 'interactive', payload: Json): Promise<Delivery>;
  /** Attempts until acknowledged, then gives up. */
  event(event: Json): Promise<void>;
  disconnectAll(how: 'refresh_requested' | 'warning' | 'drop'): void;
  connections(): number;
  stop(): void;
};

const ANSWER_WITHIN_MS = 3000;
const PING_EVERY_MS = 5000;
const MOST_CONNECTIONS = 10;

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.record(z.string(), z.unknown()).nullish() });

type Waiting = (payload: Json | undefined) => void;

export function createSocketMode(world: World, retryAfterMs: readonly number[]): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const sockets = new Set<WebSocket>();
  const waiting = new Map<string, Waiting>();
  let turn = 0;

  const pinging = setInterval(() => {
    for (const socket of sockets) socket.ping();
  }, PING_EVERY_MS);
  pinging.unref();

  const connected = (socket: WebSocket): void => {
    sockets.add(socket);
    world.changed();
    socket.on('close', () => {
      sockets.delete(socket);
      world.changed();
    });
    socket.on('error', () => undefined);
    socket.on('message', (data) => acknowledge(waiting, data));
    socket.send(JSON.stringify({ type: 'hello', num_connections: sockets.size, connection_info: { app_id: world.appId }, debug_info: { host: 'local', approximate_connection_time: 18_060 } }));
  };

  const attempt = (type: string, payload: Json, retry: Json): Promise<Delivery> => {
    const open = [...sockets].filter((socket) => socket.readyState === socket.OPEN);
    const socket = open[turn++ % Math.max(1, open.length)];
    if (socket === undefined) return Promise.resolve({ kind: 'unanswered' });
    const id = newId('E');
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        resolve({ kind: 'unanswered' });
      }, ANSWER_WITHIN_MS);
      waiting.set(id, (answer) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve({ kind: 'acked', payload: answer });
      });
      socket.send(JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: type !== 'events_api', ...retry }));
    });
  };

  return {
    newTicket() {
      const ticket = randomBytes(12).toString('hex');
      tickets.add(ticket);
      return ticket;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://local').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket) || sockets.size >= MOST_CONNECTIONS) {
        socket.destroy();
        return;
      }
      server.handleUpgrade(request, socket, head, connected);
    },
    deliver: (type, payload) => attempt(type, payload, {}),
    async event(event) {
      const payload = eventPayload(world, event);
      for (const [index, afterMs] of [0, ...retryAfterMs].entries()) {
        if (afterMs > 0) await pause(afterMs);
        const retry = index === 0 ? {} : { retry_attempt: index, retry_reason: 'timeout' };
        if ((await attempt('events_api', payload, retry)).kind === 'acked') return;
      }
    },
    disconnectAll(how) {
      for (const socket of sockets) {
        if (how === 'drop') socket.terminate();
        else socket.send(JSON.stringify({ type: 'disconnect', reason: how, debug_info: { host: 'local' } }));
      }
    },
    connections: () => sockets.size,
    stop() {
      clearInterval(pinging);
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}

function acknowledge(waiting: ReadonlyMap<string, Waiting>, data: RawData): void {
  const parsed = acknowledgement.safeParse(parseJson(data.toString()));
  if (parsed.success) waiting.get(parsed.data.envelope_id)?.(parsed.data.payload ?? undefined);
}

function eventPayload(world: World, event: Json): Json {
  return {
    token: 'local',
    team_id: world.teamId,
    api_app_id: world.appId,
    event,
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: Math.floor(world.now() / 1000),
    authorizations: [{ enterprise_id: null, team_id: world.teamId, user_id: world.botUserId, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: false,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pause(lengthMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lengthMs).unref();
  });
}
