// Draws an overflow menu: three dots that open a small list.
// In: the element. Out: a menu; Escape, a click elsewhere or a choice closes it, a choice sends the action after its confirm.

import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Plain } from '../blocks/library.tsx';
import { usePerson } from '../contexts.ts';
import { type Option, optionsOf } from './select.tsx';
import { type ElementProps, useElement } from './use-element.ts';

/** What a menu of five options may take. */
const MENU_PX = { width: 280, height: 190 } as const;

export function Overflow(props: ElementProps): ReactNode {
  const { state } = usePerson();
  const { actionId, busy, use } = useElement(props);
  const [open, setOpen] = useState(false);
  const [side, setSide] = useState('');
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => (open ? openMenu(box.current, () => setOpen(false)) : undefined), [open]);
  const choose = (value: string): void => {
    setOpen(false);
    void use(value);
  };
  return (
    <span className="overflow" ref={box} onKeyDown={(event) => moveFocus(event, () => setOpen(false))}>
      <button
        type="button"
        className="button overflow-button"
        data-action-id={actionId}
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-busy={busy}
        onClick={(event) => {
          setSide(sideOf(event.currentTarget));
          setOpen(!open);
        }}
      >
        <span aria-hidden="true">⋯</span>
      </button>
      {open ? <Menu options={optionsOf(props.element, state)} side={side} onChoose={choose} /> : undefined}
    </span>
  );
}

type MenuProps = { readonly options: readonly Option[]; readonly side: string; readonly onChoose: (value: string) => void };

function Menu({ options, side, onChoose }: MenuProps): ReactNode {
  return (
    <span className={`menu ${side}`} role="menu">
      {options.map(({ value, label }) => (
        <button
          key={value}
          type="button"
          role="menuitem"
          className="menu-item"
          data-value={value}
          onClick={() => onChoose(value)}
        >
          <Plain text={label} />
        </button>
      ))}
    </span>
  );
}

/** Where the menu has room: it must not be cut off by the pane. */
function sideOf(button: HTMLElement): string {
  const own = button.getBoundingClientRect();
  const pane = (button.closest('.pane') ?? document.body).getBoundingClientRect();
  const across = own.left + MENU_PX.width > pane.right ? 'leftward' : '';
  const along = own.bottom + MENU_PX.height > pane.bottom ? 'upward' : '';
  return `${across} ${along}`;
}

function openMenu(box: HTMLElement | null, close: () => void): () => void {
  box?.querySelector<HTMLElement>('.menu-item')?.focus();
  const outside = (event: Event): void => {
    if (event.target instanceof Node && box?.contains(event.target) !== true) close();
  };
  document.addEventListener('pointerdown', outside);
  return () => document.removeEventListener('pointerdown', outside);
}

function moveFocus(event: KeyboardEvent<HTMLElement>, close: () => void): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-item')];
  if (items.length === 0) return;
  const at = items.findIndex((item) => item === document.activeElement);
  if (event.key === 'Escape') {
    event.stopPropagation();
    close();
    event.currentTarget.querySelector<HTMLElement>('.overflow-button')?.focus();
  }
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  items.at((at + step) % items.length)?.focus();
}
