// Slack's limits on blocks (slack.md 6.2), answered as Slack words them: a list of messages with JSON pointers. Empty when the blocks would be accepted.

import { checkElement } from './elements-check.ts';
import { at, bounded, counted, isObject, listOf, textObject, unsupported } from './check-words.ts';
import type { Problems } from './check-words.ts';
import type { Json } from './world.ts';

export type Surface = 'message' | 'modal' | 'home';

/** The undocumented sum over all blocks of a message, from issue reports. */
export const MOST_CHARACTERS = 13_000;

const MOST_BLOCKS = { message: 50, modal: 100, home: 100 } as const;

const SURFACES: Readonly<Record<string, readonly Surface[]>> = {
  section: ['message', 'modal', 'home'],
  header: ['message', 'modal', 'home'],
  divider: ['message', 'modal', 'home'],
  context: ['message', 'modal', 'home'],
  actions: ['message', 'modal', 'home'],
  image: ['message', 'modal', 'home'],
  input: ['message', 'modal', 'home'],
  rich_text: ['message', 'modal', 'home'],
  video: ['message', 'modal', 'home'],
  card: ['message', 'modal', 'home'],
  markdown: ['message'],
  table: ['message'],
  data_table: ['message'],
  data_visualization: ['message'],
  container: ['message'],
  context_actions: ['message'],
  file: ['message'],
  carousel: ['message', 'home'],
  alert: ['modal'],
};

export function checkBlocks(blocks: unknown, surface: Surface): Problems {
  const problems: string[] = [];
  if (!Array.isArray(blocks)) return ['[ERROR] must be an array [json-pointer:/blocks]'];
  if (blocks.length > MOST_BLOCKS[surface]) problems.push(at(`no more than ${MOST_BLOCKS[surface]} items allowed`, '/blocks'));
  problems.push(...blocks.flatMap((block: unknown, index) => checkBlock(block, `/blocks/${index}`, surface)), ...duplicates(blocks));
  const charts = blocks.filter((block) => isObject(block) && block['type'] === 'data_visualization').length;
  if (charts > 2) problems.push(at('no more than 2 data_visualization blocks allowed', '/blocks'));
  return problems;
}

function duplicates(blocks: readonly unknown[]): Problems {
  const ids = blocks.flatMap((block) => (isObject(block) && typeof block['block_id'] === 'string' ? [block['block_id']] : []));
  return ids.flatMap((id, index) => (ids.indexOf(id) === index ? [] : [at(`block_id "${id}" already exists`, '/blocks')]));
}

function checkBlock(block: unknown, place: string, surface: Surface): Problems {
  if (!isObject(block) || typeof block['type'] !== 'string') return [at('missing required field: type', place)];
  const { type } = block;
  const allowed = SURFACES[type];
  if (allowed === undefined || !allowed.includes(surface)) return [unsupported(type, `${place}/type`)];
  const idTooLong = typeof block['block_id'] === 'string' && block['block_id'].length > 255 ? [at('must be less than 256 characters', `${place}/block_id`)] : [];
  return [...idTooLong, ...(CHECKS[type]?.(block, place, surface) ?? [])];
}

type Check = (block: Json, place: string, surface: Surface) => Problems;

const CHECKS: Readonly<Record<string, Check>> = {
  section: (block, place) => {
    if (block['text'] === undefined && block['fields'] === undefined) return [at('missing required field: text or fields', place)];
    return [
      ...(block['text'] === undefined ? [] : textObject(block['text'], `${place}/text`, { most: 3000 })),
      ...(block['fields'] === undefined ? [] : listOf(block['fields'], `${place}/fields`, { least: 1, most: 10, each: (field, where) => textObject(field, where, { most: 2000 }) })),
      ...(block['accessory'] === undefined ? [] : checkElement(block['accessory'], `${place}/accessory`)),
    ];
  },
  header: (block, place) => textObject(block['text'], `${place}/text`, { most: 150, plain: true }),
  context: (block, place) =>
    listOf(block['elements'], `${place}/elements`, {
      least: 1,
      most: 10,
      each: (element, where) => (isObject(element) && element['type'] === 'image' ? checkElement(element, where) : textObject(element, where, { most: 3000 })),
    }),
  actions: (block, place) => [
    ...listOf(block['elements'], `${place}/elements`, { least: 1, most: 25, each: checkElement }),
    ...sameActions(block['elements'], `${place}/elements`),
  ],
  image: (block, place) => [
    ...bounded(block['alt_text'], `${place}/alt_text`, { most: 2000 }),
    ...(block['image_url'] === undefined && block['slack_file'] === undefined ? [at('missing required field: image_url or slack_file', place)] : []),
  ],
  input: (block, place) => [
    ...textObject(block['label'], `${place}/label`, { most: 2000, plain: true }),
    ...(block['hint'] === undefined ? [] : textObject(block['hint'], `${place}/hint`, { most: 2000, plain: true })),
    ...checkElement(block['element'], `${place}/element`),
  ],
  markdown: (block, place) => bounded(block['text'], `${place}/text`, { most: 12_000 }),
  alert: (block, place) => textObject(block['text'], `${place}/text`, { most: 200 }),
  table: (block, place) =>
    listOf(block['rows'], `${place}/rows`, { least: 1, most: 100, each: (row, where) => listOf(row, where, { least: 1, most: 20, each: () => [] }) }),
  container: (block, place, surface) => [
    ...(block['title'] === undefined && block['rich_text_title'] === undefined ? [at('missing required field: title', place)] : []),
    ...(block['title'] === undefined ? [] : textObject(block['title'], `${place}/title`, { most: 150, plain: true })),
    ...listOf(block['child_blocks'], `${place}/child_blocks`, { least: 1, most: 10, each: (child, where) => checkBlock(child, where, surface) }),
  ],
  rich_text: (block, place) => listOf(block['elements'], `${place}/elements`, { least: 1, most: 1000, each: richElement }),
  data_visualization: (block, place) => [...bounded(block['title'], `${place}/title`, { most: 50 }), ...chart(block['chart'], `${place}/chart`)],
};

