// The page's side: files, state over a WebSocket, and what people do. Loopback names only, and no other site may act here.

import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Control } from './control.ts';
import { isSameOrigin, readBody, sendJson, sendText } from './http-parts.ts';
import type { UiAnswer } from './ui-types.ts';
import { PEOPLE } from './world.ts';
import type { World } from './world.ts';

export type UiServer = {
  page(response: ServerResponse, path: string): Promise<void>;
  request(request: IncomingMessage, response: ServerResponse, what: string): Promise<void>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): void;
};

const TYPES: Readonly<Record<string, string>> = { '/': 'text/html; charset=utf-8', '/page.js': 'text/javascript; charset=utf-8', '/page.css': 'text/css; charset=utf-8' };
const SEND_AT_MOST_EVERY_MS = 40;

const as = z.string();
const values = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])));
const requests = {
  action: z.object({
    as,
    where: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('message'), channel: z.string(), ts: z.string() }),
      z.object({ kind: z.literal('view'), viewId: z.string() }),
      z.object({ kind: z.literal('home') }),
    ]),
    blockId: z.string(),
    actionId: z.string(),
    value: z.union([z.string(), z.array(z.string())]).optional(),
  }),
  submit: z.object({ as, viewId: z.string(), values }),
  close: z.object({ as, viewId: z.string() }),
  say: z.object({ as, channel: z.string(), threadTs: z.string().optional(), text: z.string().max(4000) }),
  home: z.object({ as }),
  break: z.object({
    rateLimitNext: z.int().min(0).max(1000).optional(),
    slowMs: z.int().min(0).max(60_000).optional(),
    dropAnswerNext: z.int().min(0).max(1000).optional(),
    noUserGroups: z.boolean().optional(),
    disconnect: z.enum(['refresh_requested', 'warning', 'drop']).optional(),
  }),
};

export function createUiServer({ world, control, pageDir }: { readonly world: World; readonly control: Control; readonly pageDir: string }): UiServer {
  const server = new WebSocketServer({ noServer: true });
  const watchers = new Map<WebSocket, string>();
  let timer: NodeJS.Timeout | undefined;
  const push = (): void => {
    timer = undefined;
    for (const [socket, user] of watchers) socket.send(JSON.stringify(control.state(user)));
  };
  const stopListening = world.onChange(() => {
    if (watchers.size > 0) timer ??= setTimeout(push, SEND_AT_MOST_EVERY_MS);
  });
  return {
    async page(response, path) {
      try {
        const content = await readFile(join(pageDir, path === '/' ? 'index.html' : path.slice(1)));
        response.writeHead(200, { 'content-type': TYPES[path] ?? 'application/octet-stream', 'cache-control': 'no-store' }).end(content);
      } catch {
        sendText(response, 503, 'The page is not built yet: run npm run build.\n');
      }
    },
    async request(request, response, what) {
      if (!isSameOrigin(request)) return sendJson(response, 403, { ok: false, error: 'only this page may do that' } satisfies UiAnswer);
      if (what === 'people') return sendJson(response, 200, { alice: PEOPLE.alice, bob: PEOPLE.bob });
      const answer = await perform(control, what, parseJson(await readBody(request)));
      sendJson(response, answer.ok ? 200 : 409, answer);
    },
    upgrade(request, socket, head) {
      const user = new URL(request.url ?? '/', 'http://local').searchParams.get('as') ?? '';
      if (!isSameOrigin(request) || !world.users.some(({ id }) => id === user)) {
        socket.destroy();
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => {
        watchers.set(client, user);
        client.on('close', () => watchers.delete(client));
        client.on('error', () => undefined);
        client.send(JSON.stringify(control.state(user)));
      });
    },
    stop() {
      stopListening();
      clearTimeout(timer);
      for (const socket of watchers.keys()) socket.terminate();
      server.close();
    },
  };
}

export const PAGE_PATHS: ReadonlySet<string> = new Set(Object.keys(TYPES));

async function perform(control: Control, what: string, body: unknown): Promise<UiAnswer> {
  switch (what) {
    case 'action':
      return checked(requests.action.safeParse(body), control.action);
    case 'submit':
      return checked(requests.submit.safeParse(body), control.submit);
    case 'close':
      return checked(requests.close.safeParse(body), control.close);
    case 'say':
      return checked(requests.say.safeParse(body), control.say);
    case 'home':
      return checked(requests.home.safeParse(body), control.home);
    case 'break':
      return checked(requests.break.safeParse(body), control.break);
    default:
      return { ok: false, error: 'unknown request' };
  }
}

async function checked<Input>(parsed: z.ZodSafeParseResult<Input>, run: (input: Input) => Promise<UiAnswer> | UiAnswer): Promise<UiAnswer> {
  return parsed.success ? run(parsed.data) : { ok: false, error: parsed.error.issues.map(({ message }) => message).join('; ') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
