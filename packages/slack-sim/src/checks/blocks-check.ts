// Slack's limits on blocks, answered as Slack words them: a list of messages with JSON pointers. Empty when the blocks would be
// accepted. `root` is where the blocks are in the request: /blocks, /view/blocks or an attachment's.

import type { Json } from '../world.ts';
import { checkChartBlock } from './chart-check.ts';
import type { Problems } from './check-words.ts';
import { at, bounded, isObject, listOf, optional, textObject, unsupported } from './check-words.ts';
import { checkElement } from './elements-check.ts';

export type Surface = 'message' | 'modal' | 'home';

/** The undocumented sum over all blocks of a message, from issue reports. */
export const MOST_CHARACTERS = 13_000;

const MOST_BLOCKS = { message: 50, modal: 100, home: 100 } as const;
const MOST_MARKDOWN = 12_000;
/** Types a message may hold only so often. */
const MOST_OF_TYPE: Readonly<Record<string, number>> = { data_visualization: 2, table: 1 };

const EVERYWHERE: readonly Surface[] = ['message', 'modal', 'home'];
const MESSAGES: readonly Surface[] = ['message'];
const SURFACES: Readonly<Record<string, readonly Surface[]>> = {
  ...Object.fromEntries(
    ['section', 'header', 'divider', 'context', 'actions', 'image', 'input', 'rich_text', 'video', 'card'].map((type) => [
      type,
      EVERYWHERE,
    ]),
  ),
  ...Object.fromEntries(
    ['markdown', 'table', 'data_table', 'data_visualization', 'container', 'context_actions', 'file', 'plan', 'task_card'].map(
      (type) => [type, MESSAGES],
    ),
  ),
  carousel: ['message', 'home'],
  alert: ['modal'],
};

export function checkBlocks(blocks: unknown, surface: Surface, root = '/blocks'): Problems {
  if (!Array.isArray(blocks)) return [at('must be an array', root)];
  return [
    ...(blocks.length > MOST_BLOCKS[surface] ? [at(`no more than ${MOST_BLOCKS[surface]} items allowed`, root)] : []),
    ...blocks.flatMap((block: unknown, index) => checkBlock(block, `${root}/${index}`, surface)),
    ...duplicates(blocks, root),
    ...tooOften(blocks, root),
  ];
}

function duplicates(blocks: readonly unknown[], root: string): Problems {
  const ids = allOf(blocks).flatMap((block) => (typeof block['block_id'] === 'string' ? [block['block_id']] : []));
  return ids.flatMap((id, index) => (ids.indexOf(id) === index ? [] : [at(`block_id "${id}" already exists`, root)]));
}

/** The blocks and those inside containers. */
function allOf(blocks: readonly unknown[]): readonly Json[] {
  return blocks
    .filter(isObject)
    .flatMap((block) => [block, ...(Array.isArray(block['child_blocks']) ? block['child_blocks'].filter(isObject) : [])]);
}

function tooOften(blocks: readonly unknown[], root: string): Problems {
  const all = allOf(blocks);
  const markdown = all.filter(({ type }) => type === 'markdown').reduce((sum, { text }) => sum + String(text).length, 0);
  return [
    ...Object.entries(MOST_OF_TYPE).flatMap(([type, most]) =>
      all.filter((block) => block['type'] === type).length > most
        ? [at(`no more than ${most} ${type} blocks allowed`, root)]
        : [],
    ),
    ...(markdown > MOST_MARKDOWN
      ? [at(`markdown blocks must have less than ${MOST_MARKDOWN + 1} characters together`, root)]
      : []),
  ];
}

function checkBlock(block: unknown, place: string, surface: Surface): Problems {
  if (!isObject(block) || typeof block['type'] !== 'string') return [at('missing required field: type', place)];
  const { type } = block;
  if (SURFACES[type]?.includes(surface) !== true) return [unsupported(type, `${place}/type`)];
  return [
    ...optional(block, 'block_id', (id) => bounded(id, `${place}/block_id`, { most: 255 })),
    ...(CHECKS[type]?.(block, place, surface) ?? []),
  ];
}

type Check = (block: Json, place: string, surface: Surface) => Problems;

