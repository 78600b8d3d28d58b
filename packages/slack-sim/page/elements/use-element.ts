// What every interactive element shares: its value on the Surface, its confirm dialog, and the sending of its action.
// In: the element as the bot sent it. Out: the value to show and the two ways to use it (keep only, or keep and send).

import { usePerson, useSurfaceContext, type Value, valueKey } from '../contexts.ts';
import { type Json, record, records, text, texts } from '../read.ts';

/** Ids that tie a control to its label, hint and error. */
type Aria = { readonly id: string; readonly labelId: string; readonly describedBy: string; readonly invalid: boolean };

export type ElementProps = {
  readonly element: Json;
  readonly blockId: string;
  /** True when using the element sends an action; inputs of a modal only keep their value. */
  readonly fires: boolean;
  readonly aria?: Aria | undefined;
};

export type UsedElement = {
  readonly actionId: string;
  readonly value: Value;
  readonly busy: boolean;
  /** Keeps a value without sending it. */
  readonly keep: (value: Value) => void;
  /** Asks the element's confirm dialog, then keeps the value and, when the element fires, sends the action. */
  readonly use: (value?: Value) => Promise<void>;
};

export function useElement({ element, blockId, fires }: ElementProps): UsedElement {
  const { confirm } = usePerson();
  const surface = useSurfaceContext();
  const actionId = text(element, 'action_id') ?? '';
  const key = valueKey(blockId, actionId);
  return {
    actionId,
    value: surface.values.get(key) ?? initialValue(element),
    busy: surface.pending === key,
    keep: (value) => surface.setValue(blockId, actionId, value),
    use: async (value) => {
      const dialog = record(element, 'confirm');
      if (fires && dialog !== undefined && !(await confirm(dialog))) return;
      if (value !== undefined) surface.setValue(blockId, actionId, value);
      if (fires) await surface.act(blockId, actionId, value);
    },
  };
}

/** What the bot filled in: a text, or texts for multiple choices. */
function initialValue(element: Json): Value {
  switch (text(element, 'type')) {
    case 'checkboxes':
    case 'multi_static_select':
      return records(element, 'initial_options').map((option) => text(option, 'value') ?? '');
    case 'multi_users_select':
      return texts(element, 'initial_users');
    default:
      return text(record(element, 'initial_option'), 'value') ?? firstText(element);
  }
}

const INITIAL = ['value', 'user', 'conversation', 'channel', 'date', 'time', 'date_time'] as const;

function firstText(element: Json): string {
  for (const kind of INITIAL) {
    const value = text(element, `initial_${kind}`);
    if (value !== undefined) return value;
  }
  return '';
}

export function asText(value: Value): string {
  return typeof value === 'string' ? value : value.join(', ');
}

export function asTexts(value: Value): readonly string[] {
  return typeof value === 'string' ? [] : value;
}
