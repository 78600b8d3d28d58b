// /livez: this process runs. /readyz: its parts work, one line each, 503 while one does not. /metrics: Prometheus' text format.

import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Registry } from 'prom-client';

export type ReadinessCheck = {
  readonly name: string;
  /** True when the part works now. Never throws. */
  readonly ready: () => Promise<boolean> | boolean;
};

export type HttpOptions = {
  readonly host: string;
  readonly port: number;
  readonly registry: Registry;
  readonly checks: readonly ReadinessCheck[];
  /** Sentences about what does not work until somebody sets it; they do not make the process unready. */
  readonly notes?: readonly string[] | undefined;
};

export type HttpServer = { readonly port: number; stop(): Promise<void> };

/** Throws an error that names the port when it is taken. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', response, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken ? new Error(`HTTP_PORT: port ${options.port} is in use; stop what uses it or set HTTP_PORT to another`) : error,
      );
    });
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(url: string, response: ServerResponse, options: HttpOptions): Promise<void> {
  const [path] = url.split('?');
  if (path === '/livez') return send(response, 200, 'ok\n');
  if (path === '/metrics') {
    response.setHeader('content-type', options.registry.contentType);
    return send(response, 200, await options.registry.metrics());
  }
  if (path !== '/readyz') return send(response, 404, 'try /livez, /readyz or /metrics\n');
  const states = await Promise.all(options.checks.map(async ({ name, ready }) => ({ name, ready: await ready() })));
  const parts = states.map(({ name, ready }) => `${ready ? 'ok ' : 'NOT'} ${name}\n`);
  const text = [...parts, ...(options.notes ?? []).map((note) => `note ${note}\n`)].join('');
  return send(response, states.every(({ ready }) => ready) ? 200 : 503, text);
}

function send(response: ServerResponse, status: number, text: string): void {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.writeHead(status).end(text);
}
