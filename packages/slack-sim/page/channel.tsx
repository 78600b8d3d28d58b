// The middle of a pane: a channel's root messages and the composer.
// In: the channel as this person sees it. Out: threads to open, messages and commands said.

import type { ReactNode } from 'react';
import type { UiChannel, UiMessage } from '../src/ui/ui-types.ts';
import { Composer } from './composer.tsx';
import { MessageView } from './message.tsx';
import { useStickToBottom } from './use-stick-to-bottom.ts';
import { dayOf } from './when.ts';

type Props = {
  readonly channel: UiChannel;
  readonly onThread: (ts: string) => void;
  readonly openThread: string | undefined;
};

export function Channel({ channel, onThread, openThread }: Props): ReactNode {
  const roots = channel.messages.filter(
    ({ ts, threadTs, broadcast }) => threadTs === undefined || threadTs === ts || broadcast === true,
  );
  const list = useStickToBottom(roots.length, roots.filter(({ ephemeral }) => ephemeral).length);
  return (
    <div className="channel" data-channel-view={channel.id}>
      <header className="pane-head">
        <h2>
          <span aria-hidden="true">#</span> {channel.name}
        </h2>
        <span className="topic">{channel.topic}</span>
      </header>
      <div className="messages" ref={list} role="log" aria-label={`Messages in ${channel.name}`} data-messages tabIndex={0}>
        <div className="messages-in">
          {roots.map((message, at) => (
            <Dated key={message.ts} message={message} before={roots[at - 1]}>
              <MessageView message={message} channel={channel.id} onThread={onThread} highlighted={message.ts === openThread} />
            </Dated>
          ))}
          {roots.length === 0 ? <p className="empty">Nothing was said here yet.</p> : undefined}
        </div>
      </div>
      <Composer channel={channel} placeholder={`Message #${channel.name}`} commands />
    </div>
  );
}

type DatedProps = { readonly message: UiMessage; readonly before: UiMessage | undefined; readonly children: ReactNode };

function Dated({ message, before, children }: DatedProps): ReactNode {
  const day = dayOf(message.ts);
  return (
    <>
      {before !== undefined && dayOf(before.ts) === day ? undefined : (
        <div className="day" role="separator" aria-label={day}>
          <span>{day}</span>
        </div>
      )}
      {children}
    </>
  );
}
