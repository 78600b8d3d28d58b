// Draws inputs for text, numbers, addresses, dates and times.
// In: the element. Out: an input or text area that keeps every keystroke. Where it fires, Enter or leaving it sends the
// action once per new value; with `on_character_entered` a pause in typing does.

import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { flag, type Json, record, text, texts, words as wordsOf } from '../read.ts';
import { asText, type ElementProps, useElement } from './use-element.ts';

const PAUSE_MS = 400;

const KINDS: Readonly<Record<string, string>> = {
  email_text_input: 'email',
  url_text_input: 'url',
  datepicker: 'date',
  timepicker: 'time',
};

export function TextInput(props: ElementProps): ReactNode {
  const { element, aria } = props;
  const { actionId, value, keep, use } = useElement(props);
  const own = asText(value);
  const { send, typed } = useSender(props, own, use);
  const type = (words: string): void => {
    typed();
    keep(words);
  };
  const enter = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== 'Enter' || !props.fires) return;
    event.preventDefault();
    send();
  };
  const shared = {
    'data-action-id': actionId,
    id: aria?.id,
    'aria-describedby': aria?.describedBy,
    'aria-invalid': aria?.invalid,
    'aria-label': aria === undefined ? wordsOf(element, 'placeholder') || actionId : undefined,
    placeholder: wordsOf(element, 'placeholder'),
    value: own,
    autoFocus: flag(element, 'focus_on_load'),
    onBlur: send,
  };
  if (flag(element, 'multiline')) {
    return <textarea {...shared} className="text-input" rows={3} onChange={(event) => type(event.target.value)} />;
  }
  return (
    <input
      {...shared}
      {...kindOf(element)}
      className="text-input"
      autoComplete="off"
      onChange={(event) => type(event.target.value)}
      onKeyDown={enter}
    />
  );
}

/** A number is typed as text with a numeric keyboard: the server, as Slack does, says what is wrong with it. */
function kindOf(element: Json): { readonly type: string; readonly inputMode?: 'numeric' | 'decimal' } {
  const type = text(element, 'type') ?? '';
  if (type === 'number_input') return { type: 'text', inputMode: flag(element, 'is_decimal_allowed') ? 'decimal' : 'numeric' };
  return { type: KINDS[type] ?? 'text' };
}

type Sender = { readonly send: () => void; readonly typed: () => void };

/** Sends a value that was typed and not sent yet. */
function useSender(props: ElementProps, value: string, use: (value: string) => Promise<void>): Sender {
  const dirty = useRef(false);
  const triggers = texts(record(props.element, 'dispatch_action_config'), 'trigger_actions_on');
  const typing = props.fires && triggers.includes('on_character_entered');
  const send = (): void => {
    if (!props.fires || !dirty.current) return;
    dirty.current = false;
    void use(value);
  };
  const latest = useRef(send);
  latest.current = send;
  // Each keystroke starts the pause anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the value is what restarts the timer
  useEffect(() => {
    if (!typing) return;
    const timer = window.setTimeout(() => latest.current(), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typing, value]);
  return {
    send,
    typed: () => {
      dirty.current = true;
    },
  };
}
