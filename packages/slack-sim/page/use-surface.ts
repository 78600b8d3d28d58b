// Holds what one person typed and chose in one message, modal or Home tab, and posts the actions.
// In: the place. Out: a Surface for its elements. An answer that is not ok becomes a sentence beside the blocks.

import { useMemo, useState } from 'react';
import type { UiAction, UiRequests } from '../src/ui/ui-types.ts';
import { type Surface, usePerson, type Value, valueKey } from './contexts.ts';
import { post } from './protocol.ts';

export function useSurface(where: UiAction['where']): Surface {
  const { id: as } = usePerson().state.me;
  const [values, setValues] = useState<ReadonlyMap<string, Value>>(new Map());
  const [pending, setPending] = useState<string | undefined>(undefined);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const place = JSON.stringify(where);
  // The place is compared by content: callers build it anew at every draw.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  return useMemo(
    () => ({
      where,
      values,
      pending,
      fault,
      setValue: (blockId, actionId, value) => setValues((before) => new Map(before).set(valueKey(blockId, actionId), value)),
      act: async (blockId, actionId, value) => {
        setPending(valueKey(blockId, actionId));
        setFault(undefined);
        const answer = await post('action', {
          as,
          where,
          blockId,
          actionId,
          value,
          values: where.kind === 'view' ? touched(values) : undefined,
        });
        setPending(undefined);
        setFault(answer.ok ? undefined : answer.error);
      },
    }),
    [as, place, values, pending, fault],
  );
}

/** Values by block_id and action_id, of what this person touched. */
export function touched(values: Surface['values']): UiRequests['submit']['values'] {
  const byBlock: Record<string, Record<string, Value>> = {};
  for (const [key, value] of values) {
    const [blockId = '', actionId = ''] = key.split('\n');
    byBlock[blockId] = { ...byBlock[blockId], [actionId]: value };
  }
  return byBlock;
}
