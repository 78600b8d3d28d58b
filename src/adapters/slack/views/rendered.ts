// What a view makes of a message: the sentence screen readers and notifications read, the blocks, the coloured strip.

import type { AnyBlock } from '../blocks.ts';
import { cutMarkup } from '../text.ts';
import { fitted } from './fit.ts';

export type Strip = { readonly color: string; readonly word: string; readonly text: string };

export type Rendered = {
  /** One full sentence: it is read aloud in place of the blocks. Escaped. */
  readonly text: string;
  readonly blocks: readonly AnyBlock[];
  readonly strip?: Strip | undefined;
};

export const COLOR = { open: '#E01E5A', waiting: '#ECB22E', moving: '#36C5F0', resolved: '#2EB67D', quiet: '#8D8D8D' } as const;

/** Slack cuts a text at 40,000 characters and asks for 4,000; nobody listens to more than that either. */
const LONGEST_SENTENCE = 3000;

export function bounded(rendered: Rendered): Rendered {
  const { text, blocks, strip } = rendered;
  return {
    blocks: fitted(blocks),
    text: cutMarkup(text, LONGEST_SENTENCE),
    strip: strip === undefined ? undefined : { ...strip, text: cutMarkup(strip.text, LONGEST_SENTENCE) },
  };
}
