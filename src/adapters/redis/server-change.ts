// When the Redis that answers is not the one that answered before, or may not be: after each reconnect, and when the server's replication id is another, as
// after a failover behind a proxy. The last second of what was written before may be gone, though it had been acknowledged.

import type { Cluster, Redis } from 'ioredis';
import { SECOND } from '../../domain/base/time.ts';
import { callEvery } from '../../ports/timers.ts';

export type ServerChangeOptions = {
  readonly client: Redis | Cluster;
  /** Called after each change, any number of times. */
  readonly onChange: (why: 'reconnected' | 'another server') => void;
  readonly lookEveryMs?: number;
};

const REPLICATION_ID = /^master_replid:(\S+)/m;
const LOOK_EVERY_MS = 5 * SECOND;

/** Follows the server until it is stopped. */
export function followServer({ client, onChange, lookEveryMs = LOOK_EVERY_MS }: ServerChangeOptions): { stop(): void } {
  let known: string | undefined;
  let isLooking = false;
  const look = async (): Promise<void> => {
    // While Redis is away the last look is not over.
    if (isLooking) return;
    isLooking = true;
    const found = await replicationId(client);
    isLooking = false;
    if (found === undefined) return;
    const before = known;
    known = found;
    if (before !== undefined && before !== found) onChange('another server');
  };
  const reconnected = (): void => {
    // The next look finds which it is.
    known = undefined;
    onChange('reconnected');
  };
  client.on('ready', reconnected);
  const timer = callEvery(lookEveryMs, () => void look());
  void look();
  return {
    stop() {
      clearInterval(timer);
      client.off('ready', reconnected);
    },
  };
}

/** Of a cluster those of all its masters. Undefined where a server does not tell: a managed one may refuse INFO. */
async function replicationId(client: Redis | Cluster): Promise<string | undefined> {
  const servers = 'nodes' in client ? client.nodes('master') : [client];
  try {
    const ids = await Promise.all(servers.map(async (server) => REPLICATION_ID.exec(await server.info('replication'))?.[1]));
    const told = ids.filter((id) => id !== undefined).toSorted((a, b) => a.localeCompare(b));
    return told.length < ids.length ? undefined : told.join(' ');
  } catch {
    return undefined;
  }
}
