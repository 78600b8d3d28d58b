// Draws a message's attachment: a strip of colour beside blocks, texts and fields.
// In: the attachment as the bot sent it. Out: the strip; `fallback` only where there is nothing else.

import type { ReactNode } from 'react';
import { Blocks } from './blocks/blocks.tsx';
import { Mrkdwn } from './blocks/library.tsx';
import { type Json, records, text } from './read.ts';

const NAMED: Readonly<Record<string, string>> = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' };

export function Attachment({ attachment }: { readonly attachment: Json }): ReactNode {
  const blocks = records(attachment, 'blocks');
  const lines = linesOf(attachment);
  const own = lines.length > 0 || blocks.length > 0 ? lines : [text(attachment, 'fallback') ?? ''];
  return (
    <div className="attachment" data-attachment data-colour={text(attachment, 'color')}>
      <span className="strip" style={{ background: colourOf(attachment) }} aria-hidden="true" />
      <div className="attachment-body">
        {own.map((line, at) => (
          <Mrkdwn key={String(at)} text={line} />
        ))}
        {blocks.length === 0 ? undefined : <Blocks blocks={blocks} />}
      </div>
    </div>
  );
}

function linesOf(attachment: Json): readonly string[] {
  const title = text(attachment, 'title');
  const link = text(attachment, 'title_link');
  const bold = title === undefined ? undefined : link === undefined ? `*${title}*` : `*<${link}|${title}>*`;
  const fields = records(attachment, 'fields').map((field) => `*${text(field, 'title') ?? ''}*\n${text(field, 'value') ?? ''}`);
  const lines = [text(attachment, 'pretext'), bold, text(attachment, 'text'), ...fields, text(attachment, 'footer')];
  return lines.filter((line) => line !== undefined && line !== '').map(String);
}

function colourOf(attachment: Json): string {
  const colour = text(attachment, 'color') ?? '#dddddd';
  const hex = NAMED[colour] ?? (colour.startsWith('#') ? colour : `#${colour}`);
  return /^#[0-9a-f]{3,8}$/i.test(hex) ? hex : '#dddddd';
}
