// Whether a text is a cron expression of five fields, and if not, the nearest that is: what somebody most likely meant. Minute, hour, day of the month,
// month, day of the week; numbers, names, lists, ranges and steps.

import { nearest } from './nearest.ts';

export type CronCheck =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong'; readonly problem: string; readonly nearest: string };

type Field = {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names that stand for numbers, from `least` on. */
  readonly words: readonly string[];
};

const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day of the month', least: 1, most: 31, words: [] },
  {
    name: 'month',
    least: 1,
    most: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of the week', least: 0, most: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  daily: '0 9 * * *',
  weekly: '0 9 * * 1',
};

type Distance = (a: string, b: string) => number;

export function checkCron(text: string, distance: Distance): CronCheck {
  const parts = text.trim().split(/\s+/);
  const wrong = FIELDS.find((field, index) => !isField(field, parts[index] ?? ''));
  if (parts.length === FIELDS.length && wrong === undefined) return { kind: 'right' };
  const shown = `"${text.slice(0, 60)}"`;
  const problem =
    parts.length === FIELDS.length && wrong !== undefined
      ? `${shown} has a wrong ${wrong.name}`
      : `${shown} is no cron expression of five fields: minute, hour, day of the month, month, day of the week`;
  return { kind: 'wrong', problem, nearest: repaired(text.trim().toLowerCase(), distance) };
}

function isField(field: Field, text: string): boolean {
  return text !== '' && text.split(',').every((item) => isItem(field, item.toLowerCase()));
}

function isItem(field: Field, item: string): boolean {
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0 || (step !== undefined && !isStep(field, step))) return false;
  if (range === '*') return true;
  const [from, to, ...rest] = range.split('-').map((end) => valueOf(field, end));
  if (from === undefined || rest.length > 0) return false;
  // A step wants a range to step through.
  return range.includes('-') ? to !== undefined && from <= to : step === undefined;
}

function isStep({ most }: Field, step: string): boolean {
  return /^[0-9]{1,2}$/.test(step) && Number(step) >= 1 && Number(step) <= most;
}

/** The number a part stands for; undefined when it is none of this field. */
function valueOf({ least, most, words }: Field, text: string): number | undefined {
  const word = words.indexOf(text);
  if (word >= 0) return word + least;
  if (!/^[0-9]{1,2}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= least && number <= most ? number : undefined;
}

function repaired(text: string, distance: Distance): string {
  const nickname = NICKNAMES[text] ?? NICKNAMES[nearest({ candidates: nicknamesFor(text), text, distance, limit: 1 })[0] ?? ''];
  if (nickname !== undefined) return nickname;
  const [, hour, minute] = /^([0-9]{1,2}):([0-9]{2})$/.exec(text) ?? [];
  const parts = hour !== undefined && minute !== undefined ? [String(Number(minute)), String(Number(hour))] : text.split(/\s+/);
  // Six fields begin with seconds; fewer than five end early.
  const five = parts.length > FIELDS.length ? parts.slice(-FIELDS.length) : parts;
  return FIELDS.map((field, index) => repairedField(field, five[index] ?? '*', distance)).join(' ');
}

function nicknamesFor(text: string): readonly string[] {
  return text.startsWith('@') ? Object.keys(NICKNAMES).filter((name) => name.startsWith('@')) : [];
}

function repairedField(field: Field, text: string, distance: Distance): string {
  if (isField(field, text)) return text;
  const items = text.split(',').map((item) => repairedItem(field, item, distance));
  return items.includes('*') ? '*' : items.join(',');
}

function repairedItem(field: Field, item: string, distance: Distance): string {
  if (isItem(field, item)) return item;
  const [range = '', step] = item.split('/');
  const [from, to] = range.split('-').map((end) => repairedValue(field, end, distance));
  const ends = range.includes('-') && from !== undefined && to !== undefined ? ordered(field, from, to) : from;
  const fixed = range === '*' || ends === undefined ? '*' : ends;
  const stepped =
    step !== undefined && isStep(field, step) && (fixed === '*' || fixed.includes('-')) ? `${fixed}/${step}` : fixed;
  return isItem(field, stepped) ? stepped : '*';
}

function ordered(field: Field, from: string, to: string): string {
  return (valueOf(field, from) ?? 0) <= (valueOf(field, to) ?? 0) ? `${from}-${to}` : `${to}-${from}`;
}

/** A number out of range becomes the nearest bound, but 24 hours and 60 minutes become the 0 they mean; a word the nearest name. */
function repairedValue({ least, most, words }: Field, text: string, distance: Distance): string | undefined {
  if (/^[0-9]+$/.test(text)) {
    const number = Number(text);
    if (least === 0 && number === most + 1) return '0';
    return String(Math.min(Math.max(number, least), most));
  }
  const begins = words.find((word) => text.startsWith(word));
  return begins ?? nearest({ candidates: words, text, distance, limit: 1 })[0];
}
