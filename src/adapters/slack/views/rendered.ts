// What a view makes of a message: the sentence screen readers and notifications read, the blocks, the coloured strip.

import type { AnyBlock } from '../blocks.ts';

export type Strip = { readonly color: string; readonly word: string; readonly text: string };

export type Rendered = {
  /** One full sentence: it is read aloud in place of the blocks. Escaped. */
  readonly text: string;
  readonly blocks: readonly AnyBlock[];
  readonly strip?: Strip | undefined;
};

export const COLOR = { open: '#E01E5A', waiting: '#ECB22E', moving: '#36C5F0', resolved: '#2EB67D', quiet: '#8D8D8D' } as const;
