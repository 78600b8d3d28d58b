// A log's text as lines fit to be shown: control characters made visible, secrets cut out, endless lines cut, and whether it ends mid-line.

import type { LogTail } from '../../../domain/evidence/evidence.ts';
import { redactText } from './redact.ts';

const LONGEST_LINE = 400;
/** A tail longer than this loses its beginning: the newest lines tell most. */
const MOST_CHARACTERS = 64_000;

export type TailFacts = {
  readonly instance: LogTail['instance'];
  /** Whether the text is all that was asked for, so that its end is the log's end. */
  readonly whole: boolean;
};

export function tailOf(text: string, { instance, whole }: TailFacts): LogTail {
  if (text === '') return { lines: [], cutMidLine: false, instance };
  const cutMidLine = whole && !text.endsWith('\n');
  // Controls first, since one inside a token would hide it; then secrets, since a cut line shows half of one.
  const shown = redactText(visible(newest(text.endsWith('\n') ? text.slice(0, -1) : text)));
  return { lines: shown.split('\n').map(shorten), cutMidLine, instance };
}

function newest(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  const kept = text.slice(-MOST_CHARACTERS);
  const lineEnd = kept.indexOf('\n');
  return lineEnd < 0 ? kept : kept.slice(lineEnd + 1);
}

function shorten(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)} … (${line.length - LONGEST_LINE} more characters)`;
}

// oxlint-disable-next-line no-control-regex -- finding control characters is the point
const TERMINAL = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b\n]*(?:\u0007|\u001b\\))/g;
// oxlint-disable-next-line no-control-regex -- finding control characters is the point
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Characters that reorder or hide what stands beside them. */
const DECEIVING = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Colours, cursor movements and window titles would only be noise; other control characters could hide something, so they are spelled out. */
function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(TERMINAL, '')
    .replaceAll(CONTROLS, (character) => `\\x${code(character).padStart(2, '0')}`)
    .replaceAll(DECEIVING, (character) => `\\u${code(character)}`);
}

function code(character: string): string {
  return character.charCodeAt(0).toString(16);
}
