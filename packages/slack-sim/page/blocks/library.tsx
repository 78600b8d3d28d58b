// Draws blocks and texts with slack-blocks-to-jsx, and mends what it gets wrong (escapes, `:42:` of a time as an emoji).
// In: blocks as the bot sent them. Out: the library's elements; nothing for a block it does not know or fails on.

import { Component, type ReactNode } from 'react';
import { type Block, Message } from 'slack-blocks-to-jsx';
import { type Theme, usePerson } from '../contexts.ts';
import { Emoji } from '../emoji.tsx';
import type { Json } from '../read.ts';
import { isRecord, text } from '../read.ts';
import { formatDate } from '../when.ts';

const KNOWN: ReadonlySet<string> = new Set([
  ...['divider', 'section', 'image', 'context', 'header', 'video', 'rich_text', 'markdown', 'plan', 'task_card'],
  ...['alert', 'card', 'carousel', 'data_visualization'],
]);

function isDrawable(block: unknown): block is Block {
  return isRecord(block) && KNOWN.has(text(block, 'type') ?? '');
}

/** The blocks the library can draw, in order. Others are left out: callers draw those themselves. */
export function LibraryBlocks({ blocks }: { readonly blocks: readonly Json[] }): ReactNode {
  const { state, theme } = usePerson();
  const drawable: Block[] = [];
  for (const block of blocks.map(mend)) if (isDrawable(block)) drawable.push(block);
  return (
    <Guarded key={JSON.stringify(blocks)}>
      <Drawn
        blocks={drawable}
        theme={theme}
        users={state.users.map(({ id, realName }) => ({ id, name: realName }))}
        groups={state.groups.map(({ id, handle }) => ({ id, name: handle }))}
        channels={state.channels.map(({ id, name }) => ({ id, name }))}
      />
    </Guarded>
  );
}

type Named = { readonly id: string; readonly name: string };

type DrawnProps = {
  readonly blocks: Block[];
  readonly theme: Theme;
  readonly users: Named[];
  readonly groups: Named[];
  readonly channels: Named[];
};

function Drawn({ blocks, theme, users, groups, channels }: DrawnProps): ReactNode {
  return (
    <Message
      withoutWrapper
      blocks={blocks}
      theme={theme}
      logo=""
      name=""
      data={{ users, channels, user_groups: groups }}
      hooks={{
        emoji: ({ name }, parse) => <Emoji name={name} fallback={parse({ name })} />,
        date: (date) => <SlackDate {...date} />,
      }}
    />
  );
}

type DateProps = { readonly timestamp: string; readonly format: string; readonly link: string | null; readonly fallback: string };

/** `<!date^…>` with the clock of the messages around it; the renderer's own mixes in a twelve-hour one. */
function SlackDate({ timestamp, format, link, fallback }: DateProps): ReactNode {
  const words = formatDate(timestamp, format) ?? fallback;
  return link === null || link === '' ? <time title={fallback}>{words}</time> : <a href={link}>{words}</a>;
}

/** One mrkdwn text without a block around it. */
export function Mrkdwn({ text: words }: { readonly text: string }): ReactNode {
  return (
    <div className="mrkdwn">
      <LibraryBlocks blocks={[{ type: 'section', text: { type: 'mrkdwn', text: words } }]} />
    </div>
  );
}

/** Plain words with emoji; a bare text when there is none. */
export function Plain({ text: words }: { readonly text: string }): ReactNode {
  const parts = words.split(/(:[a-z][a-z0-9_+-]*:)/);
  return parts.map((part, at) => (at % 2 === 1 ? <Emoji key={`${at}${part}`} name={part.slice(1, -1)} fallback={part} /> : part));
}

/** A copy of a block whose texts the library's parser reads as Slack does. */
function mend(value: Json): Json {
  const mended: Record<string, unknown> = {};
  // The library takes a verbatim text for a plain one; Slack only links nothing by itself in it.
  for (const [key, part] of Object.entries(value)) if (key !== 'verbatim') mended[key] = mendPart(key, part, value);
  return mended;
}

function mendPart(key: string, part: unknown, owner: Json): unknown {
  if (Array.isArray(part)) return part.map((one): unknown => (isRecord(one) ? mend(one) : one));
  if (isRecord(part)) return mend(part);
  const isText = key === 'text' && (owner['type'] === 'mrkdwn' || owner['type'] === 'plain_text');
  return isText && typeof part === 'string' ? mendText(part) : part;
}

/** The library turns `&gt;` into "> " and four leading blanks into code. */
function mendText(words: string): string {
  return words
    .replace(/^( *)&gt;/gm, '$1\u200b>')
    .replaceAll('&gt;', '>')
    .replace(/^ {2,}/gm, (blanks) => '\u00a0'.repeat(blanks.length));
}

/** A block the library fails on must not take the page with it. */
class Guarded extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <p className="undrawn">A part of this message could not be drawn.</p> : this.props.children;
  }
}
