// The Bolt app. Over two Socket Mode connections, each of which is replaced before it goes, so that there is always one; or one HTTP server, which takes only
// what Slack has signed within the last five minutes. Slack that is not there yet is waited for.

import type { Receiver } from '@slack/bolt';
import { App, HTTPReceiver } from '@slack/bolt';
import { SECOND } from '../../../domain/base/time.ts';
import type { Log } from '../../../ports/log.ts';
import type { Meter } from '../../../ports/meter.ts';
import { pause } from '../../pause.ts';
import type { SlackCredentials, SlackIncoming } from '../client/client.ts';
import { clientOptions } from '../client/client.ts';
import { boltLogger } from '../client/logger.ts';
import { registerButtons } from '../listeners/buttons.ts';
import { registerCare } from '../listeners/care.ts';
import type { Desk } from '../listeners/desk.ts';
import { registerHome } from '../listeners/home.ts';
import { createHomes } from '../listeners/homes.ts';
import { registerQuestions } from '../listeners/questions.ts';
import { registerSubmissions } from '../listeners/submissions.ts';
import { createSocketReceiver } from './socket-receiver.ts';

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
  const { credentials, desk, log, meter, identity } = options;
  let open = 0;
  const onChange = (change: 1 | -1): void => {
    open += change;
    meter.set('headroom_slack_connections', open);
  };
  const { incoming, apiUrl } = credentials;
  const { receiver, start } =
    incoming.kind === 'http'
      ? overHttp(options, incoming, onChange)
      : overSocket(createSocketReceiver({ ...incoming, apiUrl, onChange, log, connections: CONNECTIONS }));
  const app = new App({
    receiver,
    authorize: () => Promise.resolve({ botToken: credentials.botToken, ...identity }),
    clientOptions: clientOptions(apiUrl),
    logger: boltLogger(log),
  });
  app.error(async (error) => {
    log.error('a Slack listener failed', { error });
  });
  listen(app, desk);
  return {
    start: () => start(app),
    async stop() {
      await app.stop();
    },
    connected: () => open > 0,
    count: () => open,
  };
}

type Receiving = { readonly receiver: Receiver; readonly start: (app: App) => Promise<void> };

function overSocket(receiver: Receiver): Receiving {
  return {
    receiver,
    async start(app) {
      await app.start();
    },
  };
}

function overHttp(
  { log, desk }: SocketOptions,
  { signingSecret, host, port }: Over<'http'>,
  onChange: (change: 1 | -1) => void,
): Receiving {
  const receiver = new HTTPReceiver({ signingSecret, endpoints: '/slack/events', logger: boltLogger(log) });
  const listening = async (): Promise<void> => {
    const server = await receiver.start({ host, port });
    server.on('close', () => onChange(-1));
    const address = server.address();
    log.info('listening for Slack', { port: typeof address === 'object' ? address?.port : port });
    onChange(1);
  };
  return { receiver, start: () => untilItStarts(listening, { log, stopping: desk.stopping }) };
}

type Waiting = { readonly log: Log; readonly stopping: AbortSignal };

async function untilItStarts(start: () => Promise<void>, { log, stopping }: Waiting): Promise<void> {
  while (!stopping.aborted) {
    try {
      await start();
      return;
    } catch (error) {
      log.warn('waiting to listen for Slack', { error: error instanceof Error ? error.message : String(error) });
      await pause(RETRY_MS, stopping);
    }
  }
}

function listen(app: App, desk: Desk): void {
  registerButtons(app, desk);
  registerCare(app, desk);
  registerSubmissions(app, desk);
  registerQuestions(app, desk);
  registerHome(app, desk, createHomes(desk));
}
