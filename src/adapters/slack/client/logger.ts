// Slack's libraries log through this: their warnings and errors go to our log as one static line each, without their text where it could carry
// a token or a message.

import type { Logger } from '@slack/bolt';
import { LogLevel } from '@slack/bolt';
import type { Log } from '../../../ports/log.ts';

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** Socket Mode says on its own when it lost its connection and came back: worth a line each, at debug. */
export function boltLogger(log: Log): Logger {
  return {
    ...silentLogger,
    warn: (...words) => log.debug('slack library warns', { words: describe(words) }),
    error: (...words) => log.debug('slack library reports an error', { words: describe(words) }),
  };
}

function describe(words: readonly unknown[]): string {
  const text = words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ');
  return text
    .replaceAll(/x(?:ox[a-z]|app)-[A-Za-z0-9-]+/g, '[token]')
    .replaceAll(/(ticket|app_id)=[^&\s]+/g, '$1=[redacted]')
    .slice(0, 300);
}
