// Memory samples beside a limit.

import type { Bytes } from '../base/memory.ts';

/** What a container uses cannot be above its own limit: a sample that is was taken when another one was in force, or of a pod that had another. */
export function otherLimitNote(sample: Bytes, limit: Bytes | undefined): string {
  return limit !== undefined && sample > limit ? ' (under another limit)' : '';
}
