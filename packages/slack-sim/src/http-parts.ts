// Small parts of an HTTP server on loopback: bodies up to 8 MiB, answers, and who may ask at all.

import type { IncomingMessage, ServerResponse } from 'node:http';

const MOST_BODY = 8 * 1024 * 1024;

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > MOST_BODY) throw new RangeError('the request is larger than 8 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export async function readBody(request: IncomingMessage): Promise<string> {
  return (await readBytes(request)).toString('utf8');
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function sendJson(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(content));
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

/** What was uploaded: never a page that could act here. */
export function sendFile(
  response: ServerResponse,
  file: { readonly bytes: Uint8Array; readonly type: string } | undefined,
): void {
  if (file === undefined) return sendText(response, 404, 'no such file\n');
  const type = file.type === 'image/png' ? file.type : 'text/plain; charset=utf-8';
  response.writeHead(200, { 'content-type': type, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  response.end(file.bytes);
}

/** Only names of this machine: a page of another site must not reach us by a name that points here. */
export function isLocalHost(request: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:[0-9]+)?$/.test(request.headers.host ?? '');
}

/** Browsers name the site a request comes from; other sites may not act for the people here. */
export function isSameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || origin === `http://${host ?? ''}`;
}