const CHECKS: Readonly<Record<string, Check>> = {
  section: (block, place) => [
    ...(block['text'] === undefined && block['fields'] === undefined
      ? [at('missing required field: text or fields', place)]
      : []),
    ...optional(block, 'text', (text) => textObject(text, `${place}/text`, { most: 3000 })),
    ...optional(block, 'fields', (fields) =>
      listOf(fields, `${place}/fields`, { least: 1, most: 10, each: (field, where) => textObject(field, where, { most: 2000 }) }),
    ),
    ...optional(block, 'accessory', (accessory) => checkElement(accessory, `${place}/accessory`)),
  ],
  header: (block, place) => textObject(block['text'], `${place}/text`, { most: 150, plain: true }),
  context: (block, place) => listOf(block['elements'], `${place}/elements`, { least: 1, most: 10, each: contextElement }),
  actions: (block, place) => [
    ...listOf(block['elements'], `${place}/elements`, { least: 1, most: 25, each: checkElement }),
    ...sameActions(block['elements'], `${place}/elements`),
  ],
  context_actions: (block, place) => listOf(block['elements'], `${place}/elements`, { least: 1, most: 5, each: checkElement }),
  image: (block, place) => [
    ...bounded(block['alt_text'], `${place}/alt_text`, { most: 2000 }),
    ...optional(block, 'image_url', (url) => bounded(url, `${place}/image_url`, { most: 3000 })),
    ...optional(block, 'title', (title) => textObject(title, `${place}/title`, { most: 2000, plain: true })),
    ...(block['image_url'] === undefined && block['slack_file'] === undefined
      ? [at('missing required field: image_url or slack_file', place)]
      : []),
  ],
  input: (block, place) => [
    ...textObject(block['label'], `${place}/label`, { most: 2000, plain: true }),
    ...optional(block, 'hint', (hint) => textObject(hint, `${place}/hint`, { most: 2000, plain: true })),
    ...(isObject(block['element']) && block['element']['type'] === 'button'
      ? [unsupported('button', `${place}/element/type`)]
      : checkElement(block['element'], `${place}/element`)),
  ],
  markdown: (block, place) => bounded(block['text'], `${place}/text`, { most: MOST_MARKDOWN }),
  alert: (block, place) => textObject(block['text'], `${place}/text`, { most: 200 }),
  table: (block, place) => listOf(block['rows'], `${place}/rows`, { least: 1, most: 100, each: tableRow }),
  data_table: (block, place) => [
    ...bounded(block['caption'], `${place}/caption`, { most: 2000 }),
    ...listOf(block['rows'], `${place}/rows`, { least: 1, most: 101, each: tableRow }),
  ],
  card: (block, place) =>
    Object.entries({ title: 150, subtitle: 150, body: 200 }).flatMap(([part, most]) =>
      optional(block, part, (text) => textObject(text, `${place}/${part}`, { most })),
    ),
  container: (block, place, surface) => [
    ...(block['title'] === undefined && block['rich_text_title'] === undefined
      ? [at('missing required field: title', place)]
      : []),
    ...optional(block, 'title', (title) => textObject(title, `${place}/title`, { most: 150, plain: true })),
    ...listOf(block['child_blocks'], `${place}/child_blocks`, {
      least: 1,
      most: 10,
      each: (child, where) => checkBlock(child, where, surface),
    }),
  ],
  rich_text: (block, place) => listOf(block['elements'], `${place}/elements`, { least: 1, most: 1000, each: richElement }),
  data_visualization: checkChartBlock,
};

function contextElement(element: unknown, place: string): Problems {
  return isObject(element) && element['type'] === 'image'
    ? checkElement(element, place)
    : textObject(element, place, { most: 3000 });
}

const CELLS = ['raw_text', 'raw_number', 'rich_text'];

function tableRow(row: unknown, place: string): Problems {
  return listOf(row, place, {
    least: 1,
    most: 20,
    each: (cell, where) => {
      const type = isObject(cell) ? String(cell['type']) : 'none';
      return CELLS.includes(type) ? [] : [unsupported(type, `${where}/type`)];
    },
  });
}

const RICH = ['rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote'];

function richElement(element: unknown, place: string): Problems {
  const type = isObject(element) ? String(element['type']) : 'none';
  if (!isObject(element) || !RICH.includes(type)) return [unsupported(type, `${place}/type`)];
  return listOf(element['elements'], `${place}/elements`, { least: 0, most: 1000, each: richLeaf });
}

function richLeaf(leaf: unknown, place: string): Problems {
  if (!isObject(leaf) || typeof leaf['type'] !== 'string') return [at('missing required field: type', place)];
  if (leaf['type'] === 'text' && (typeof leaf['text'] !== 'string' || leaf['text'] === '')) {
    return [at('must be more than 0 characters', `${place}/text`)];
  }
  return leaf['type'].startsWith('rich_text_') ? richElement(leaf, place) : [];
}

function sameActions(elements: unknown, place: string): Problems {
  if (!Array.isArray(elements)) return [];
  const ids = elements.filter(isObject).flatMap(({ action_id: id }) => (typeof id === 'string' ? [id] : []));
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index ? [] : [at(`action_id "${id}" already exists for this block_id`, place)],
  );
}
