// Draws a confirm object before an action is sent, and answers the question.
// In: the confirm object and what to do with the answer. Out: a small dialog over the pane; Escape means no.

import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Mrkdwn, Plain } from './blocks/library.tsx';
import { type Json, text, words } from './read.ts';

type Props = { readonly dialog: Json; readonly answer: (go: boolean) => void };

export function ConfirmDialog({ dialog, answer }: Props): ReactNode {
  const title = useId();
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  return (
    <div className="scrim" role="presentation" onKeyDown={(event) => (event.key === 'Escape' ? answer(false) : undefined)}>
      <div className="dialog confirm" role="alertdialog" aria-modal="true" aria-labelledby={title} data-confirm>
        <h2 id={title} className="dialog-title">
          <Plain text={words(dialog, 'title')} />
        </h2>
        <div className="dialog-body">
          <Mrkdwn text={words(dialog, 'text')} />
        </div>
        <div className="dialog-foot">
          <button type="button" className="button large" data-confirm-deny onClick={() => answer(false)}>
            <Plain text={words(dialog, 'deny') || 'Cancel'} />
          </button>
          <button
            ref={yes}
            type="button"
            className={`button large ${text(dialog, 'style') ?? 'primary'}`}
            data-confirm-accept
            onClick={() => answer(true)}
          >
            <Plain text={words(dialog, 'confirm') || 'Yes'} />
          </button>
        </div>
      </div>
    </div>
  );
}
