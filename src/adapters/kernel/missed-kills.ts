// Kills that a container's cgroup counts and the kernel's log does not name. What was counted by the time the log had been read up to the present is not news,
// and what the log has told since is no miss; so a kill is missed once.

import type { KernelKill } from '../../domain/kill/kernel-oom.ts';
import type { OomCount } from './oom-counts.ts';

/** `number`: of the container's kills, this one. */
export type MissedKill = Pick<OomCount, 'podUid' | 'containerId'> & { readonly number: number };

export type MissedKills = {
  /** What is counted by now happened before. Nothing is missed until then. */
  begin(): Promise<void>;
  /** By the log, since it began. */
  told(kill: KernelKill): void;
  /** Each once. `caughtUp`: resolves when what the log said by now has been read; only waited for when something may be missed. */
  look(caughtUp: () => Promise<void>): Promise<readonly MissedKill[]>;
};

export function createMissedKills(read: () => Promise<readonly OomCount[]>): MissedKills {
  let accounted = new Map<string, number>();
  let begun = false;
  const known = (containerId: string): number => accounted.get(containerId) ?? 0;
  const account = (containerId: string, more: number): void => {
    accounted.set(containerId, known(containerId) + more);
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
      const before = [...accounted.keys()];
      const counts = begun ? await read() : [];
      const there = new Set(counts.map(({ containerId }) => containerId));
      for (const containerId of before) if (!there.has(containerId)) accounted.delete(containerId);
      if (counts.every(({ containerId, count }) => count <= known(containerId))) return [];
      await caughtUp();
      const missed = counts.flatMap(({ podUid, containerId, count }) =>
        Array.from({ length: Math.max(0, count - known(containerId)) }, (_, index) => ({
          podUid,
          containerId,
          number: known(containerId) + index + 1,
        })),
      );
      for (const { containerId } of missed) account(containerId, 1);
      return missed;
    },
  };
}
