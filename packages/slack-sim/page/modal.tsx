// Draws one open view of a person as Slack does: title, blocks, submit and cancel, the errors of the last submission.
// In: the view. Out: a dialog over the person's pane; what was typed stays while the bot updates the view, and is sent on submit.

import { type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import type { UiView } from '../src/ui/ui-types.ts';
import { Blocks } from './blocks/blocks.tsx';
import { Plain } from './blocks/library.tsx';
import { type Surface, SurfaceContext, usePerson } from './contexts.ts';
import { post } from './protocol.ts';
import { records, text, words } from './read.ts';
import { touched, useSurface } from './use-surface.ts';

type Props = { readonly view: UiView; readonly top: boolean };

export function Modal({ view, top }: Props): ReactNode {
  const as = usePerson().state.me.id;
  const surface = useSurface({ kind: 'view', viewId: view.id });
  const { sending, fault, submit } = useSubmit(view, surface);
  const title = useId();
  const box = useFocusOnOpen(top);
  useShowErrors(box, view.errors);
  const close = (): void => void post('close', { as, viewId: view.id });
  return (
    <div
      className="scrim"
      role="presentation"
      hidden={!top}
      onKeyDown={(event) => (event.key === 'Escape' ? close() : undefined)}
    >
      <div
        ref={box}
        className="dialog modal"
        role="dialog"
        aria-modal="true"
        aria-labelledby={title}
        data-modal={view.id}
        data-callback-id={text(view.view, 'callback_id')}
        tabIndex={-1}
      >
        <Head id={title} title={words(view.view, 'title')} close={close} />
        <div className="dialog-body">
          <SurfaceContext value={surface}>
            <Blocks blocks={records(view.view, 'blocks')} errors={view.errors} />
          </SurfaceContext>
          <Fault reason={fault ?? surface.fault} />
        </div>
        <Foot view={view} sending={sending} submit={() => void submit()} close={close} />
      </div>
    </div>
  );
}

type Submission = { readonly sending: boolean; readonly fault: string | undefined; readonly submit: () => Promise<void> };

/** A submission refused for its fields has its sentences under them; only other refusals are said at the end. */
function useSubmit(view: UiView, surface: Surface): Submission {
  const as = usePerson().state.me.id;
  const [sending, setSending] = useState(false);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const submit = async (): Promise<void> => {
    setSending(true);
    setFault(undefined);
    const answer = await post('submit', { as, viewId: view.id, values: touched(surface.values) });
    setSending(false);
    setFault(answer.ok ? undefined : answer.error);
  };
  const said = Object.keys(view.errors).length > 0;
  return { sending, fault: said ? undefined : fault, submit };
}

/** Brings the first wrong field into sight. */
function useShowErrors(box: RefObject<HTMLElement | null>, errors: UiView['errors']): void {
  const first = Object.keys(errors).join(' ');
  useEffect(() => {
    if (first !== '') box.current?.querySelector('.wrong')?.scrollIntoView({ block: 'nearest' });
  }, [box, first]);
}

type HeadProps = { readonly id: string; readonly title: string; readonly close: () => void };

function Head({ id, title, close }: HeadProps): ReactNode {
  return (
    <header className="dialog-head">
      <h2 id={id} className="dialog-title">
        <Plain text={title} />
      </h2>
      <button type="button" className="icon-button" aria-label="Close" data-modal-x onClick={close}>
        ✕
      </button>
    </header>
  );
}

function Fault({ reason }: { readonly reason: string | undefined }): ReactNode {
  if (reason === undefined) return undefined;
  return (
    <p className="fault" role="alert" data-fault>
      That did not work: {reason}
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
        <button
          type="button"
          className="button large primary"
          data-modal-submit
          aria-busy={sending}
          disabled={sending}
          onClick={submit}
        >
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
function useFocusOnOpen(top: boolean): RefObject<HTMLDivElement | null> {
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
