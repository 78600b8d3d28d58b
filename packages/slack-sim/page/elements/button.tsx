// Draws buttons: plain, primary and danger ones, icon buttons, and the pair that asks for feedback.
// In: the element. Out: real buttons; a click asks the confirm dialog first, opens the url if there is one, and sends the action.

import type { ReactNode } from 'react';
import { Plain } from '../blocks/library.tsx';
import { record, text, words } from '../read.ts';
import { type ElementProps, useElement } from './use-element.ts';

export function Button(props: ElementProps): ReactNode {
  const { element } = props;
  const { actionId, busy, use } = useElement(props);
  const url = text(element, 'url');
  const click = async (): Promise<void> => {
    if (url !== undefined) window.open(url, '_blank', 'noopener');
    await use();
  };
  return (
    <button
      type="button"
      className={`button ${text(element, 'style') ?? ''}`}
      data-action-id={actionId}
      data-value={text(element, 'value')}
      aria-label={text(element, 'accessibility_label')}
      aria-busy={busy}
      onClick={() => void click()}
    >
      <span className="button-text">
        <Plain text={words(element, 'text')} />
      </span>
      {busy ? <span className="spinner" aria-hidden="true" /> : undefined}
    </button>
  );
}

const THUMB = 'M7 17V8l3.5-6c1.5 0 2 1 1.8 2.200L11.8 7H16c1 0 1.7.9 1.4 1.900l-1.9 6.700c-.3.8-1 1.4-1.9 1.400H7ZM4.5 8v9H2V8Z';

export function FeedbackButtons(props: ElementProps): ReactNode {
  const { actionId, value, busy, use } = useElement(props);
  const sides = ['positive_button', 'negative_button'] as const;
  return (
    <span className="feedback">
      {sides.map((side) => {
        const button = record(props.element, side);
        const own = text(button, 'value') ?? side;
        return (
          <button
            key={side}
            type="button"
            className="feedback-button"
            data-action-id={actionId}
            data-value={own}
            aria-label={text(button, 'accessibility_label') ?? words(button, 'text')}
            aria-pressed={value === own}
            disabled={busy}
            onClick={() => void use(own)}
          >
            <svg viewBox="0 0 20 20" className={side === 'negative_button' ? 'down' : ''} aria-hidden="true">
              <path d={THUMB} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
            </svg>
          </button>
        );
      })}
    </span>
  );
}
