// What a modal holds when it is submitted: every input's value, the untouched ones with their initial value, checked as Slack's client checks them.

import { isObject } from './check-words.ts';
import type { Json } from './world.ts';

export type Given = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export type Filled = { readonly values: Json; readonly errors: Readonly<Record<string, string>> };

export function fillState(blocks: readonly unknown[], given: Given): Filled {
  const values: Record<string, Json> = {};
  const errors: Record<string, string> = {};
  for (const block of blocks) {
    if (!isObject(block) || block['type'] !== 'input') continue;
    const element = isObject(block['element']) ? block['element'] : {};
    const blockId = String(block['block_id']);
    const actionId = String(element['action_id'] ?? 'input');
    const value = valueOf(element, given[blockId]?.[actionId]);
    values[blockId] = { [actionId]: value };
    const problem = problemOf({ element, value, optional: block['optional'] === true });
    if (problem !== undefined) errors[blockId] = problem;
  }
  return { values, errors };
}

/** The value as Slack's payload spells it for that kind of element. */
export function valueOf(element: Json, given: string | readonly string[] | undefined): Json {
  const type = String(element['type']);
  switch (type) {
    case 'checkboxes':
    case 'multi_static_select': {
      const chosen = given === undefined ? initialOptions(element) : optionsOf(element).filter((option) => given.includes(String(option['value'])));
      return { type, selected_options: chosen };
    }
    case 'static_select':
    case 'radio_buttons':
    case 'overflow': {
      const chosen = given === undefined ? element['initial_option'] : optionsOf(element).find((option) => option['value'] === given);
      return { type, selected_option: chosen ?? null };
    }
    case 'users_select':
      return { type, selected_user: textOf(given) ?? element['initial_user'] ?? null };
    case 'datepicker':
      return { type, selected_date: textOf(given) ?? element['initial_date'] ?? null };
    default: {
      const text = textOf(given) ?? element['initial_value'];
      return { type, value: text === undefined || text === '' ? null : String(text) };
    }
  }
}

function textOf(given: string | readonly string[] | undefined): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

export function optionsOf(element: Json): readonly Json[] {
  return Array.isArray(element['options']) ? element['options'].filter(isObject) : [];
}

function initialOptions(element: Json): readonly Json[] {
  return Array.isArray(element['initial_options']) ? element['initial_options'].filter(isObject) : [];
}

type Judged = { readonly element: Json; readonly value: Json; readonly optional: boolean };

function problemOf({ element, value, optional }: Judged): string | undefined {
  const held = value['value'] ?? value['selected_option'] ?? value['selected_user'] ?? value['selected_date'];
  const empty = Array.isArray(value['selected_options']) ? value['selected_options'].length === 0 : held === null || held === undefined;
  if (empty) return optional ? undefined : 'Please complete this required field.';
  if (typeof held !== 'string') return undefined;
  const [least, most] = [element['min_length'], element['max_length']];
  if (typeof least === 'number' && held.length < least) return `Must be at least ${least} characters.`;
  if (typeof most === 'number' && held.length > most) return `Must be at most ${most} characters.`;
  return element['type'] === 'number_input' ? numberProblem(element, held) : undefined;
}

function numberProblem(element: Json, text: string): string | undefined {
  const number = Number(text);
  if (!Number.isFinite(number) || (element['is_decimal_allowed'] !== true && !Number.isInteger(number))) return 'Enter a whole number.';
  if (element['min_value'] !== undefined && number < Number(element['min_value'])) return `Enter ${String(element['min_value'])} or more.`;
  if (element['max_value'] !== undefined && number > Number(element['max_value'])) return `Enter ${String(element['max_value'])} or less.`;
  return undefined;
}
