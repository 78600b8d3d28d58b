// Kills that a container's cgroup counts and the kernel's log does not name. What was counted by the time the log had been read up to the present is not news,
// and what the log has told since is no miss; so a kill is missed once.

import type { KernelKill } from '../../domain/kernel-oom.ts';
import type { OomCount } from './oom-counts.ts';

/** `number`: of the container's kills, this one. */
export type MissedKill = Pick<OomCount, 'podUid' | 'containerId'> & { readonly number: number };

export type MissedKills = {
  /** What is counted by now happened before. Nothing is missed until then. */
  begin(): Promise<void>;
  /** By the log, since it began. */
  told(kill: KernelKill): void;
  /** Each once. `caughtUp`: resolves when what the log said by now has been read. */
  look(caughtUp: () => Promise<void>): Promise<readonly MissedKill[]>;
};

export function createMissedKills(read: () => Promise<readonly OomCount[]>): MissedKills {
  let accounted = new Map<string, number>();
  let begun = false;
  const account = (containerId: string, more: number): void => {
    accounted.set(containerId, (accounted.get(containerId) ?? 0) + more);
  };
  return {
    async begin() {
      accounted = new Map((await read()).map(({ containerId, count }) => [containerId, count]));
      begun = true;
    },
    told({ place }) {
      if (place?.containerId !== undefined) account(place.containerId, 1);
    },
    async look(caughtUp) {
      const counts = begun ? await read() : [];
      await caughtUp();
      const missed = counts.flatMap(({ podUid, containerId, count }) => {
        const known = accounted.get(containerId) ?? 0;
        return Array.from({ length: Math.max(0, count - known) }, (_, index) => ({
          podUid,
          containerId,
          number: known + index + 1,
        }));
      });
      for (const { containerId } of missed) account(containerId, 1);
      const there = new Set(counts.map(({ containerId }) => containerId));
      accounted = new Map([...accounted].filter(([containerId]) => there.has(containerId)));
      return missed;
    },
  };
}
