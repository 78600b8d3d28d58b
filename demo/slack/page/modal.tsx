// Draws one open view of a person as Slack does: title, blocks, submit and cancel, the errors of the last submission.
// In: the view. Out: a dialog over the person's pane; what was typed stays while the bot updates the view, and is sent on submit.

import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { UiView } from '../ui-types.ts';
import { Blocks } from './blocks/blocks.tsx';
import { Plain } from './blocks/library.tsx';
import { SurfaceContext, usePerson } from './contexts.ts';
import { post } from './protocol.ts';
import { records, words } from './read.ts';
import { touched, useSurface } from './use-surface.ts';

type Props = { readonly view: UiView; readonly top: boolean };

export function Modal({ view, top }: Props): ReactNode {
  const as = usePerson().state.me.id;
  const surface = useSurface({ kind: 'view', viewId: view.id });
  const [sending, setSending] = useState(false);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const title = useId();
  const box = useFocusOnOpen(top);
  const submit = async (): Promise<void> => {
    setSending(true);
    setFault(undefined);
    const answer = await post('submit', { as, viewId: view.id, values: touched(surface.values) });
    setSending(false);
    setFault(answer.ok ? undefined : answer.error);
  };
  const close = (): void => void post('close', { as, viewId: view.id });
  return (
    <div className="scrim" role="presentation" hidden={!top} onKeyDown={(event) => (event.key === 'Escape' ? close() : undefined)}>
      <div ref={box} className="dialog modal" role="dialog" aria-modal="true" aria-labelledby={title} data-modal={view.id} tabIndex={-1}>
        <header className="dialog-head">
          <h2 id={title} className="dialog-title">
            <Plain text={words(view.view, 'title')} />
          </h2>
          <button type="button" className="icon-button" aria-label="Close" data-modal-x onClick={close}>
            ✕
          </button>
        </header>
        <div className="dialog-body">
          <SurfaceContext value={surface}>
            <Blocks blocks={records(view.view, 'blocks')} errors={view.errors} />
          </SurfaceContext>
          <Fault text={fault ?? surface.fault} />
        </div>
        <Foot view={view} sending={sending} submit={() => void submit()} close={close} />
      </div>
    </div>
  );
}

function Fault({ text }: { readonly text: string | undefined }): ReactNode {
  if (text === undefined) return undefined;
  return (
    <p className="fault" role="alert" data-fault>
      We had some trouble connecting: {text}. Try again?
    </p>
  );
}

type FootProps = { readonly view: UiView; readonly sending: boolean; readonly submit: () => void; readonly close: () => void };

function Foot({ view, sending, submit, close }: FootProps): ReactNode {
  const submitText = words(view.view, 'submit');
  return (
    <footer className="dialog-foot">
      <button type="button" className="button large" data-modal-close onClick={close}>
        <Plain text={words(view.view, 'close') || (submitText === '' ? 'Close' : 'Cancel')} />
      </button>
      {submitText === '' ? undefined : (
        <button type="button" className="button large primary" data-modal-submit aria-busy={sending} disabled={sending} onClick={submit}>
          <span className="button-text">
            <Plain text={submitText} />
          </span>
          {sending ? <span className="spinner" aria-hidden="true" /> : undefined}
        </button>
      )}
    </footer>
  );
}

/** Puts the focus on the first field of a modal that came to the top, and gives it back when the modal goes. */
function useFocusOnOpen(top: boolean): React.RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!top) return;
    const before = document.activeElement;
    const field = box.current?.querySelector<HTMLElement>('.dialog-body :is(input, textarea, select)');
    if (box.current?.contains(document.activeElement) !== true) (field ?? box.current)?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [top]);
  return box;
}
