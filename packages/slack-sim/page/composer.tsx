// Where a person writes: Enter sends, Shift+Enter breaks the line, `/` lists the commands, which Tab or Enter finish.
// In: the channel and, for a reply, the thread. Out: one `say` request; what was typed comes back when it fails.

import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import type { UiChannel, UiState } from '../src/ui/ui-types.ts';
import { usePerson } from './contexts.ts';
import { post } from './protocol.ts';
import { hintsFor, toSlackText } from './say.ts';

type Props = {
  readonly channel: UiChannel;
  readonly placeholder: string;
  readonly threadTs?: string | undefined;
  /** Slack runs commands in channels only, so a thread gives no hints. */
  readonly commands?: boolean | undefined;
};

export function Composer({ channel, placeholder, threadTs, commands }: Props): ReactNode {
  const [typed, setTyped] = useState('');
  const { state } = usePerson();
  const { fault, say } = useSay({ channel, threadTs, typed, setTyped });
  const list = useId();
  const hints = commands === true ? hintsFor(typed, state.commands) : [];
  const unfinished = hints.length > 0 && !typed.includes(' ') && hints[0]?.command !== typed;
  const press = (event: KeyboardEvent): void => {
    const enters = event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing;
    if (!enters && !(event.key === 'Tab' && unfinished)) return;
    event.preventDefault();
    if (unfinished) setTyped(`${hints[0]?.command ?? typed} `);
    else void say();
  };
  return (
    <div className="composer-box">
      <Hints id={list} hints={hints} onPick={(command) => setTyped(`${command} `)} />
      <div className="composer">
        <textarea
          data-composer={threadTs === undefined ? 'channel' : 'thread'}
          aria-label={placeholder}
          aria-controls={list}
          placeholder={placeholder}
          rows={Math.min(6, typed.split('\n').length)}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={press}
        />
        <Send empty={typed.trim() === ''} say={() => void say()} />
      </div>
      {fault === undefined ? undefined : (
        <p className="fault" role="alert" data-fault>
          {fault}
        </p>
      )}
    </div>
  );
}

function Send({ empty, say }: { readonly empty: boolean; readonly say: () => void }): ReactNode {
  return (
    <button type="button" className="send" aria-label="Send" data-send disabled={empty} onClick={say}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M3 3.5 17.5 10 3 16.5 4.8 11 11 10 4.8 9Z" fill="currentColor" />
      </svg>
    </button>
  );
}

type Say = {
  readonly channel: UiChannel;
  readonly threadTs: string | undefined;
  readonly typed: string;
  readonly setTyped: (typed: string) => void;
};

function useSay({ channel, threadTs, typed, setTyped }: Say): {
  readonly fault: string | undefined;
  readonly say: () => Promise<void>;
} {
  const { state } = usePerson();
  const [fault, setFault] = useState<string | undefined>(undefined);
  const say = async (): Promise<void> => {
    const words = typed.trim();
    if (words === '') return;
    setTyped('');
    // Slack hands a command's text over as it was typed.
    const text = words.startsWith('/') ? words : toSlackText(words, state);
    const answer = await post('say', { as: state.me.id, channel: channel.id, threadTs, text });
    setFault(answer.ok ? undefined : answer.error);
    if (!answer.ok) setTyped(typed);
  };
  return { fault, say };
}

type HintsProps = { readonly id: string; readonly hints: UiState['commands']; readonly onPick: (command: string) => void };

function Hints({ id, hints, onPick }: HintsProps): ReactNode {
  return (
    <ul id={id} className="hints" aria-label="Commands" hidden={hints.length === 0} data-command-hints>
      {hints.map(({ command, usageHint }) => (
        <li key={command}>
          <button type="button" data-command={command} onClick={() => onPick(command)}>
            <strong>{command}</strong> <span>{usageHint}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
