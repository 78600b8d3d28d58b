// A pod was seen: claim every memory kill it shows. Level, not edge: the same pod may come any number of times. Kills claimed lately are remembered here
// too, since a pod in a crash loop comes with every change of its status; the store stays the one that knows.

import type { PodFacts } from '../../src/domain/base/pod.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import { after, DAY, toMillis } from '../../src/domain/base/time.ts';
import { findKills, isIgnored } from '../../src/domain/kill/oom-kill.ts';
import type { ClaimPorts, ClaimSettings, Sighting } from './claim.ts';
import { claimKill } from './claim.ts';

export type WatchOutcome = { readonly reported: number; readonly known: number; readonly silent: number };

/** About 200 bytes each. */
const MOST_REMEMBERED = 20_000;
/** The store is told once a day that a kill is still seen, so that it forgets none that is. */
const REMEMBERED_FOR = DAY;

export function createWatch(ports: ClaimPorts, settings: ClaimSettings, lately: RecentClaims = createRecentClaims()) {
  return async function watch(pod: PodFacts, { initial }: Sighting): Promise<WatchOutcome> {
    const tally = { reported: 0, known: 0, silent: 0 };
    if (isIgnored(pod)) return tally;
    const now = ports.clock.now();
    for (const kill of findKills(pod, now)) {
      // The mark may come later than the death: then it is another thing to claim.
      const seen = `${kill.id} ${kill.how}`;
      if (lately.has(seen, now)) {
        tally.known += 1;
        continue;
      }
      const claim = await claimKill(ports, settings, { kill, initial });
      lately.add(seen, now);
      if (claim === 'already-seen') tally.known += 1;
      else if (claim === 'recorded-silently') tally.silent += 1;
      else tally.reported += 1;
    }
    return tally;
  };
}

export type RecentClaims = {
  has(id: string, now: Instant): boolean;
  add(id: string, now: Instant): void;
  /** The store may have lost what it had acknowledged: each kill is claimed again when it is next seen. */
  forget(): void;
};

/** The newest ids, at most 20,000. */
export function createRecentClaims(): RecentClaims {
  const until = new Map<string, Instant>();
  return {
    forget: () => until.clear(),
    has: (id: string, now: Instant) => now < (until.get(id) ?? Number.NEGATIVE_INFINITY),
    add(id: string, now: Instant): void {
      until.delete(id);
      until.set(id, after(now, toMillis(REMEMBERED_FOR)));
      if (until.size <= MOST_REMEMBERED) return;
      const [oldest] = until.keys();
      if (oldest !== undefined) until.delete(oldest);
    },
  };
}
