// One GET over a connection of its own, read in turns into the same memory (`onread`). What comes is parsed by http-parser-js, which hands on pieces of that
// memory; node's own parser copies each piece.

import { validateHeaderValue } from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { HTTPParser } from 'http-parser-js';
import { callAfter } from '../../../../ports/timers.ts';
import type { ByteStream } from './each-chunk.ts';
import { createPieces } from './pieces.ts';
import type { Turns } from './turns.ts';
import { createTurns } from './turns.ts';

export type DirectRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: without TLS. */
  readonly tls: tls.ConnectionOptions | undefined;
};

/** How long a connection is idle before the system asks whether the other side is still there, as node's agents do. */
const PROBE_AFTER_MS = 1000;

/** Without an answer of the system for so long there is nobody: what was lost on the way would be tried again ever more seldom. */
const CONNECTED_WITHIN_MS = 5000;
/** A busy API server lets a watch wait in a queue for up to 15 s. */
const ANSWERED_WITHIN_MS = 20_000;

type Pieces = ReturnType<typeof createPieces>;

/** Resolves with the answer's head; rejects with what node says when there is none. The signal ends it at any time, with its reason. */
export function openDirect(request: DirectRequest, signal: AbortSignal): Promise<ByteStream> {
  const { promise, resolve, reject } = Promise.withResolvers<ByteStream>();
  const asked = head(request);
  const turns = createTurns({
    pause: () => socket.pause(),
    // Reading goes on without all that resume() does for streams of another kind.
    resume: () => void socket.read(0),
    now: () => performance.now(),
    read(bytes) {
      const problem = problemOf(parser, bytes);
      if (problem !== undefined) socket.destroy(problem);
    },
  });
  const pieces = createPieces({ pause: turns.hold, resume: turns.release, close: () => socket.destroy() });
  const fail = (error: Error): void => {
    if (!signal.aborted) turns.flush();
    reject(error);
    pieces.fail(error);
  };
  const parser = createParser(pieces, (status) => resolve({ status, each: pieces.each, close: () => socket.destroy() }));
  const abort = (): void => void socket.destroy(errorOf(signal.reason));
  const socket = connect(request, turns.onread);
  signal.addEventListener('abort', abort, { once: true });
  socket.setKeepAlive(true, PROBE_AFTER_MS);
  waitFor(promise, socket, request.tls === undefined ? 'connect' : 'secureConnect');
  socket.once('error', fail);
  // A body without a length ends with the connection.
  socket.once('end', () => {
    turns.flush();
    parser.finish();
  });
  socket.once('close', () => {
    signal.removeEventListener('abort', abort);
    turns.end();
    fail(new Error('the connection was closed too early'));
  });
  socket.write(asked);
  if (signal.aborted) abort();
  return promise;
}

/** Gives up on who does not answer in time, first the system and then the server. */
function waitFor(answer: Promise<unknown>, socket: net.Socket, connected: 'connect' | 'secureConnect'): void {
  const giveUp = (words: string) => (): void => void socket.destroy(new DOMException(words, 'TimeoutError'));
  let timer = callAfter(CONNECTED_WITHIN_MS, giveUp('no connection in time'));
  const end = (): void => clearTimeout(timer);
  socket.once(connected, () => {
    end();
    timer = callAfter(ANSWERED_WITHIN_MS, giveUp('no answer in time'));
  });
  answer.then(end, end);
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function connect({ url, tls: options }: DirectRequest, onread: Turns['onread']): net.Socket {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const own = { host, onread };
  if (options === undefined) return net.connect({ ...own, port: portOf(url, 80) });
  // A name is asked for where there is one: an address has none.
  const servername = options.servername ?? (net.isIP(host) === 0 ? host : '');
  return tls.connect({ ...options, ...own, port: portOf(url, 443), servername, ALPNProtocols: ['http/1.1'] });
}

function portOf({ port }: URL, usual: number): number {
  return port === '' ? usual : Number(port);
}

function head({ url, headers }: DirectRequest): string {
  const fields = { host: url.host, connection: 'close', ...headers };
  const lines = Object.entries(fields).map(([name, value]) => {
    // A line end in a credential would begin another header.
    validateHeaderValue(name, value);
    return `${name}: ${value}`;
  });
  return [`GET ${url.pathname}${url.search} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

type Parser = ReturnType<typeof createParser>;

/**
 * `onHead` is called once with the status. What a proxy says on the way ("103 Early Hints") is not the answer yet (RFC 9110, 15.2): taken for one, it would be
 * a watch that hears and sees nothing.
 */
function createParser(pieces: Pieces, onHead: (status: number) => void) {
  const parser = new HTTPParser(HTTPParser.RESPONSE);
  let isAnswer = false;
  parser[HTTPParser.kOnHeadersComplete] = ({ statusCode }) => {
    isAnswer = statusCode >= 200;
    if (isAnswer) onHead(statusCode);
  };
  // The parser goes back by a length below zero, and reads the same again for ever.
  parser[HTTPParser.kOnBody] = (piece, _from, length) => {
    if (!(length > 0)) throw new Error('the answer gives a length that is none');
    pieces.take(piece);
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    if (isAnswer) pieces.end();
  };
  return parser;
}

/** What is wrong with the bytes: the parser returns what it finds itself, and throws what its callbacks throw. */
function problemOf(parser: Parser, bytes: Buffer): Error | undefined {
  try {
    const parsed = parser.execute(bytes);
    return parsed instanceof Error ? parsed : undefined;
  } catch (error) {
    return errorOf(error);
  }
}
