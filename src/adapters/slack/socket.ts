// The Bolt apps. Two Socket Mode connections, because the library leaves none for five seconds whenever Slack refreshes one (slack.md 0.6); Slack
// hands each event to one of them. Or one HTTP server, which takes only what Slack has signed within the last five minutes. Slack that is not there yet
// is waited for.

import type { Receiver } from '@slack/bolt';
import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import { SECOND } from '../../domain/time.ts';
import type { Log } from '../../ports/log.ts';
import type { Meter } from '../../ports/meter.ts';
import { pause } from '../pause.ts';
import type { SlackCredentials, SlackIncoming } from './client.ts';
import { clientOptions } from './client.ts';
import type { Homes } from './homes.ts';
import { createHomes } from './homes.ts';
import { registerButtons } from './listeners/buttons.ts';
import { registerCare } from './listeners/care.ts';
import type { Desk } from './listeners/desk.ts';
import { registerHome } from './listeners/home.ts';
import { registerQuestions } from './listeners/questions.ts';
import { registerSubmissions } from './listeners/submissions.ts';
import { boltLogger } from './logger.ts';

export type SocketOptions = {
  readonly credentials: SlackCredentials;
  readonly desk: Desk;
  readonly log: Log;
  readonly meter: Meter;
  readonly identity: { readonly botId: string; readonly botUserId: string };
};

export type SlackSocket = {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** At least one connection is live. */
  connected(): boolean;
  /** How many are live. */
  count(): number;
};

type Over<Kind extends SlackIncoming['kind']> = Extract<SlackIncoming, { readonly kind: Kind }>;

const CONNECTIONS = 2;
const RETRY_MS = 2 * SECOND;

export function createSocket(options: SocketOptions): SlackSocket {
  const live = new Set<number>();
  const homes = createHomes(options.desk);
  const { incoming } = options.credentials;
  const lines = Array.from({ length: incoming.kind === 'http' ? 1 : CONNECTIONS }, (_, index) => {
    const onChange = (connected: boolean): void => {
      if (connected) live.add(index);
      else live.delete(index);
      options.meter.set('headroom_slack_connections', live.size);
    };
    return createLine(
      { ...options, homes },
      incoming.kind === 'http' ? httpReceiver(options, incoming, onChange) : socketReceiver(options, incoming, onChange),
    );
  });
  return {
    async start() {
      await Promise.all(lines.map((line) => line.start()));
    },
    async stop() {
      await Promise.allSettled(lines.map((line) => line.stop()));
    },
    connected: () => live.size > 0,
    count: () => live.size,
  };
}

type Line = { start(): Promise<void>; stop(): Promise<void> };
type Connected = (connected: boolean) => void;
type LineOptions = SocketOptions & { readonly homes: Homes };
type Receiving = { readonly receiver: Receiver; readonly start: (app: App) => Promise<unknown> };

function socketReceiver({ credentials, log }: SocketOptions, { appToken }: Over<'socket'>, onChange: Connected): Receiving {
  const receiver = new SocketModeReceiver({
    appToken,
    logger: boltLogger(log),
    installerOptions: { clientOptions: clientOptions(credentials.apiUrl) },
  });
  receiver.client.on('connected', () => onChange(true));
  receiver.client.on('disconnected', () => onChange(false));
  receiver.client.on('reconnecting', () => onChange(false));
  return { receiver, start: (app) => app.start() };
}

function httpReceiver({ log }: SocketOptions, { signingSecret, host, port }: Over<'http'>, onChange: Connected): Receiving {
  const receiver = new HTTPReceiver({ signingSecret, endpoints: '/slack/events', logger: boltLogger(log) });
  return {
    receiver,
    async start() {
      const server = await receiver.start({ host, port });
      server.on('close', () => onChange(false));
      const address = server.address();
      log.info('listening for Slack', { port: typeof address === 'object' ? address?.port : port });
      onChange(true);
    },
  };
}

function createLine({ credentials, desk, log, identity, homes }: LineOptions, { receiver, start }: Receiving): Line {
  const app = new App({
    receiver,
    authorize: () => Promise.resolve({ botToken: credentials.botToken, ...identity }),
    clientOptions: clientOptions(credentials.apiUrl),
    logger: boltLogger(log),
  });
  app.error(async (error) => {
    log.error('a Slack listener failed', { error });
  });
  listen(app, desk, homes);
  return {
    async start() {
      while (!desk.stopping.aborted) {
        try {
          await start(app);
          return;
        } catch (error) {
          log.warn('waiting for Slack', { error: error instanceof Error ? error.message : String(error) });
          await pause(RETRY_MS, desk.stopping);
        }
      }
    },
    async stop() {
      await app.stop();
    },
  };
}

function listen(app: App, desk: Desk, homes: Homes): void {
  registerButtons(app, desk);
  registerCare(app, desk);
  registerSubmissions(app, desk);
  registerQuestions(app, desk);
  registerHome(app, desk, homes);
}
