// The interactive elements of blocks, wherever blocks can hold one: inputs, section accessories, actions, inside containers.

import { isObject } from '../checks/check-words.ts';
import type { Json } from '../world.ts';

export type Placed = { readonly block: Json; readonly element: Json };

/** Every element with the block it is in, in reading order. */
export function elementsOf(blocks: readonly unknown[]): readonly Placed[] {
  return blocks.filter(isObject).flatMap((block) => {
    const { accessory, element, elements, child_blocks: children } = block;
    const listed: readonly unknown[] = Array.isArray(elements) ? elements : [];
    const own = [accessory, element, ...listed].filter(isObject);
    return [
      ...own.filter((each) => typeof each['action_id'] === 'string').map((each) => ({ block, element: each })),
      ...(Array.isArray(children) ? elementsOf(children) : []),
    ];
  });
}

export function findElement(blocks: readonly unknown[], blockId: string, actionId: string): Placed | undefined {
  return elementsOf(blocks).find(({ block, element }) => block['block_id'] === blockId && element['action_id'] === actionId);
}
