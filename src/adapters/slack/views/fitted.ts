// Slack refuses a message whose blocks are too long together (at about 11,000 to 13,000 characters). What does not fit is left out from
// the end of the middle, and that is said; the controls at the end always stay.

import type { AnyBlock } from '../blocks.ts';
import { context } from '../blocks.ts';

const MOST = 10_500;

export function fitted(blocks: readonly AnyBlock[]): readonly AnyBlock[] {
  if (sizeOf(blocks) <= MOST) return blocks;
  const last = blocks.findLastIndex(({ type }) => type !== 'actions' && type !== 'context');
  const tail = blocks.slice(last + 1);
  const kept: AnyBlock[] = [];
  let room = MOST - sizeOf(tail);
  for (const block of blocks.slice(0, last + 1)) {
    room -= sizeOf([block]);
    if (room < 0) return [...kept, context('The rest does not fit into one message'), ...tail];
    kept.push(block);
  }
  return [...kept, ...tail];
}

function sizeOf(blocks: readonly AnyBlock[]): number {
  return JSON.stringify(blocks).length;
}
