// Slack refuses a message whose blocks are too long together (msg_blocks_too_long, undocumented: seen from 11,341 characters on). No layout comes near that
// by itself; one full of a cluster's longest texts does. Then the longest texts are cut, the same length for all, until the sum fits.

import type { AnyBlock } from '../blocks.ts';
import { cutMarkup } from '../text.ts';

export const MOST_TOGETHER = 10_000;
const LENGTHS = [2000, 1200, 800, 500, 300, 200, 120, 60] as const;

export function fitted(blocks: readonly AnyBlock[]): readonly AnyBlock[] {
  let fitting = blocks;
  for (const most of LENGTHS) {
    if (JSON.stringify(fitting).length <= MOST_TOGETHER) return fitting;
    fitting = fitting.map((block) => shortened(block, most));
  }
  return fitting;
}

/** The same block with no text longer than that; ids and values stay. */
function shortened<Value>(value: Value, most: number): Value {
  const copy = structuredClone(value);
  shortenIn(copy, most);
  return copy;
}

function shortenIn(value: unknown, most: number): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (name === 'text' && typeof part === 'string') Reflect.set(value, name, cutMarkup(part, most));
    else shortenIn(part, most);
  }
}
