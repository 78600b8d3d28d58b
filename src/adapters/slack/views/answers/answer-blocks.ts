// What answers share: something to press that asks further, the way to the next page, and a table of plain cells.

import type { ActionsBlock, ContextBlock, SectionBlock, TableBlock } from '@slack/types';
import type { Choice } from '../../../../api/answer.ts';
import type { CommandName } from '../../../../domain/query/ask.ts';
import { commandNamed } from '../../../../domain/query/ask.ts';
import type { Page } from '../../../../domain/query/page.ts';
import { actions, button, context, LIMITS, mrkdwn } from '../../blocks.ts';
import { ACTION, encode } from '../../ids.ts';
import { code, cut, visible } from '../../text.ts';

/** What changes something says so on its button. */
const DOES: Partial<Record<CommandName, string>> = { mute: 'Mute', unmute: 'Unmute' };

/** One line with a button that asks for it, named after what it does. */
export function choiceBlock({ label, ask }: Choice): SectionBlock {
  const text = DOES[commandNamed(ask.split(' ', 1)[0] ?? '') ?? 'help'] ?? 'Show';
  return {
    type: 'section',
    text: mrkdwn(cut(code(label), LIMITS.section)),
    accessory: button({ action: ACTION.ask, text, value: encode({ ask, page: 0 }), label: `${text} ${label}` }),
  };
}

export type Turning = Pick<Page<unknown>, 'page' | 'pages' | 'total' | 'ask'>;

/** Nothing when there is one page only. */
export function pageBlocks({ page, pages, total, ask }: Turning): readonly (ActionsBlock | ContextBlock)[] {
  if (pages < 2) return [];
  const turn = (to: number, word: 'Previous' | 'Next') =>
    button({
      action: `${ACTION.ask}:${word.toLowerCase()}`,
      text: word,
      value: encode({ ask, page: to }),
      label: `${word} page`,
    });
  return [
    actions(`page:${page}`, [
      ...(page > 0 ? [turn(page - 1, 'Previous')] : []),
      ...(page < pages - 1 ? [turn(page + 1, 'Next')] : []),
    ]),
    context(`Page ${page + 1} of ${pages} · ${total} in all`),
  ];
}

/** The same answer for everybody in the channel. */
export function shareBlock(ask: string): ActionsBlock {
  return actions('share', [
    button({
      action: `${ACTION.ask}:share`,
      text: 'Share in the channel',
      value: encode({ ask: `share ${ask}`.slice(0, 1000), page: 0 }),
      label: 'Show this answer to everybody in the channel',
    }),
  ]);
}

/** Slack takes 150 characters for an option's value; what is longer cannot be offered here. */
const LONGEST_VALUE = 150;
const LONGEST_OPTION = 75;

/** A select of questions; undefined when none of them fits. */
export function askSelect(placeholder: string, choices: readonly Choice[]): ActionsBlock | undefined {
  const options = choices
    .filter(({ ask }) => ask.length <= LONGEST_VALUE)
    .map(({ label, ask }) => ({
      text: { type: 'plain_text' as const, text: cut(visible(label), LONGEST_OPTION) },
      value: ask,
    }));
  if (options.length === 0) return undefined;
  return {
    type: 'actions',
    block_id: 'ask',
    elements: [
      {
        type: 'static_select',
        action_id: `${ACTION.ask}:select`,
        placeholder: { type: 'plain_text', text: cut(placeholder, LONGEST_OPTION) },
        options: options.slice(0, 100),
      },
    ],
  };
}

/** Cells are shown as they are: nothing in them is parsed. The first column is text, the others numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): TableBlock {
  const cell = (text: string) => ({ type: 'raw_text' as const, text: cut(visible(text), 200) || ' ' });
  return {
    type: 'table',
    rows: [head, ...rows].slice(0, 100).map((row) => row.map(cell)),
    column_settings: head.map((_, index) => ({
      align: index === 0 ? ('left' as const) : ('right' as const),
      is_wrapped: index === 0,
    })),
  };
}
