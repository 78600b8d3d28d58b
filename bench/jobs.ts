// When a kill became a job: the queue's own event stream in Redis, read as it grows.

import { Redis } from 'ioredis';

export type Jobs = {
  /** When the job of that kill was added, on performance.now()'s clock. Rejects after a minute and a half. */
  seenAt(killId: string): Promise<number>;
  /** Whether that kill has become a job by now. */
  has(killId: string): boolean;
  /** Jobs added since. */
  count(): number;
  close(): void;
};

/** A Lease that runs out, or a pause after many faults, takes a third of it; a busy machine the rest. */
const WITHIN_MS = 90_000;

/** Of one cluster, from now on. */
export function followJobs(url: string, cluster: string): Jobs {
  const client = new Redis(url, { maxRetriesPerRequest: null });
  const seen = new Map<string, number>();
  const waiting = new Map<string, (at: number) => void>();
  let count = 0;
  const closing = new AbortController();
  const key = `headroom:queue:enrich.${cluster}:events`;
  const note = (jobId: string | undefined): void => {
    if (jobId === undefined) return;
    const at = performance.now();
    count += 1;
    seen.set(jobId, at);
    waiting.get(jobId)?.(at);
  };
  const follow = async (): Promise<void> => {
    // Asked for "$" at each turn, Redis would leave out what is added between two turns.
    let last = (await client.xrevrange(key, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0';
    while (!closing.signal.aborted) {
      const answer = await client.xread('COUNT', 1000, 'BLOCK', 1000, 'STREAMS', key, last);
      for (const [id, fields] of (answer ?? []).flatMap(([, entries]) => entries)) {
        last = id;
        note(addedJob(fields));
      }
    }
  };
  follow().catch(() => undefined);
  return {
    seenAt: (killId) =>
      new Promise((resolve, reject) => {
        const jobId = `kill-${killId}`;
        const known = seen.get(jobId);
        if (known !== undefined) {
          resolve(known);
          return;
        }
        const timer = setTimeout(() => reject(new Error(`no job for ${killId} within ${WITHIN_MS} ms`)), WITHIN_MS);
        waiting.set(jobId, (at) => {
          clearTimeout(timer);
          resolve(at);
        });
      }),
    has: (killId) => seen.has(`kill-${killId}`),
    count: () => count,
    close() {
      closing.abort();
      client.disconnect();
    },
  };
}

function addedJob(fields: readonly string[]): string | undefined {
  const pairs = new Map(fields.flatMap((field, index) => (index % 2 === 0 ? [[field, fields[index + 1] ?? ''] as const] : [])));
  return pairs.get('event') === 'added' ? pairs.get('jobId') : undefined;
}
