// The local Slack: Web API, Socket Mode and a page on one loopback port. Real Bolt connects to it with only its API URL changed. A stand-in for
// trying things and for tests; nothing leaves this machine.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Control } from './control.ts';
import { createControl } from './control.ts';
import { isLocalHost, isSameOrigin, parseJson, readBody, readBytes, sendFile, sendText } from './http-parts.ts';
import { keepWorld } from './keep.ts';
import { createPeopleAct } from './people/people-act.ts';
import { createResponseUrls } from './socket/response-url.ts';
import { createSocketMode } from './socket/socket-mode.ts';
import { createUiServer, PAGE_PATHS } from './ui/ui-server.ts';
import { chat } from './web-api/chat.ts';
import { conversations } from './web-api/conversations.ts';
import { createFiles } from './web-api/files.ts';
import { SCOPES } from './web-api/method.ts';
import { people } from './web-api/people.ts';
import { reactions } from './web-api/reactions.ts';
import { createWebApi } from './web-api/serve.ts';
import { views } from './web-api/views.ts';
import type { World } from './world.ts';
import { CHANNEL, createWorld, GROUPS, PEOPLE } from './world.ts';

export type LocalSlackOptions = {
  /** 0: any free one. */
  readonly port: number;
  /** Where messages are kept between starts; undefined keeps nothing. */
  readonly dataFile?: string | undefined;
  /** Where the built page is. */
  readonly pageDir?: string | undefined;
  readonly limits?: 'slack' | 'off' | undefined;
  /** Waits before an unacknowledged event is delivered again, in ms. */
  readonly eventRetriesMs?: readonly number[] | undefined;
  /** How long the app has to acknowledge, in ms: 3000, as with Slack, when left out. */
  readonly answerWithinMs?: number | undefined;
  /** How long a trigger lives, in ms: 3000, as with Slack, when left out. */
  readonly triggerMs?: number | undefined;
  /** How long after asking a connection to leave it is closed, in ms: 10000, as with Slack, when left out. */
  readonly cutAfterMs?: number | undefined;
  /** What the bot's token may do: the manifest's scopes when left out. */
  readonly scopes?: readonly string[] | undefined;
  /** Milliseconds since 1970, for timestamps, triggers and rate limits. */
  readonly clock?: (() => number) | undefined;
};

