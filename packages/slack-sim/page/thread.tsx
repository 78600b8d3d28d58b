// The right of a pane: one root message with its replies and a composer of its own.
// In: the root and its channel. Out: replies said in this thread.

import type { ReactNode } from 'react';
import type { UiChannel, UiMessage } from '../src/ui/ui-types.ts';
import { Composer } from './composer.tsx';
import { MessageView } from './message.tsx';
import { useStickToBottom } from './use-stick-to-bottom.ts';

type Props = { readonly channel: UiChannel; readonly root: UiMessage; readonly onClose: () => void };

export function Thread({ channel, root, onClose }: Props): ReactNode {
  const replies = channel.messages.filter((message) => message.threadTs === root.ts && message.ts !== root.ts);
  const list = useStickToBottom(replies.length);
  return (
    <aside className="thread" data-thread={root.ts} aria-label="Thread">
      <header className="pane-head">
        <h2>Thread</h2>
        <span className="topic"># {channel.name}</span>
        <button type="button" className="icon-button" aria-label="Close thread" data-thread-close onClick={onClose}>
          ✕
        </button>
      </header>
      <div className="messages" ref={list} role="log" aria-label="Replies" data-replies tabIndex={0}>
        <div className="messages-in">
          <MessageView message={root} channel={channel.id} />
          {replies.length === 0 ? undefined : (
            <div className="reply-count" role="separator">
              <span>
                {replies.length} {replies.length === 1 ? 'reply' : 'replies'}
              </span>
            </div>
          )}
          {replies.map((message) => (
            <MessageView key={message.ts} message={message} channel={channel.id} />
          ))}
        </div>
      </div>
      <Composer channel={channel} threadTs={root.ts} placeholder="Reply …" />
    </aside>
  );
}
