// One message: who, when, its blocks or text, its attachments, and the way into its thread.
// In: the message as this person sees it. Out: actions on its elements, which go to the server with the message's ts.

import type { ReactNode } from 'react';
import type { UiMessage } from '../src/ui/ui-types.ts';
import { Attachment } from './attachment.tsx';
import { Avatar } from './avatar.tsx';
import { Blocks } from './blocks/blocks.tsx';
import { SurfaceContext, usePerson } from './contexts.ts';
import { MessageMenu } from './message-menu.tsx';
import { useSurface } from './use-surface.ts';
import { fullTimeOf, timeOf } from './when.ts';

type Props = {
  readonly message: UiMessage;
  readonly channel: string;
  /** Opens the message's thread; left out where the thread is open already. */
  readonly onThread?: ((ts: string) => void) | undefined;
  readonly highlighted?: boolean | undefined;
};

export function MessageView({ message, channel, onThread, highlighted }: Props): ReactNode {
  const { state } = usePerson();
  const user = state.users.find(({ id }) => id === message.user);
  const surface = useSurface({ kind: 'message', channel, ts: message.ts });
  const name = user?.realName ?? message.user;
  return (
    <article
      className={classOf(message, highlighted === true)}
      data-ts={message.ts}
      data-ephemeral={message.ephemeral ? '' : undefined}
      aria-label={`${name}, ${timeOf(message.ts)}: ${message.text}`}
    >
      {message.ephemeral ? <p className="only-you">Only visible to you</p> : undefined}
      {onThread !== undefined && message.broadcast === true ? <p className="only-you">replied to a thread</p> : undefined}
      <Avatar user={user} />
      <div className="message-body">
        <p className="byline">
          <strong>{name}</strong>
          {user?.isBot === true ? <span className="app-badge">APP</span> : undefined}
          <time title={fullTimeOf(message.ts)}>{timeOf(message.ts)}</time>
        </p>
        <SurfaceContext value={surface}>
          <Blocks blocks={blocksOf(message)} />
          {message.edited ? <span className="edited">(edited)</span> : undefined}
          {message.attachments.map((attachment, at) => (
            <Attachment key={String(at)} attachment={attachment} />
          ))}
        </SurfaceContext>
        {surface.fault === undefined ? undefined : (
          <p className="fault" role="alert" data-fault>
            That did not work: {surface.fault}.
          </p>
        )}
        <ThreadLink message={message} onThread={onThread} />
      </div>
      {message.ephemeral ? undefined : <MessageMenu channel={channel} ts={message.ts} />}
    </article>
  );
}

/** A message without blocks is its text, drawn as one section. */
function blocksOf(message: UiMessage): UiMessage['blocks'] {
  if (message.blocks.length > 0 || message.text === '') return message.blocks;
  return [{ type: 'section', text: { type: 'mrkdwn', text: message.text } }];
}

function classOf(message: UiMessage, highlighted: boolean): string {
  return ['message', message.ephemeral ? 'ephemeral' : '', highlighted ? 'highlighted' : '']
    .filter((one) => one !== '')
    .join(' ');
}

function ThreadLink({ message, onThread }: Pick<Props, 'message' | 'onThread'>): ReactNode {
  if (onThread === undefined || message.ephemeral) return undefined;
  const { threadTs } = message;
  if (message.broadcast === true && threadTs !== undefined) {
    return (
      <button type="button" className="replies" data-reply={threadTs} onClick={() => onThread(threadTs)}>
        View thread
      </button>
    );
  }
  if (message.replyCount === 0) {
    return (
      <button type="button" className="reply-hover" data-reply={message.ts} onClick={() => onThread(message.ts)}>
        Reply in thread
      </button>
    );
  }
  return (
    <button type="button" className="replies" data-reply={message.ts} onClick={() => onThread(message.ts)}>
      {message.replyCount} {message.replyCount === 1 ? 'reply' : 'replies'}
      <span className="replies-more">View thread</span>
    </button>
  );
}
