// Slack gives every block a block_id and every interactive element an action_id where the app left them out, nested blocks too.

import { randomBytes } from 'node:crypto';
import { isObject } from '../checks/check-words.ts';
import type { Json } from '../world.ts';

/** Text objects and pictures are not interactive. */
const PASSIVE = ['mrkdwn', 'plain_text', 'image'];

export function fillIds(blocks: readonly Json[]): readonly Json[] {
  return blocks.map(fillBlock);
}

function fillBlock(block: Json): Json {
  const { child_blocks: children, elements, accessory, element, type } = block;
  const hasElements = Array.isArray(elements) && (type === 'actions' || type === 'context_actions');
  return {
    ...block,
    block_id: typeof block['block_id'] === 'string' ? block['block_id'] : newName(),
    ...(Array.isArray(children) ? { child_blocks: children.filter(isObject).map(fillBlock) } : {}),
    ...(hasElements ? { elements: elements.filter(isObject).map(fillElement) } : {}),
    ...(isObject(accessory) ? { accessory: fillElement(accessory) } : {}),
    ...(isObject(element) ? { element: fillElement(element) } : {}),
  };
}

function fillElement(element: Json): Json {
  if (typeof element['action_id'] === 'string' || PASSIVE.includes(String(element['type']))) return element;
  return { ...element, action_id: newName() };
}

function newName(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
