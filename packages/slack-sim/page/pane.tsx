// One person's Slack: sidebar, channel, thread, Home tab, open modals and confirm dialogs.
// In: the person and their own connection. Out: everything that person sees and does. Two panes share nothing but the server.

import { type MouseEvent, type ReactNode, useEffect, useMemo, useState } from 'react';
import type { UiState } from '../src/ui/ui-types.ts';
import { Channel } from './channel.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { type Person, PersonContext, type Place, type Theme } from './contexts.ts';
import { Home } from './home.tsx';
import { linkedMessage } from './linked-message.ts';
import { Modal } from './modal.tsx';
import { post } from './protocol.ts';
import type { Json } from './read.ts';
import { Sidebar } from './sidebar.tsx';
import { Thread } from './thread.tsx';
import { usePaneState } from './use-pane-state.ts';

type Props = {
  readonly person: string;
  readonly userId: string;
  readonly theme: Theme;
  readonly onState: (state: UiState) => void;
};

export function Pane({ person, userId, theme, onState }: Props): ReactNode {
  const { state, open, fault } = usePaneState(userId);
  useEffect(() => (state === undefined ? undefined : onState(state)), [state, onState]);
  return (
    <section className="pane" data-person={person} aria-label={state?.me.realName ?? person}>
      {state === undefined ? <p className="waiting">Connecting …</p> : <PaneBody state={state} theme={theme} />}
      {open || state === undefined ? undefined : (
        <p className="banner" role="status">
          The local Slack is gone. Trying again …
        </p>
      )}
      {fault === undefined ? undefined : (
        <p className="banner" role="alert">
          {fault}
        </p>
      )}
    </section>
  );
}

type Question = { readonly dialog: Json; readonly answer: (go: boolean) => void };

/** What fills the pane: a channel by its id, or the Home tab. */

function PaneBody({ state, theme }: { readonly state: UiState; readonly theme: Theme }): ReactNode {
  const { place, setPlace, threadTs, setThreadTs, follow } = usePlace(state);
  const [question, setQuestion] = useState<Question | undefined>(undefined);
  const person = usePerson(state, theme, setQuestion);
  const channel = place.kind === 'channel' ? (state.channels.find(({ id }) => id === place.id) ?? state.channels[0]) : undefined;
  const root = channel?.messages.find(({ ts }) => ts === threadTs);
  const go = (next: Place): void => {
    setPlace(next);
    setThreadTs(undefined);
    if (next.kind === 'home') void post('home', { as: state.me.id });
  };
  const covered = state.modals.length > 0 || question !== undefined;
  return (
    <PersonContext value={person}>
      <div className={root === undefined ? 'frame' : 'frame threaded'} inert={covered} onClickCapture={follow}>
        <Sidebar place={place} onGo={go} />
        {place.kind === 'home' ? <Home /> : undefined}
        {channel === undefined ? undefined : (
          <Channel key={channel.id} channel={channel} onThread={setThreadTs} openThread={threadTs} />
        )}
        {channel === undefined || root === undefined ? undefined : (
          <Thread key={root.ts} channel={channel} root={root} onClose={() => setThreadTs(undefined)} />
        )}
      </div>
      <div className="modals" inert={question !== undefined}>
        {state.modals.map((view, at) => (
          <Modal key={view.id} view={view} top={at === state.modals.length - 1} />
        ))}
      </div>
      {question === undefined ? undefined : <ConfirmDialog dialog={question.dialog} answer={question.answer} />}
    </PersonContext>
  );
}

/** Where this person is; a link to a message leads there. */
function usePlace(state: UiState) {
  const [place, setPlace] = useState<Place>({ kind: 'channel', id: state.channels[0]?.id ?? '' });
  const [threadTs, setThreadTs] = useState<string | undefined>(undefined);
  const follow = (event: MouseEvent): void => {
    const message = linkedMessage(event.target);
    if (message === undefined) return;
    event.preventDefault();
    setPlace({ kind: 'channel', id: message.channel });
    setThreadTs(message.thread);
  };
  return { place, setPlace, threadTs, setThreadTs, follow };
}

function usePerson(state: UiState, theme: Theme, ask: (question: Question | undefined) => void): Person {
  return useMemo(() => {
    const confirm = (dialog: Json): Promise<boolean> =>
      new Promise((resolve) => {
        const answer = (go: boolean): void => {
          ask(undefined);
          resolve(go);
        };
        ask({ dialog, answer });
      });
    return { state, theme, confirm };
  }, [state, theme, ask]);
}
