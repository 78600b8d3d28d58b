// The intake of kills in memory, held to the same contract as the real one (test/contract/stores/stores.ts).

import { otherDayOf } from '../../src/domain/kill/event-kill.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { COUNTED_WITHIN, happenedAt, instanceOf, isLateMark, SAME_KILL_WITHIN } from '../../src/domain/kill/oom-kill.ts';
import type { Job, JobQueue } from '../../src/ports/job-queue.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';

/** The kills of children in each container, and what they leave to say about another one there. */
function childrenKilled() {
  const lastAt = new Map<string, number>();
  const countedAt = new Map<string, readonly number[]>();
  const isByKernel = ({ how, shownIn }: Kill): boolean => how === 'silent' && shownIn === 'kernel';
  return {
    explain(kill: Kill): boolean {
      const at = happenedAt(kill);
      const child = lastAt.get(instanceOf(kill));
      const counted = countedAt.get(instanceOf(kill)) ?? [];
      if (kill.how === 'silent') return isByKernel(kill) && counted.some((each) => each >= at && each <= at + COUNTED_WITHIN);
      return child !== undefined && (isLateMark(kill) || Math.abs(child - at) <= SAME_KILL_WITHIN);
    },
    note(kill: Kill, quiet: boolean): void {
      if (kill.how !== 'silent') return;
      const instance = instanceOf(kill);
      lastAt.set(instance, isByKernel(kill) ? happenedAt(kill) : (lastAt.get(instance) ?? 0));
      if (!quiet && !isByKernel(kill)) countedAt.set(instance, [...(countedAt.get(instance) ?? []), happenedAt(kill)]);
    },
  };
}

export function fakeIntake(queue: JobQueue): KillIntake {
  const kills = new Map<string, Kill>();
  const children = childrenKilled();
  const pending = new Map<string, Extract<Job, { readonly step: 'enrich' }>>();
  const handOn = async (key: string, job: Job): Promise<void> => {
    await queue.enqueue(job);
    pending.delete(key);
  };
  const hand = async (kill: Kill, marked: boolean): Promise<void> => {
    const job = { step: 'enrich', cluster: kill.ref.cluster, killId: kill.id } as const;
    const key = `${kill.id}${marked ? '#marked' : ''}`;
    pending.set(key, marked ? { ...job, marked } : job);
    await handOn(key, marked ? { ...job, marked } : job);
  };
  return {
    async claim(kill, how) {
      const old = kills.get(kill.id);
      const isUpgrade = old?.how === 'suspected' && kill.how !== 'suspected';
      if (old !== undefined && !isUpgrade) {
        const waiting = [...pending].find(([key]) => key === kill.id || key === `${kill.id}#marked`);
        if (waiting !== undefined) await handOn(...waiting);
        return { kind: 'already-seen' };
      }
      const twin = otherDayOf(kill);
      if (old === undefined && twin !== undefined && kills.has(twin)) return { kind: 'already-seen' };
      kills.set(kill.id, structuredClone(kill));
      const quiet = how === 'record-silently' || children.explain(kill);
      children.note(kill, quiet);
      if (quiet) return { kind: 'recorded-silently' };
      await hand(kill, isUpgrade);
      return { kind: isUpgrade ? 'upgraded' : 'first-seen' };
    },
    kill: async (id) => structuredClone(kills.get(id)),
    async resume() {
      const waiting = [...pending];
      for (const [key, job] of waiting) await handOn(key, job);
      return waiting.length;
    },
  };
}
