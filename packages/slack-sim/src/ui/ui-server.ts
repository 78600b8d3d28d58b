// The page's side: its three files, state over a WebSocket (at most every 40 ms), and what people do. Refuses what no page of this server would send,
// and every request of another site.

import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Control } from '../control.ts';
import { isSameOrigin, parseJson, readBody, sendJson, sendText } from '../http-parts.ts';
import type { World } from '../world.ts';
import { PEOPLE } from '../world.ts';
import { perform } from './ui-requests.ts';
import type { UiAnswer, UiMessage, UiState } from './ui-types.ts';

export type UiServer = {
  page(response: ServerResponse, path: string): Promise<void>;
  request(request: IncomingMessage, response: ServerResponse, what: string): Promise<void>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): void;
};

const TYPES: Readonly<Record<string, string>> = {
  '/': 'text/html; charset=utf-8',
  '/page.js': 'text/javascript; charset=utf-8',
  '/page.css': 'text/css; charset=utf-8',
};
const SEND_AT_MOST_EVERY_MS = 40;

export type UiServerOptions = { readonly world: World; readonly control: Control; readonly pageDir: string };

export function createUiServer({ world, control, pageDir }: UiServerOptions): UiServer {
  // Slack forgets what only one person saw when the page is loaded again.
  let loadedTs = '';
  const watchers = createWatchers(world, (user) => withoutForgotten(control.state(user), loadedTs));
  return {
    async page(response, path) {
      try {
        if (path === '/') loadedTs = world.nextTs();
        const content = await readFile(join(pageDir, path === '/' ? 'index.html' : path.slice(1)));
        response
          .writeHead(200, { 'content-type': TYPES[path] ?? 'application/octet-stream', 'cache-control': 'no-store' })
          .end(content);
      } catch {
        sendText(response, 503, `The local Slack's page is not in ${pageDir} yet: run npm run build, then load this again.\n`);
      }
    },
    async request(request, response, what) {
      if (what === 'people') return sendJson(response, 200, { alice: PEOPLE.alice, bob: PEOPLE.bob });
      if (request.method !== 'POST') return sendJson(response, 405, { ok: false, error: 'POST it' } satisfies UiAnswer);
      const answer = await perform(control, what, parseJson(await readBody(request)));
      sendJson(response, answer.ok ? 200 : 409, answer);
    },
    upgrade(request, socket, head) {
      const user = new URL(request.url ?? '/', 'http://local').searchParams.get('as') ?? '';
      if (isSameOrigin(request) && world.users.some(({ id }) => id === user)) watchers.add(user, { request, socket, head });
      else socket.destroy();
    },
    stop: watchers.stop,
  };
}

function withoutForgotten(state: UiState, loadedTs: string): UiState {
  const isShown = ({ ephemeral, ts }: UiMessage): boolean => !ephemeral || Number(ts) >= Number(loadedTs);
  return { ...state, channels: state.channels.map((channel) => ({ ...channel, messages: channel.messages.filter(isShown) })) };
}

type Upgrade = { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer };

type Watchers = { readonly add: (user: string, upgrade: Upgrade) => void; readonly stop: () => void };

/** The pages that are open: each is sent its person's state at once and after changes. */
function createWatchers(world: World, stateOf: (user: string) => UiState): Watchers {
  const server = new WebSocketServer({ noServer: true });
  const open = new Map<WebSocket, string>();
  let timer: NodeJS.Timeout | undefined;
  const push = (): void => {
    timer = undefined;
    for (const [socket, user] of open) socket.send(JSON.stringify(stateOf(user)));
  };
  const stopListening = world.onChange(() => {
    if (open.size > 0) timer ??= setTimeout(push, SEND_AT_MOST_EVERY_MS);
  });
  return {
    add(user, { request, socket, head }) {
      server.handleUpgrade(request, socket, head, (client) => {
        open.set(client, user);
        client.on('close', () => open.delete(client));
        client.on('error', () => client.terminate());
        client.send(JSON.stringify(stateOf(user)));
      });
    },
    stop() {
      stopListening();
      clearTimeout(timer);
      for (const socket of open.keys()) socket.terminate();
      server.close();
    },
  };
}

export const PAGE_PATHS: ReadonlySet<string> = new Set(Object.keys(TYPES));
