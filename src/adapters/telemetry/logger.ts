// The log: one JSON line each by pino. Fields that could carry a secret are cut out by name as a second net; the first is that
// nobody passes them.

import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';
import type { Log } from '../../ports/log.ts';

const REDACTED = ['token', 'botToken', 'appToken', 'password', 'authorization', '*.token', '*.password', '*.authorization'];

export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    redact: { paths: REDACTED, censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return wrap(destination === undefined ? pino(options) : pino(options, destination));
}

function wrap(logger: Logger): Log {
  return {
    debug: (message, fields = {}) => logger.debug(readable(fields), message),
    info: (message, fields = {}) => logger.info(readable(fields), message),
    warn: (message, fields = {}) => logger.warn(readable(fields), message),
    error: (message, fields = {}) => logger.error(readable(fields), message),
    child: (fields) => wrap(logger.child(fields)),
  };
}

/** Errors become name, code and message, with their causes: pino would print only the key "err". */
function readable(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? errorFields(value, 3) : value]),
  );
}

function errorFields(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    ...(depth > 0 && error.cause instanceof Error ? { cause: errorFields(error.cause, depth - 1) } : {}),
    ...(depth === 3 ? { stack: error.stack } : {}),
  };
}
