// The bytes of an answer, however the server and the network cut them: over a connection of our own with its memory used again, and, on a real cluster,
// through a proxy.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { array, assert, asyncProperty, constantFrom, nat, string } from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createByteStreams } from '../../../src/adapters/kubernetes/client/stream/byte-stream.ts';
import type { ByteStream } from '../../../src/adapters/kubernetes/client/stream/each-chunk.ts';

const soon = (): AbortSignal => AbortSignal.timeout(20_000);
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Serves connections as `serve` says, each after its request has come whole. */
async function listen(serve: (socket: net.Socket, request: string) => unknown): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    let heard = '';
    socket.on('data', (bytes) => {
      if (heard.endsWith('\r\n\r\n')) return;
      heard += bytes.toString();
      if (heard.endsWith('\r\n\r\n')) serve(socket, heard);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

const ANNA = { username: 'anna', password: 'secret' };

type Opening = { readonly user?: object; readonly scheme?: 'http' | 'https' };

async function open(port: number, signal = soon(), { user = ANNA, scheme = 'http' }: Opening = {}): Promise<ByteStream> {
  const server = `${scheme}://127.0.0.1:${port}`;
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'c', server, skipTLSVerify: true }],
    users: [{ name: 'u', ...user }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  return createByteStreams(config).open(new URL(`${server}/api/v1/pods?watch=true`), signal);
}

async function wholeOf(stream: ByteStream): Promise<string> {
  let text = '';
  await stream.each((piece) => {
    text += piece.toString('latin1');
    return undefined;
  });
  return text;
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const SHAPES = {
  chunked: (parts: readonly string[]) =>
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`,
  sized: (parts: readonly string[]) => `${HEAD}Content-Length: ${parts.join('').length}\r\n\r\n${parts.join('')}`,
  'until the connection closes': (parts: readonly string[]) => `${HEAD}\r\n${parts.join('')}`,
};

describe('an answer’s bytes', () => {
  it('are the same however it is sent and cut', async () => {
    let answer: readonly string[] = [];
    const port = await listen(async (socket) => {
      for (const part of answer) {
        socket.write(part, 'latin1');
        await pause(0);
      }
      socket.end();
    });
    const part = string({ minLength: 1, maxLength: 40, unit: constantFrom('a', '\r', '\n', '0', '{') });
    await assert(
      asyncProperty(
        constantFrom('chunked' as const, 'sized' as const, 'until the connection closes' as const),
        array(part, { maxLength: 5 }),
        array(nat(), { maxLength: 6 }),
        async (shape, parts, places) => {
          const whole = SHAPES[shape](parts);
          const cuts = places.map((place) => place % whole.length).toSorted((a, b) => a - b);
          answer = [0, ...cuts].map((from, index) => whole.slice(from, cuts[index] ?? whole.length));
          expect(await wholeOf(await open(port))).toBe(parts.join(''));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('come with what the request said and the status', async () => {
    const port = await listen((socket, request) => {
      const body = JSON.stringify(request);
      socket.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    const stream = await open(port);
    expect(stream.status).toBe(403);
    const request = await wholeOf(stream);
    expect(request).toContain('GET /api/v1/pods?watch=true HTTP/1.1');
    expect(request).toContain(`host: 127.0.0.1:${port}`);
    expect(request).toContain(`authorization: Basic ${Buffer.from('anna:secret').toString('base64')}`);
  });

  it.each([
    { name: '100', said: 'HTTP/1.1 100 Continue\r\n\r\n' },
    { name: '103, twice', said: 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(2) },
  ])('are those of the answer, after what a proxy says first: $name', async ({ said }) => {
    const first = Promise.withResolvers<void>();
    const port = await listen(async (socket) => {
      socket.write(said);
      await first.promise;
      socket.end(SHAPES.chunked(['one', 'two']));
    });
    const opening = open(port);
    expect(await Promise.race([opening.then(() => 'answered'), pause(200, 'waits')])).toBe('waits');
    first.resolve();
    const stream = await opening;
    expect(stream.status).toBe(200);
    expect(await wholeOf(stream)).toBe('onetwo');
  });

  it('end with the answer, whatever follows it', async () => {
    const port = await listen((socket) => socket.write(SHAPES.chunked(['one']) + SHAPES.chunked(['two'])));
    expect(await wholeOf(await open(port))).toBe('one');
  });

  it('wait for a callback that takes its time, and are whole though the memory is used again', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => `${String(index).padStart(4, '0')}${'x'.repeat(2000)}\n`);
    const port = await listen((socket) => socket.end(SHAPES.chunked(lines)));
    const stream = await open(port);
    let text = '';
    let running = 0;
    await stream.each(async (piece) => {
      running += 1;
      expect(running).toBe(1);
      const kept = piece.toString('latin1');
      await pause(0);
      text += kept;
      running -= 1;
    });
    expect(text).toBe(lines.join(''));
  });

  it('end where the callback says so, and with them the connection', async () => {
    const closed = Promise.withResolvers<void>();
    const port = await listen((socket) => {
      socket.once('close', () => closed.resolve());
      socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n`);
    });
    const seen: string[] = [];
    await (await open(port)).each((piece) => {
      seen.push(piece.toString());
      return 'end';
    });
    expect(seen).toEqual(['one']);
    await closed.promise;
  });

  it.each([
    { name: 'a chunk that is cut', sent: `${HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\none` },
    { name: 'chunks without an end', sent: `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n` },
    { name: 'fewer bytes than promised', sent: `${HEAD}Content-Length: 9\r\n\r\none` },
    { name: 'a chunk of less than nothing', sent: `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n-6\r\nxxxxxxxx` },
    { name: 'a length below zero', sent: `${HEAD}Content-Length: -5\r\n\r\nhello` },
    { name: 'a length that is no number', sent: `${HEAD}Content-Length: five\r\n\r\nhello` },
    { name: 'a chunk of no size', sent: `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\none\r\nxyz` },
  ])('fail after $name', async ({ sent }) => {
    const port = await listen((socket) => socket.end(sent));
    await expect(wholeOf(await open(port))).rejects.toThrow();
  });

  it.each([
    { name: 'no HTTP', sent: 'SSH-2.0-OpenSSH_9.9\r\n\r\n' },
    { name: 'nothing', sent: '' },
    { name: 'half a head', sent: 'HTTP/1.1 200 OK\r\nContent-' },
  ])('cannot be had where the answer is $name', async ({ sent }) => {
    const port = await listen((socket) => socket.end(sent));
    await expect(open(port)).rejects.toThrow();
  });

  it.each([
    {
      name: 'a throw',
      fail: (): never => {
        throw new Error('broken');
      },
    },
    { name: 'a rejection', fail: () => Promise.reject(new Error('broken')) },
  ])('fail with $name of the callback', async ({ fail }) => {
    const port = await listen((socket) => socket.write(SHAPES.chunked(['one'])));
    await expect((await open(port)).each(fail)).rejects.toThrow('broken');
  });

  it('end with the signal’s reason, before the answer and after it', async () => {
    const port = await listen((socket, request) => {
      if (request.includes('watch')) socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n`);
    });
    const controller = new AbortController();
    const stream = await open(port, controller.signal);
    const reading = stream.each(() => {
      controller.abort(new Error('stopped'));
      return undefined;
    });
    await expect(reading).rejects.toThrow('stopped');
    await expect(open(port, AbortSignal.abort(new Error('stopped before')))).rejects.toThrow('stopped before');
    const silent = await listen(() => undefined);
    await expect(open(silent, AbortSignal.timeout(50))).rejects.toThrow(/timeout/);
  });

  it('are not asked for with a credential that would be two headers', async () => {
    let asked = 0;
    const port = await listen(() => {
      asked += 1;
    });
    await expect(open(port, soon(), { user: { token: 'one\r\nX-Other: two' } })).rejects.toMatchObject({
      code: 'ERR_INVALID_CHAR',
    });
    expect(asked).toBe(0);
  });

  it('are not waited for where a server stands still: a connection gets five seconds', async () => {
    const port = await listen(() => undefined);
    // The system takes the connection; nobody says a word of TLS.
    await expect(open(port, soon(), { scheme: 'https' })).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'no connection in time',
    });
  });

  it('cannot be had where nobody listens', async () => {
    const port = await listen(() => undefined);
    for (const stop of stops.splice(0)) await stop();
    await expect(open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

const kubeconfig = process.env['E2E_KUBECONFIG'] || undefined;

describe.skipIf(kubeconfig === undefined)('on a real cluster (not run: E2E_KUBECONFIG names none)', () => {
  it('come by TLS, directly and through a proxy', async () => {
    const tunnels: string[] = [];
    const proxy = await listen((socket, request) => {
      const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+)/.exec(request) ?? [];
      tunnels.push(host);
      const target = net.connect(Number(port), host, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
      target.on('error', () => socket.destroy());
      socket.on('close', () => target.destroy());
      socket.pipe(target).pipe(socket);
    });
    const text = await readFile(kubeconfig ?? '', 'utf8');
    for (const proxyUrl of [undefined, `http://127.0.0.1:${proxy}`]) {
      const config = new KubeConfig();
      config.loadFromString(text);
      config.clusters = config.clusters.map((cluster) => ({ ...cluster, ...(proxyUrl === undefined ? {} : { proxyUrl }) }));
      const server = config.getCurrentCluster()?.server ?? '';
      const stream = await createByteStreams(config).open(new URL(`${server}/api/v1/namespaces/default`), soon());
      expect(stream.status).toBe(200);
      expect(JSON.parse(await wholeOf(stream))).toMatchObject({ kind: 'Namespace', metadata: { name: 'default' } });
      expect(tunnels).toHaveLength(proxyUrl === undefined ? 0 : 1);
    }
  });
});
