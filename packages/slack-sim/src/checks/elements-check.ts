// The interactive elements of blocks, with Slack's limits. Answers Slack's words with JSON pointers; empty when it is acceptable.

import type { Json } from '../world.ts';
import type { Problems } from './check-words.ts';
import { at, bounded, isObject, listOf, optional, textObject, unsupported } from './check-words.ts';

type Check = (element: Json, place: string) => Problems;

const placeholder: Check = (element, place) =>
  optional(element, 'placeholder', (value) => textObject(value, `${place}/placeholder`, { most: 150, plain: true }));

function options(most: number, least = 1): Check {
  return (element, place) => [
    ...listOf(element['options'], `${place}/options`, {
      least,
      most,
      each: (option, where) => {
        if (!isObject(option)) return [at('must be an object', where)];
        return [
          ...textObject(option['text'], `${where}/text`, { most: 75 }),
          ...bounded(option['value'], `${where}/value`, { most: 150 }),
        ];
      },
    }),
    ...placeholder(element, place),
  ];
}

const CHECKS: Readonly<Record<string, Check>> = {
  button: (element, place) => [
    ...textObject(element['text'], `${place}/text`, { most: 75, plain: true }),
    ...optional(element, 'value', (value) => bounded(value, `${place}/value`, { most: 2000 })),
    ...optional(element, 'url', (value) => bounded(value, `${place}/url`, { most: 3000 })),
    ...optional(element, 'accessibility_label', (value) => bounded(value, `${place}/accessibility_label`, { most: 75 })),
    ...optional(element, 'style', (value) =>
      value === 'primary' || value === 'danger' ? [] : [at('must be one of primary, danger', `${place}/style`)],
    ),
  ],
  overflow: options(5, 2),
  static_select: options(100),
  multi_static_select: options(100),
  radio_buttons: options(10),
  checkboxes: options(10),
  users_select: placeholder,
  multi_users_select: placeholder,
  multi_external_select: placeholder,
  multi_conversations_select: placeholder,
  multi_channels_select: placeholder,
  conversations_select: placeholder,
  channels_select: placeholder,
  external_select: placeholder,
  datepicker: placeholder,
  timepicker: placeholder,
  datetimepicker: () => [],
  image: (element, place) => bounded(element['alt_text'], `${place}/alt_text`, { most: 2000 }),
  plain_text_input: (element, place) => [
    ...placeholder(element, place),
    ...optional(element, 'initial_value', (value) =>
      typeof value === 'string' && value.length <= 3000
        ? []
        : [at('must be less than 3001 characters', `${place}/initial_value`)],
    ),
    ...optional(element, 'max_length', (value) =>
      typeof value === 'number' && value >= 1 && value <= 3000 ? [] : [at('must be between 1 and 3000', `${place}/max_length`)],
    ),
  ],
  number_input: (element, place) =>
    typeof element['is_decimal_allowed'] === 'boolean' ? [] : [at('missing required field: is_decimal_allowed', place)],
  email_text_input: placeholder,
  url_text_input: placeholder,
  rich_text_input: placeholder,
  file_input: () => [],
  icon_button: () => [],
  feedback_buttons: () => [],
  workflow_button: () => [],
};

export function checkElement(element: unknown, place: string): Problems {
  if (!isObject(element) || typeof element['type'] !== 'string') return [at('missing required field: type', place)];
  const check = CHECKS[element['type']];
  if (check === undefined) return [unsupported(element['type'], `${place}/type`)];
  return [
    ...check(element, place),
    ...optional(element, 'action_id', (value) => bounded(value, `${place}/action_id`, { most: 255 })),
    ...optional(element, 'confirm', (value) => confirm(value, `${place}/confirm`)),
  ];
}

function confirm(value: unknown, place: string): Problems {
  if (!isObject(value)) return [at('must be an object', place)];
  return [
    ...textObject(value['title'], `${place}/title`, { most: 100, plain: true }),
    ...textObject(value['text'], `${place}/text`, { most: 300 }),
    ...optional(value, 'confirm', (text) => textObject(text, `${place}/confirm`, { most: 30, plain: true })),
    ...optional(value, 'deny', (text) => textObject(text, `${place}/deny`, { most: 30, plain: true })),
  ];
}
