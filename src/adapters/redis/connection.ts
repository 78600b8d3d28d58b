// Connections to Redis. A Redis that is not there yet is waited for, with a line that says so; the URL's password is never printed.

import { Redis } from 'ioredis';
import type { Log } from '../../ports/log.ts';
import { storing } from './faults.ts';

export const PREFIX = 'headroom';

export type RedisOptions = {
  readonly url: string;
  readonly log: Log;
};

/** What BullMQ and the stores share: one client for commands, and how to make further ones for blocking reads. */
export type RedisConnection = {
  readonly client: Redis;
  duplicate(): Redis;
  /** Resolves once a command succeeded. */
  ready(signal: AbortSignal): Promise<void>;
  /** Milliseconds until it answers now. */
  answersInMs(): Promise<number>;
  close(): Promise<void>;
};

const RECONNECT_MS = 500;
const SAY_AGAIN_MS = 10_000;

export function connectRedis({ url, log }: RedisOptions): RedisConnection {
  const make = (): Redis =>
    new Redis(url, {
      maxRetriesPerRequest: null,
      retryStrategy: () => RECONNECT_MS,
      enableReadyCheck: true,
      lazyConnect: false,
    });
  const client = make();
  const clients = new Set([client]);
  quiet(client, url, log);
  return {
    client,
    duplicate: () => {
      const copy = make();
      clients.add(copy);
      copy.on('error', () => undefined);
      return copy;
    },
    async ready(signal) {
      await Promise.race([client.ping(), aborted(signal)]);
    },
    async answersInMs() {
      const started = performance.now();
      await storing(() => client.ping());
      return Math.round(performance.now() - started);
    },
    async close() {
      for (const each of clients) each.disconnect();
    },
  };
}

/** Says once per outage, and again every ten seconds, that Redis is away. */
function quiet(client: Redis, url: string, log: Log): void {
  let saidAt = Number.NEGATIVE_INFINITY;
  const { host } = new URL(url);
  client.on('error', (error: Error) => {
    const now = performance.now();
    if (now - saidAt < SAY_AGAIN_MS) return;
    saidAt = now;
    log.warn('waiting for Redis', { host, error: error.message });
  });
  client.on('ready', () => {
    if (saidAt > Number.NEGATIVE_INFINITY) log.info('Redis is there', { host });
    saidAt = Number.NEGATIVE_INFINITY;
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped while waiting for Redis')), { once: true });
  });
}