const RICH = ['rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote'];

function richElement(element: unknown, place: string): Problems {
  if (!isObject(element) || !RICH.includes(String(element['type']))) return [unsupported(isObject(element) ? String(element['type']) : 'none', `${place}/type`)];
  return listOf(element['elements'], `${place}/elements`, { least: 0, most: 1000, each: richLeaf });
}

function richLeaf(leaf: unknown, place: string): Problems {
  if (!isObject(leaf) || typeof leaf['type'] !== 'string') return [at('missing required field: type', place)];
  if (leaf['type'] === 'text' && (typeof leaf['text'] !== 'string' || leaf['text'] === '')) return [at('must be more than 0 characters', `${place}/text`)];
  return leaf['type'].startsWith('rich_text_') ? richElement(leaf, place) : [];
}

function sameActions(elements: unknown, place: string): Problems {
  if (!Array.isArray(elements)) return [];
  const ids = elements.flatMap((element: unknown) => (isObject(element) && typeof element['action_id'] === 'string' ? [element['action_id']] : []));
  return ids.flatMap((id, index) => (ids.indexOf(id) === index ? [] : [at(`action_id "${id}" already exists for this block_id`, place)]));
}

const CHARTS = ['line', 'bar', 'area', 'pie'];

function chart(value: unknown, place: string): Problems {
  if (!isObject(value) || !CHARTS.includes(String(value['type']))) return [at('must be one of line, bar, area, pie', `${place}/type`)];
  if (value['type'] === 'pie') return listOf(value['segments'], `${place}/segments`, { least: 1, most: 6, each: point });
  const axes = isObject(value['axis_config']) ? value['axis_config'] : {};
  const categories = Array.isArray(axes['categories']) ? axes['categories'].map(String) : [];
  return [
    ...counted(categories.length, `${place}/axis_config/categories`, { least: 1, most: 20 }),
    ...(new Set(categories).size === categories.length ? [] : [at('items must be unique', `${place}/axis_config/categories`)]),
    ...['x_label', 'y_label'].flatMap((label) => (axes[label] === undefined ? [] : bounded(axes[label], `${place}/axis_config/${label}`, { most: 50 }))),
    ...listOf(value['series'], `${place}/series`, { least: 1, most: 6, each: (series, where) => seriesOf(series, where, categories) }),
  ];
}

function seriesOf(series: unknown, place: string, categories: readonly string[]): Problems {
  if (!isObject(series)) return [at('must be an object', place)];
  const labels = Array.isArray(series['data']) ? series['data'].map((each: unknown) => (isObject(each) ? String(each['label']) : '')) : [];
  const same = labels.length === categories.length && labels.every((label, index) => label === categories[index]);
  return [
    ...bounded(series['name'], `${place}/name`, { most: 20 }),
    ...listOf(series['data'], `${place}/data`, { least: 1, most: 20, each: point }),
    ...(same ? [] : [at('one data point per category, in the same order', `${place}/data`)]),
  ];
}

function point(value: unknown, place: string): Problems {
  if (!isObject(value)) return [at('must be an object', place)];
  const isNumber = typeof value['value'] === 'number' && Number.isFinite(value['value']);
  return [...bounded(value['label'], `${place}/label`, { most: 20 }), ...(isNumber ? [] : [at('must be a number', `${place}/value`)])];
}
