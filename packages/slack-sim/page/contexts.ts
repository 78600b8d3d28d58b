// What every drawn block may need to know: who looks (Person) and where the block stands (Surface).
// In: set by a pane, a message, a modal or the Home tab. Out: hooks that throw when used outside of them.

import { createContext, useContext } from 'react';
import type { UiAction, UiState } from '../src/ui/ui-types.ts';
import type { Json } from './read.ts';

export type Theme = 'light' | 'dark';

/** What a pane shows beside the sidebar. */
export type Place = { readonly kind: 'channel'; readonly id: string } | { readonly kind: 'home' };

/** The value of an input or a select: one text, or texts for multiple choices. */
export type Value = string | readonly string[];

export type Person = {
  readonly state: UiState;
  readonly theme: Theme;
  /** Shows a confirm object; true when the person goes on. */
  readonly confirm: (dialog: Json) => Promise<boolean>;
};

export type Surface = {
  readonly where: UiAction['where'];
  /** What this person touched, by `valueKey`. */
  readonly values: ReadonlyMap<string, Value>;
  readonly setValue: (blockId: string, actionId: string, value: Value) => void;
  readonly act: (blockId: string, actionId: string, value?: Value) => Promise<void>;
  /** The `valueKey` of the element whose answer is awaited. */
  readonly pending: string | undefined;
  /** Why the last action was not taken. */
  readonly fault: string | undefined;
};

export const PersonContext = createContext<Person | undefined>(undefined);
export const SurfaceContext = createContext<Surface | undefined>(undefined);

export function valueKey(blockId: string, actionId: string): string {
  return `${blockId}\n${actionId}`;
}

export function usePerson(): Person {
  const person = useContext(PersonContext);
  if (person === undefined) throw new Error('drawn outside of a pane');
  return person;
}

export function useSurfaceContext(): Surface {
  const surface = useContext(SurfaceContext);
  if (surface === undefined) throw new Error('drawn outside of a message, modal or Home tab');
  return surface;
}
