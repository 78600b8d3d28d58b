// The demo's API server: one request in, one answer out (or a watch that stays open). Checks the token and the rights, finds the resource, leaves the work to its
// neighbours; every refusal becomes a Status.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../controllers/world.ts';
import type { Kubelet } from '../kubelet/kubelet.ts';
import { isDenied } from './access.ts';
import { discovery, VERSION } from './discovery.ts';
import { list } from './read/lists.ts';
import { podLog } from './read/logs.ts';
import { podMetrics } from './read/metrics.ts';
import { shownAs } from './read/views.ts';
import type { Watches } from './read/watches.ts';
import { forbidden, methodNotAllowed, notFound, Refusal, statusObject, unauthorized } from './refusal.ts';
import type { Target } from './resources.ts';
import { locate } from './resources.ts';
import { patch } from './write/patches.ts';
import { create, remove, replace } from './write/writes.ts';

export type ApiOptions = { readonly world: World; readonly kubelet: Kubelet; readonly watches: Watches; readonly token: string };
export type Api = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const USER = 'headroom-demo';
const MOST_BYTES = 3 * 1024 * 1024;

type Answer = { readonly code: number; readonly body: object | string } | 'streaming';

export function createApi(options: ApiOptions): Api {
  return async (request, response) => {
    let answer: Answer;
    try {
      answer = await answerTo(options, request, response);
    } catch (error) {
      const refusal =
        error instanceof Refusal
          ? error
          : new Refusal(500, `Internal error occurred: ${error instanceof Error ? error.message : 'unknown'}`, {
              reason: 'InternalError',
            });
      answer = { code: refusal.code, body: statusObject(refusal) };
    }
    if (answer === 'streaming') return;
    if (response.headersSent) {
      response.end();
      return;
    }
    const isText = typeof answer.body === 'string';
    response.writeHead(answer.code, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' });
    response.end(isText ? answer.body : `${JSON.stringify(answer.body)}\n`);
  };
}

async function answerTo(options: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<Answer> {
  const { world, token } = options;
  const url = new URL(request.url ?? '/', 'http://demo');
  const segments = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const [root = ''] = segments;
  if (['healthz', 'livez', 'readyz'].includes(root)) return { code: 200, body: 'ok' };
  if (request.headers.authorization !== `Bearer ${token}`) throw unauthorized();
  if (root === 'version') return { code: 200, body: VERSION };
  const isServed = (group: string): boolean => group !== 'metrics.k8s.io' || world.settings.metrics;
  const found = request.method === 'GET' ? discovery(segments, isServed) : undefined;
  if (found !== undefined) return { code: 200, body: found };
  if (root !== 'api' && root !== 'apis') return { code: 404, body: '404 page not found\n' };
  const located = locate(segments, isServed);
  if (located.kind === 'no-group') return { code: 404, body: '404 page not found\n' };
  const call: Call = { target: located.target, query: url.searchParams, request, response };
  const verb = verbOf(call);
  authorize(world, call, verb);
  return perform(options, call, verb);
}

type Call = {
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};

function verbOf({ target, query, request }: Call): string {
  switch (request.method) {
    case 'GET':
      if (target.name !== undefined) return 'get';
      return query.get('watch') === 'true' || query.get('watch') === '1' ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      throw methodNotAllowed();
  }
}

function authorize({ settings }: World, { target }: Call, verb: string): void {
  const { type, namespace, name, subresource } = target;
  const { group, resource } = type;
  if (isDenied(settings.denied, { verb, group, resource, subresource }))
    throw forbidden({ user: USER, verb, group, resource, subresource, namespace, name });
  const allowed = subresource === undefined ? type.verbs : subresource === 'resize' ? ['get', 'patch'] : ['get'];
  const isOfOne = !['create', 'list', 'watch'].includes(verb);
  if (!allowed.includes(verb) || isOfOne !== (name !== undefined)) throw methodNotAllowed();
}

async function perform(
  { world, kubelet, watches }: ApiOptions,
  { target, query, request, response }: Call,
  verb: string,
): Promise<Answer> {
  const { type, namespace } = target;
  if (type.group === 'metrics.k8s.io') return { code: 200, body: podMetrics(world, target, query) };
  if (target.subresource === 'log') return { code: 200, body: podLog(world, target, query) };
  const resource = { type, namespace, query };
  switch (verb) {
    case 'get':
      return { code: 200, body: get(world, target) };
    case 'list':
      return { code: 200, body: list(world.store, resource) };
    case 'watch':
      watches.open(resource, response);
      return 'streaming';
    default:
  }
  const body = await readBody(request);
  const writing = { target, query, body };
  if (verb === 'create') return { code: 201, body: create(world, writing) };
  if (verb === 'delete') return { code: 200, body: remove(world, kubelet, writing) };
  if (verb === 'update') {
    const { created, object } = replace(world, writing);
    return { code: created ? 201 : 200, body: object };
  }
  const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const patched = patch({ world, kubelet }, { ...writing, contentType, userAgent: request.headers['user-agent'] ?? '' });
  return { code: 200, body: shownAs(type, patched) };
}

function get(world: World, { type, namespace, name = '' }: Target): object {
  const object = world.store.get(type.resource, namespace, name);
  if (object === undefined) throw notFound({ ...type, name });
  return shownAs(type, object);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    size += bytes.length;
    if (size > MOST_BYTES)
      throw new Refusal(413, `Request entity too large: limit is ${MOST_BYTES}`, { reason: 'RequestEntityTooLarge' });
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}
