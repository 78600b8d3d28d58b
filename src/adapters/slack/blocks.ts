// The blocks our messages are made of, each cut to Slack's limits where it is built, so that no text from a cluster can make a message unacceptable.

import type {
  ActionsBlock,
  Button,
  ContainerBlock,
  ContextBlock,
  HeaderBlock,
  ImageBlock,
  KnownBlock,
  MrkdwnElement,
  RichTextBlock,
  SectionBlock,
  TableBlock,
} from '@slack/types';
import { cut, cutMarkup } from './text.ts';

type Point = { readonly label: string; readonly value: number };

/** Slack's chart block (June 2026), not yet in @slack/types: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block */
export type ChartBlock = {
  readonly type: 'data_visualization';
  readonly title: string;
  readonly chart: {
    readonly type: 'line' | 'bar';
    readonly series: readonly { readonly name: string; readonly data: readonly Point[] }[];
    readonly axis_config: { readonly categories: readonly string[]; readonly x_label: string; readonly y_label: string };
  };
};

export type AnyBlock = KnownBlock | ChartBlock;

export const LIMITS = {
  header: 150,
  section: 3000,
  field: 2000,
  context: 2000,
  chartTitle: 50,
  chartLabel: 20,
  points: 20,
  modalTitle: 24,
} as const;

/** Marked-up text. `verbatim`: only what is marked up is special; a bare URL, #name or @name in it stays the text it is. */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: cut(text, LIMITS.header), emoji: true } };
}

export function section(text: string): SectionBlock {
  return { type: 'section', text: mrkdwn(cutMarkup(text, LIMITS.section)) };
}

/** At most ten. */
export function fields(pairs: readonly (readonly [name: string, value: string])[]): SectionBlock {
  return {
    type: 'section',
    fields: pairs.slice(0, 10).map(([name, value]) => mrkdwn(cutMarkup(`*${name}*\n${value}`, LIMITS.field))),
  };
}

export function context(...texts: readonly string[]): ContextBlock {
  return { type: 'context', elements: texts.slice(0, 10).map((text) => mrkdwn(cutMarkup(text, LIMITS.context))) };
}

export function bullets(lines: readonly string[]): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: lines.map((line) => ({ type: 'rich_text_section', elements: [{ type: 'text', text: cut(line, 500) }] })),
      },
    ],
  };
}

/** Lines as they are: in rich text nothing is parsed, so nothing needs escaping. */
export function preformatted(lines: readonly string[], budget: number): RichTextBlock {
  const text = cut(lines.join('\n'), budget);
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: text === '' ? ' ' : text }] }],
  };
}

/** At most twenty columns and a hundred rows with the heading; in raw text nothing is parsed. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): TableBlock {
  const cells = (row: readonly string[]) =>
    row.slice(0, 20).map((text) => ({ type: 'raw_text' as const, text: text === '' ? '–' : cut(text, 200) }));
  return { type: 'table', rows: [heading, ...rows.slice(0, 99)].map(cells), column_settings: [{ is_wrapped: true }] };
}

export type ButtonLook = {
  readonly action: string;
  readonly text: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  /** What a screen reader says: the object and the effect. */
  readonly label: string;
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string };
};

export function button(look: ButtonLook): Button {
  const { confirm } = look;
  return {
    type: 'button',
    action_id: look.action,
    text: { type: 'plain_text', text: cut(look.text, 75) },
    value: look.value,
    accessibility_label: cut(look.label, 75),
    ...(look.style === undefined ? {} : { style: look.style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: { type: 'plain_text', text: cut(confirm.title, 100) },
            text: mrkdwn(cutMarkup(confirm.text, 300)),
            confirm: { type: 'plain_text', text: cut(confirm.yes, 30) },
            deny: { type: 'plain_text', text: cut(confirm.no, 30) },
          },
        }),
  };
}

/** An uploaded picture; the words are for whoever does not see it. */
export function picture(fileId: string, words: string): ImageBlock {
  return { type: 'image', slack_file: { id: fileId }, alt_text: cut(words, 2000) };
}

/** Slack keeps the state of a block by its id: a changed message gets a new one. */
export function actions(blockId: string, elements: readonly ActionsBlock['elements'][number][]): ActionsBlock {
  return { type: 'actions', block_id: blockId, elements: [...elements] };
}

/** Folded away until somebody opens it. */
export function folded(title: string, children: ContainerBlock['child_blocks']): ContainerBlock {
  return {
    type: 'container',
    title: { type: 'plain_text', text: cut(title, 150) },
    child_blocks: children,
    is_collapsible: true,
    default_collapsed: true,
  };
}
