// Bolt's receiver for Socket Mode over several connections: Slack hands each event to one of them.

import type { App, Receiver } from '@slack/bolt';
import type { SocketLineOptions } from './socket-line.ts';
import { createSocketLine } from './socket-line.ts';

export type SocketReceiverOptions = Pick<SocketLineOptions, 'appToken' | 'apiUrl' | 'onChange' | 'log'> & {
  readonly connections: number;
};

export function createSocketReceiver({ connections, ...options }: SocketReceiverOptions): Receiver {
  let app: App | undefined;
  const lines = Array.from({ length: connections }, () =>
    createSocketLine({
      ...options,
      async receive({ ack, body, retry_num: retryNum, retry_reason: retryReason }) {
        await app?.processEvent({
          body,
          ack,
          ...(retryNum === undefined ? {} : { retryNum }),
          ...(retryReason === undefined ? {} : { retryReason }),
        });
      },
    }),
  );
  return {
    init: (initialised) => {
      app = initialised;
    },
    // One is enough to be there; Slack may not have room for the others yet.
    start: () => Promise.race(lines.map((line) => line.start())),
    stop: () => Promise.all(lines.map((line) => line.stop())),
  };
}
