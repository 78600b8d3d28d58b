// While a watcher has read everything there is, it says so again and again: whoever calls something quiet wants to know whether anybody looked.

import { endedSoon, pause } from '../../adapters/pause.ts';
import type { WatchScope } from '../../domain/coverage/watched.ts';
import { NOTED_EVERY_MS } from '../../domain/coverage/watched.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { WatchRecord } from '../../ports/watch-record.ts';

export type KeepingRecord = {
  readonly record: WatchRecord;
  readonly scopes: readonly WatchScope[];
  /** Everything was read up to the present, as far as is known. */
  readonly watches: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
};

export function keepRecord({ record, scopes, watches, clock, log }: KeepingRecord): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const keeping = (async () => {
    while (!stopped.signal.aborted) {
      try {
        const now = clock.now();
        if (watches()) await Promise.all(scopes.map((scope) => record.note(scope, now)));
      } catch (error) {
        log.debug('could not say what is watched', { error });
      }
      await pause(NOTED_EVERY_MS, stopped.signal);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await endedSoon([keeping]);
    },
  };
}
