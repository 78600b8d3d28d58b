// The interactive element a click names, wherever blocks can hold one.

import { isObject } from './check-words.ts';
import type { Json } from './world.ts';

export function findElement(blocks: readonly unknown[], blockId: string, actionId: string): Json | undefined {
  for (const block of blocks) {
    if (!isObject(block)) continue;
    const inside = Array.isArray(block['child_blocks']) ? findElement(block['child_blocks'], blockId, actionId) : undefined;
    if (inside !== undefined) return inside;
    if (block['block_id'] !== blockId) continue;
    const candidates = [block['accessory'], block['element'], ...(Array.isArray(block['elements']) ? block['elements'] : [])];
    const found = candidates.find((element) => isObject(element) && element['action_id'] === actionId);
    if (isObject(found)) return found;
  }
  return undefined;
}
