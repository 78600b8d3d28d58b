// The Bolt apps. Two Socket Mode connections, because the library leaves none for five seconds whenever Slack refreshes one (slack.md 0.6); Slack
// hands each event to one of them. Slack that is not there yet is waited for.

import { App, SocketModeReceiver } from '@slack/bolt';
import { SECOND } from '../../domain/time.ts';
import type { Log } from '../../ports/log.ts';
import type { Meter } from '../../ports/meter.ts';
import { pause } from '../pause.ts';
import type { SlackCredentials } from './client.ts';
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

const CONNECTIONS = 2;
const RETRY_MS = 2 * SECOND;

export function createSocket(options: SocketOptions): SlackSocket {
  const live = new Set<number>();
  const homes = createHomes(options.desk);
  const lines = Array.from({ length: CONNECTIONS }, (_, index) =>
    createLine({ ...options, homes }, (connected) => {
      if (connected) live.add(index);
      else live.delete(index);
      options.meter.set('headroom_slack_connections', live.size);
    }),
  );
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

function createLine(
  { credentials, desk, log, identity, homes }: SocketOptions & { readonly homes: Homes },
  onChange: (connected: boolean) => void,
): Line {
  const receiver = new SocketModeReceiver({
    appToken: credentials.appToken,
    logger: boltLogger(log),
    installerOptions: { clientOptions: clientOptions(credentials.apiUrl) },
  });
  receiver.client.on('connected', () => onChange(true));
  receiver.client.on('disconnected', () => onChange(false));
  receiver.client.on('reconnecting', () => onChange(false));
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
          await app.start();
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