export type LocalSlack = {
  /** The page. */
  readonly url: string;
  /** For `slackApiUrl`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly botUserId: string;
  readonly teamId: string;
  readonly channelId: string;
  readonly channelName: string;
  readonly fallbackChannelId: string;
  readonly people: typeof PEOPLE;
  readonly groups: typeof GROUPS;
  readonly control: Control;
  stop(): Promise<void>;
};

/** Slack: at once, after a minute, after five. */
const EVENT_RETRIES_MS = [1000, 60_000, 300_000] as const;

const ANSWER_WITHIN_MS = 3000;
const TRIGGER_MS = 3000;

const CUT_AFTER_MS = 10_000;

/** Throws an Error that names the port and the setting when the port is taken. */
export async function startLocalSlack(options: LocalSlackOptions): Promise<LocalSlack> {
  const world = createWorld({ now: options.clock ?? Date.now, triggerMs: options.triggerMs ?? TRIGGER_MS });
  const keeper = options.dataFile === undefined ? undefined : await keepWorld(world, options.dataFile);
  let url = '';
  const { server, control, stopParts } = createParts(options, { world, baseUrl: () => url });
  url = `http://127.0.0.1:${await listen(server, options.port)}`;
  return {
    url,
    apiUrl: `${url}/api/`,
    botToken: world.botToken,
    appToken: world.appToken,
    botUserId: world.botUserId,
    teamId: world.teamId,
    channelId: CHANNEL.alerts,
    channelName: '#oom-alerts',
    fallbackChannelId: CHANNEL.fallback,
    people: PEOPLE,
    groups: GROUPS,
    control,
    async stop() {
      stopParts();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await keeper?.stop();
    },
  };
}

type Parts = { readonly server: Server; readonly control: Control; readonly stopParts: () => void };

function createParts(
  options: LocalSlackOptions,
  { world, baseUrl }: { readonly world: World; readonly baseUrl: () => string },
): Parts {
  const socket = createSocketMode({
    world,
    retryAfterMs: options.eventRetriesMs ?? EVENT_RETRIES_MS,
    answerWithinMs: options.answerWithinMs ?? ANSWER_WITHIN_MS,
    cutAfterMs: options.cutAfterMs ?? CUT_AFTER_MS,
  });
  const responses = createResponseUrls(world);
  const scopes = options.scopes ?? SCOPES;
  const control = createControl({ world, act: createPeopleAct({ world, socket, responses, baseUrl, scopes }), socket });
  const files = createFiles();
  const webApi = createWebApi({
    world,
    methods: { ...chat, ...conversations, ...people, ...reactions, ...views, ...files.methods },
    baseUrl,
    newTicket: socket.newTicket,
    isFileReady: (id) => files.isReady(id, world.now()),
    limits: options.limits ?? 'slack',
    scopes,
    onCall: control.record,
  });
  const ui = createUiServer({ world, control, pageDir: options.pageDir ?? builtPage() });
  const server = createServer((request, response) => {
    route({ request, response, webApi, ui, responses, files }).catch(() => response.destroy());
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) =>
    upgrade({ request, stream, head, socket, ui }),
  );
  return {
    server,
    control,
    stopParts() {
      ui.stop();
      socket.stop();
    },
  };
}

/** dist/packages/slack-sim/page, seen from dist/packages/slack-sim/src as well as from packages/slack-sim/src. */
function builtPage(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return /[\\/]dist[\\/]packages[\\/]slack-sim[\\/]src[\\/]$/.test(here)
    ? fileURLToPath(new URL('../page', import.meta.url))
    : fileURLToPath(new URL('../../../dist/packages/slack-sim/page', import.meta.url));
}

type Routed = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly webApi: ReturnType<typeof createWebApi>;
  readonly ui: ReturnType<typeof createUiServer>;
  readonly responses: ReturnType<typeof createResponseUrls>;
  readonly files: ReturnType<typeof createFiles>;
};

async function route({ request, response, webApi, ui, responses, files }: Routed): Promise<void> {
  if (!isLocalHost(request)) return sendText(response, 403, 'only under 127.0.0.1 or localhost\n');
  // The tokens are no secret: without this any page a browser shows could post here.
  if (!isSameOrigin(request)) return sendText(response, 403, 'not for other sites\n');
  const path = new URL(request.url ?? '/', 'http://local').pathname;
  const [, area = '', rest = ''] = /^\/([a-z]*)\/?(.*)$/.exec(path) ?? [];
  if (area === 'api') return webApi(request, response, rest);
  if (area === 'response') {
    const { status, text } = responses.receive(rest, parseJson(await readBody(request)));
    return sendText(response, status, text);
  }
  if (area === 'upload') return sendText(response, files.receive(rest, await readBytes(request)) ? 200 : 404, 'OK');
  if (area === 'file') return sendFile(response, files.read(rest));
  if (area === 'ui') return ui.request(request, response, rest);
  if (PAGE_PATHS.has(path)) return ui.page(response, path);
  sendText(response, 404, 'not found\n');
}

type Upgrading = {
  readonly request: IncomingMessage;
  readonly stream: Duplex;
  readonly head: Buffer;
  readonly socket: ReturnType<typeof createSocketMode>;
  readonly ui: ReturnType<typeof createUiServer>;
};

function upgrade({ request, stream, head, socket, ui }: Upgrading): void {
  const path = new URL(request.url ?? '/', 'http://local').pathname;
  if (!isLocalHost(request)) stream.destroy();
  else if (path === '/link') socket.upgrade(request, stream, head);
  else if (path === '/ui') ui.upgrade(request, stream, head);
  else stream.destroy();
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? new Error(`LOCAL_SLACK_PORT: port ${port} is in use; stop what uses it or set LOCAL_SLACK_PORT to another`)
          : error,
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
