// What a modal holds when it is submitted: every input's value, the untouched ones with their initial value, checked as Slack's client checks them.

import { isObject, wordOf } from '../checks/check-words.ts';
import type { Json } from '../world.ts';
import { elementsOf } from './find-element.ts';

export type Given = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export type Filled = { readonly values: Json; readonly errors: Readonly<Record<string, string>> };

/** Elements that hold nothing: a click is all there is to them. */
const STATELESS = ['button', 'overflow', 'image', 'icon_button', 'feedback_buttons', 'workflow_button'];

/** `errors` by block_id, as the client shows them before anything is sent. */
export function fillState(blocks: readonly unknown[], given: Given): Filled {
  const values: Record<string, Json> = {};
  const errors: Record<string, string> = {};
  for (const { block, element } of elementsOf(blocks)) {
    if (STATELESS.includes(String(element['type']))) continue;
    const blockId = String(block['block_id']);
    const actionId = String(element['action_id']);
    const value = valueOf(element, given[blockId]?.[actionId]);
    values[blockId] = { ...values[blockId], [actionId]: value };
    const problem = block['type'] === 'input' ? problemOf({ element, value, optional: block['optional'] === true }) : undefined;
    if (problem !== undefined) errors[blockId] = problem;
  }
  return { values, errors };
}

/** Whether everything chosen is among what the element offers. */
export function isOffered(element: Json, given: string | readonly string[] | undefined): boolean {
  const offered = optionsOf(element).map((option) => option['value']);
  if (given === undefined || offered.length === 0) return true;
  return [given].flat().every((value) => offered.includes(value));
}

/** The value as Slack's payload spells it for that kind of element. */
export function valueOf(element: Json, given: string | readonly string[] | undefined): Json {
  const type = String(element['type']);
  switch (type) {
    case 'checkboxes':
    case 'multi_static_select': {
      const chosen =
        given === undefined
          ? initialOptions(element)
          : optionsOf(element).filter((option) => [given].flat().includes(String(option['value'])));
      return { type, selected_options: chosen };
    }
    case 'static_select':
    case 'radio_buttons':
    case 'overflow': {
      const chosen =
        given === undefined ? element['initial_option'] : optionsOf(element).find((option) => option['value'] === given);
      return { type, selected_option: chosen ?? null };
    }
    default:
      return plainValue(type, element, given);
  }
}

/** Elements that hold one thing: the name it has in the payload, and the name of its initial value. */
const SINGLE: Readonly<Record<string, readonly [string, string]>> = {
  users_select: ['selected_user', 'initial_user'],
  channels_select: ['selected_channel', 'initial_channel'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
};

function plainValue(type: string, element: Json, given: string | readonly string[] | undefined): Json {
  if (type === 'multi_users_select') return { type, selected_users: given ?? element['initial_users'] ?? [] };
  const [name, initial] = SINGLE[type] ?? ['value', 'initial_value'];
  const held = textOf(given) ?? wordOf(element, initial);
  return { type, [name]: held === '' ? null : held };
}

function textOf(given: string | readonly string[] | undefined): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

function optionsOf(element: Json): readonly Json[] {
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'].filter(isObject) : [];
  return [element, ...groups].flatMap(({ options }) => (Array.isArray(options) ? options.filter(isObject) : []));
}

function initialOptions(element: Json): readonly Json[] {
  return Array.isArray(element['initial_options']) ? element['initial_options'].filter(isObject) : [];
}

type Judged = { readonly element: Json; readonly value: Json; readonly optional: boolean };

function problemOf({ element, value, optional }: Judged): string | undefined {
  const { type: _, ...holds } = value;
  const [held] = Object.values(holds);
  const empty = Array.isArray(held) ? held.length === 0 : held === null || held === undefined;
  if (empty) return optional ? undefined : 'Please complete this required field.';
  if (typeof held !== 'string') return undefined;
  const [least, most] = [element['min_length'], element['max_length']];
  if (typeof least === 'number' && held.length < least) return `Must be at least ${least} characters.`;
  if (typeof most === 'number' && held.length > most) return `Must be at most ${most} characters.`;
  return element['type'] === 'number_input' ? numberProblem(element, held) : undefined;
}

function numberProblem(element: Json, text: string): string | undefined {
  const number = Number(text);
  const [least, most] = [wordOf(element, 'min_value'), wordOf(element, 'max_value')];
  if (!Number.isFinite(number)) return 'Enter a number.';
  if (element['is_decimal_allowed'] !== true && !Number.isInteger(number)) return 'Enter a whole number.';
  if (least !== '' && number < Number(least)) return `Enter ${least} or more.`;
  if (most !== '' && number > Number(most)) return `Enter ${most} or less.`;
  return undefined;
}
