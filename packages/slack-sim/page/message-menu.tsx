// The menu of a message: the app's message shortcuts, behind three dots that show when the message is pointed at or focused.
// In: the message. Out: one `shortcut` request; a fault is said beside it.

import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { UiState } from '../src/ui/ui-types.ts';
import { usePerson } from './contexts.ts';
import { post } from './protocol.ts';

type Props = { readonly channel: string; readonly ts: string };

export function MessageMenu({ channel, ts }: Props): ReactNode {
  const { state } = usePerson();
  const [open, setOpen] = useState(false);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => (open ? whileOpen(box.current, () => setOpen(false)) : undefined), [open]);
  const use = async (callbackId: string): Promise<void> => {
    setOpen(false);
    const answer = await post('shortcut', { as: state.me.id, channel, ts, callbackId });
    setFault(answer.ok ? undefined : answer.error);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  };
  return (
    <div className={open ? 'message-menu open' : 'message-menu'} ref={box} onKeyDown={press}>
      <button
        type="button"
        className="message-menu-button"
        aria-label="More message actions"
        aria-haspopup="menu"
        aria-expanded={open}
        data-message-menu
        onClick={() => setOpen(!open)}
      >
        <span aria-hidden="true">⋮</span>
      </button>
      {open ? <Menu shortcuts={state.shortcuts} onUse={(callbackId) => void use(callbackId)} /> : undefined}
      {fault === undefined ? undefined : (
        <p className="fault" role="alert" data-fault>
          {fault}
        </p>
      )}
    </div>
  );
}

type MenuProps = { readonly shortcuts: UiState['shortcuts']; readonly onUse: (callbackId: string) => void };

function Menu({ shortcuts, onUse }: MenuProps): ReactNode {
  return (
    <div className="menu leftward" role="menu" aria-label="Message shortcuts">
      {shortcuts.map(({ callbackId, name }) => (
        <button
          key={callbackId}
          type="button"
          role="menuitem"
          className="menu-item"
          data-shortcut={callbackId}
          onClick={() => onUse(callbackId)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function whileOpen(box: HTMLElement | null, close: () => void): () => void {
  box?.querySelector<HTMLElement>('.menu-item')?.focus();
  const outside = (event: Event): void => {
    if (event.target instanceof Node && box?.contains(event.target) !== true) close();
  };
  document.addEventListener('pointerdown', outside);
  return () => document.removeEventListener('pointerdown', outside);
}
