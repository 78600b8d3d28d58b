// The wires between the program and what it works with, each with the trap in it: an API server, a Redis, a Slack. What changes something there is an
// effect; everything else only passes.

import { once } from 'node:events';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Answer, Call, ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { commandsIn } from './resp.ts';
import type { Trap } from './trap.ts';

export type Wire = { readonly port: number; stop(): Promise<void> };

export type ClusterWire = Wire & {
  /** Paths of the patches that the API server accepted, dry runs left out. */
  readonly patched: readonly string[];
};

const WITHIN_MS = 20_000;

export async function wireCluster(trap: Trap, connection: ClusterConnection): Promise<ClusterWire> {
  const patched: string[] = [];
  const wire = await wireHttp(async (request, body, response) => {
    const call = callOf(request, body);
    const isPatch = call.method === 'PATCH' && call.query?.['dryRun'] === undefined;
    const isEffect = isPatch || (call.method === 'POST' && call.path.endsWith('/events'));
    if (isEffect ? !trap.passes(`${call.method} ${call.path}`) : !trap.isOpen()) return request.socket.destroy();
    const answer = await connection.answer(call);
    if (isPatch && answer.status < 300) patched.push(call.path);
    return respond(response, answer);
  });
  return { ...wire, patched };
}

function callOf({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): Call & { readonly method: string } {
  const { pathname, searchParams } = new URL(url, 'http://cluster');
  const content: unknown = body === '' ? undefined : JSON.parse(body);
  return {
    method: METHODS.find((known) => known === method) ?? 'GET',
    path: pathname,
    query: Object.fromEntries(searchParams),
    ...(content === undefined ? {} : { body: content, contentType: headers['content-type'] ?? 'application/json' }),
    signal: AbortSignal.timeout(WITHIN_MS),
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function respond(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** `apiUrl`: as the local Slack says it. */
export async function wireSlack(trap: Trap, apiUrl: string): Promise<Wire> {
  return wireHttp(async (request, body, response) => {
    const { url = '/', headers } = request;
    const isEffect = url.startsWith('/api/chat.');
    if (isEffect ? !trap.passes(`Slack ${url}`) : !trap.isOpen()) return request.socket.destroy();
    const answer = await fetch(new URL(url, apiUrl), {
      method: 'POST',
      headers: { authorization: headers.authorization ?? '', 'content-type': headers['content-type'] ?? '' },
      body,
    });
    const retryAfter = answer.headers.get('retry-after');
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
    });
    return void response.end(await answer.text());
  });
}

type Pass = (request: IncomingMessage, body: string, response: ServerResponse) => Promise<unknown>;

async function wireHttp(pass: Pass): Promise<Wire> {
  const server = createHttpServer((request, response) => {
    textOf(request)
      .then((body) => pass(request, body, response))
      .catch(() => request.socket.destroy());
  });
  return {
    port: await listening(server),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) if (Buffer.isBuffer(part)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

async function listening(server: Server | HttpServer): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export async function wireRedis(trap: Trap, url: string): Promise<Wire> {
  const target = new URL(url);
  const open = new Set<{ destroy(): void }>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end);
      socket.once('close', () => {
        open.delete(socket);
        end();
      });
    }
    far.pipe(near);
    let waiting: Buffer = Buffer.alloc(0);
    near.on('data', (part: Buffer) => {
      const { commands, rest } = commandsIn(Buffer.concat([waiting, part]));
      waiting = rest;
      for (const { words, raw } of commands) {
        const effect = effectOf(trap, words);
        if (effect === undefined ? !trap.isOpen() : !trap.passes(effect)) return end();
        far.write(raw);
      }
      return undefined;
    });
  });
  return {
    port: await listening(server),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

const READS =
  /^(GET|MGET|EXISTS|H?(GET|LEN|KEYS|GETALL|MGET|EXISTS)|[SLZX](CARD|LEN|MEMBERS|RANGE|REVRANGE|RANGEBYSCORE|SCORE))$/i;

/** What the queue does to one of our jobs: finish it, put it off, hand it out again. Its number is the last part of a key. */
const JOB = /^headroom:queue:(?:apply|verify|post)[^:]*:\d+$/;

/** Undefined for what reads, and for what is about something else: heartbeats, locks, other proposals. */
function effectOf(trap: Trap, words: readonly string[]): string | undefined {
  const [name = ''] = words;
  if (READS.test(name)) return undefined;
  const job = words.find((word) => JOB.test(word));
  const isOurs = job !== undefined || words.some((word) => trap.concerns(word));
  return isOurs ? `Redis ${name} ${job ?? words.find((word) => word.startsWith('headroom:')) ?? ''}` : undefined;
}
