// One call of the Web API: token, faults on purpose, limits, scope, then the method. Answers always have `ok`.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { parseJson, readBody, sendJson } from '../http-parts.ts';
import { createLimiter, POSTS_IN_CHANNEL, tierOf } from '../socket/rate-limit.ts';
import type { Json, World } from '../world.ts';
import type { Args, Context, Method } from './method.ts';
import { Refusal, TooMany } from './method.ts';

export type ApiCall = { readonly method: string; readonly ok: boolean; readonly error?: string | undefined; readonly at: number };

export type WebApiOptions = {
  readonly world: World;
  readonly methods: Readonly<Record<string, Method>>;
  readonly baseUrl: () => string;
  readonly newTicket: () => string;
  /** 'off': no rate limits, for tests about something else. */
  readonly limits: 'slack' | 'off';
  /** What the bot's token may do. */
  readonly scopes: readonly string[];
  readonly isFileReady: Context['isFileReady'];
  readonly onCall: (call: ApiCall) => void;
};

export type WebApi = (request: IncomingMessage, response: ServerResponse, method: string) => Promise<void>;

const RETRY_AFTER_ON_PURPOSE_S = 2;

export function createWebApi(options: WebApiOptions): WebApi {
  const { world } = options;
  const limiter = createLimiter(world.now);
  const context: Context = {
    world,
    baseUrl: '',
    newTicket: options.newTicket,
    isFileReady: options.isFileReady,
    pace(channel) {
      const wait = options.limits === 'off' ? 0 : limiter.take(`post:${channel}`, POSTS_IN_CHANNEL);
      if (wait > 0) throw new TooMany(wait);
    },
  };
  return async (request, response, name) => {
    const args = parseArgs(request.headers['content-type'] ?? '', await readBody(request));
    const token = tokenOf(request, args);
    if (world.faults.slowMs > 0 && token === world.botToken) await pause(world.faults.slowMs);
    nameScopes(options, name, response);
    try {
      const result = answer({ options, limiter, context: { ...context, baseUrl: options.baseUrl() }, name, args, token });
      options.onCall({ method: name, ok: true, at: world.now() });
      if (name === 'chat.postMessage' && dropsAnswer(world)) request.socket.destroy();
      else sendJson(response, 200, { ok: true, ...result });
    } catch (error) {
      options.onCall({ method: name, ok: false, error: error instanceof Error ? error.message : 'unknown', at: world.now() });
      refuse(response, error);
    }
  };
}

/** Slack names in headers what the token may do and what the method wants. */
function nameScopes(options: WebApiOptions, name: string, response: ServerResponse): void {
  response.setHeader('x-oauth-scopes', scopesOf(options).join(','));
  const accepted = options.methods[name]?.scope;
  if (accepted !== undefined) response.setHeader('x-accepted-oauth-scopes', accepted);
}

function dropsAnswer(world: World): boolean {
  const { dropAnswerNext } = world.faults;
  if (dropAnswerNext <= 0) return false;
  world.faults = { ...world.faults, dropAnswerNext: dropAnswerNext - 1 };
  world.changed();
  return true;
}

type Call = {
  readonly options: WebApiOptions;
  readonly limiter: ReturnType<typeof createLimiter>;
  readonly context: Context;
  readonly name: string;
  readonly args: Args;
  readonly token: string;
};

function answer({ options, limiter, context, name, args, token }: Call): Json {
  const { world } = options;
  const method = options.methods[name];
  if (method === undefined) throw new Refusal('unknown_method', { req_method: name });
  if (token === '') throw new Refusal('not_authed');
  if (token !== world.botToken && token !== world.appToken) throw new Refusal('invalid_auth');
  if (token !== (method.token === 'bot' ? world.botToken : world.appToken)) throw new Refusal('not_allowed_token_type');
  if (method.token === 'bot' && world.faults.rateLimitNext > 0) {
    world.faults = { ...world.faults, rateLimitNext: world.faults.rateLimitNext - 1 };
    world.changed();
    throw new TooMany(RETRY_AFTER_ON_PURPOSE_S);
  }
  const tier = options.limits === 'off' ? undefined : tierOf(name);
  const wait = tier === undefined ? 0 : limiter.take(name, tier);
  if (wait > 0) throw new TooMany(wait);
  const scopes = scopesOf(options);
  if (method.scope !== undefined && !scopes.includes(method.scope)) {
    throw new Refusal('missing_scope', { needed: method.scope, provided: scopes.join(',') });
  }
  return method.run(context, args);
}

function scopesOf({ world, scopes }: WebApiOptions): readonly string[] {
  return world.faults.noUserGroups ? scopes.filter((scope) => scope !== 'usergroups:read') : scopes;
}

function refuse(response: ServerResponse, error: unknown): void {
  if (error instanceof TooMany) {
    response.setHeader('retry-after', String(error.retryAfter));
    sendJson(response, 429, { ok: false, error: 'ratelimited' });
  } else if (error instanceof Refusal) {
    sendJson(response, 200, { ok: false, error: error.message, ...error.more });
  } else {
    sendJson(response, 500, { ok: false, error: 'internal_error' });
  }
}

function tokenOf(request: IncomingMessage, args: Args): string {
  const header = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return header ?? (typeof args['token'] === 'string' ? args['token'] : '');
}

/** Forms carry objects as JSON texts: whoever wants an object reads it (jsonArg). */
function parseArgs(contentType: string, body: string): Args {
  if (!contentType.includes('application/json')) return Object.fromEntries(new URLSearchParams(body));
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(body));
  return parsed.success ? parsed.data : {};
}

function pause(lengthMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lengthMs);
  });
}
