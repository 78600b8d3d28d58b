// The bar above both people: what this is, how many connections the bot has, the theme switch and the panel to break things.
// In: the newest state (either person's). Out: nothing leaves but theme changes and break requests.

import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { UiState } from '../src/ui/ui-types.ts';
import { BreakPanel } from './break-panel.tsx';
import type { Theme } from './contexts.ts';

type Props = { readonly theme: Theme; readonly onTheme: (theme: Theme) => void; readonly state: UiState | undefined };

export function TopBar({ theme, onTheme, state }: Props): ReactNode {
  const count = state?.connections ?? 0;
  return (
    <header className="top-bar">
      <h1>
        <strong>Local Slack</strong>, a stand-in: nothing leaves this machine
      </h1>
      <span className={count === 0 ? 'connections none' : 'connections'} data-connections={count} role="status">
        <span className="dot" aria-hidden="true" />
        {count === 0 ? 'the bot is not connected' : `${count} bot connection${count === 1 ? '' : 's'}`}
      </span>
      <BreakButton state={state} />
      <fieldset className="theme-switch" aria-label="Theme">
        {(['light', 'dark'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={theme === one} data-theme-choice={one} onClick={() => onTheme(one)}>
            {one === 'light' ? 'Light' : 'Dark'}
          </button>
        ))}
      </fieldset>
    </header>
  );
}

function BreakButton({ state }: { readonly state: UiState | undefined }): ReactNode {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const broken = state !== undefined && isBroken(state);
  return (
    <div className="break" ref={box} onKeyDown={(event) => (event.key === 'Escape' ? setOpen(false) : undefined)}>
      <button
        type="button"
        className={broken ? 'break-button broken' : 'break-button'}
        aria-expanded={open}
        aria-haspopup="dialog"
        data-break-button
        onClick={() => setOpen(!open)}
      >
        Break something
      </button>
      {open && state !== undefined ? <BreakPanel faults={state.faults} connections={state.connections} /> : undefined}
    </div>
  );
}

function isBroken({ faults }: UiState): boolean {
  return faults.rateLimitNext > 0 || faults.slowMs > 0 || faults.dropAnswerNext > 0 || faults.noUserGroups;
}
