// What the newest kill says of the last change, in one clause: nothing is blamed on a change that was not there any more.

import type { Bytes } from '../../../../domain/base/memory.ts';
import { formatBytes } from '../../../../domain/base/memory.ts';
import type { Proposal } from '../../../../domain/change/proposal.ts';
import type { SinceChange, ToldSince } from '../../../../domain/incident/since-change.ts';
import { sinceChange } from '../../../../domain/incident/since-change.ts';

/** Undefined when there is nothing to say. */
export function sinceChangeWords(
  told: Omit<ToldSince, 'change'> & { readonly change?: Proposal | undefined },
): string | undefined {
  const { change } = told;
  if (change === undefined) return undefined;
  const since = sinceChange({ ...told, change });
  return since === undefined ? undefined : wordsOf(since, change);
}

function wordsOf(since: SinceChange, change: Proposal): string | undefined {
  const { id, undoes } = change;
  switch (since.kind) {
    case 'not-enough':
      return `${id} did not settle it, see the thread`;
    case 'killed-with-it':
      return `killed with the ${formatBytes(since.made)} of ${id}`;
    case 'set-back':
      return setBackWords(since, change);
    case 'without-it':
      return `killed ${since.now === undefined ? 'without a limit' : `at ${formatBytes(since.now)}`}, not at the ${formatBytes(since.made)} of ${id}`;
    case 'only-pods':
      return `${id} changed only the pods that ran then, see the thread`;
    case 'not-rolled-out':
      return `${id} did not roll out, see the thread`;
    case 'taken-back':
      return `somebody or something took ${id} back, see the thread`;
    case 'restored':
      return `${id} took ${undoes ?? 'a change'} back`;
    case 'not-applied':
      return `${id} was not applied, see the thread`;
    case 'nothing-since':
      return undefined;
  }
}

type SetBack = Extract<SinceChange, { readonly made: Bytes; readonly now: unknown }>;

function setBackWords({ made, now }: SetBack, { id, change }: Proposal): string {
  if (now === undefined) return `the limit of ${formatBytes(made)} that ${id} set was taken away since`;
  const deed = now === change.before.limit?.bytes ? 'set back' : 'changed';
  return `the limit was ${deed} to ${formatBytes(now)} since ${id} made it ${formatBytes(made)}`;
}
