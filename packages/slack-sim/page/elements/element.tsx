// Picks the control for an interactive element.
// In: an element of an actions, section or input block. Out: the control; for a kind this page lacks a line that says so.

import type { ReactNode } from 'react';
import { LibraryBlocks } from '../blocks/library.tsx';
import { text } from '../read.ts';
import { Button, FeedbackButtons } from './button.tsx';
import { Choices } from './choices.tsx';
import { Overflow } from './overflow.tsx';
import { Select } from './select.tsx';
import { TextInput } from './text-input.tsx';
import type { ElementProps } from './use-element.ts';

type Control = (props: ElementProps) => ReactNode;

const CONTROLS: ReadonlyMap<string, Control> = new Map([
  ...control(Button, ['button', 'icon_button', 'workflow_button']),
  ...control(FeedbackButtons, ['feedback_buttons']),
  ...control(Select, ['static_select', 'users_select', 'channels_select', 'conversations_select']),
  ...control(Overflow, ['overflow']),
  ...control(Choices, ['checkboxes', 'radio_buttons', 'multi_static_select', 'multi_users_select']),
  ...control(TextInput, ['plain_text_input', 'number_input', 'email_text_input', 'url_text_input', 'datepicker', 'timepicker']),
]);

function control(draw: Control, types: readonly string[]): readonly (readonly [string, Control])[] {
  return types.map((type) => [type, draw]);
}

export function Element(props: ElementProps): ReactNode {
  const type = text(props.element, 'type') ?? '';
  if (type === 'image') return <LibraryBlocks blocks={[{ type: 'context', elements: [props.element] }]} />;
  const Control = CONTROLS.get(type);
  return Control === undefined ? <span className="undrawn">This page cannot draw {type}.</span> : <Control {...props} />;
}
