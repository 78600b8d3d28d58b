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

export function Element(props: ElementProps): ReactNode {
  const type = text(props.element, 'type');
  switch (type) {
    case 'button':
    case 'icon_button':
    case 'workflow_button':
      return <Button {...props} />;
    case 'feedback_buttons':
      return <FeedbackButtons {...props} />;
    case 'static_select':
    case 'users_select':
    case 'channels_select':
    case 'conversations_select':
      return <Select {...props} />;
    case 'overflow':
      return <Overflow {...props} />;
    case 'checkboxes':
    case 'radio_buttons':
    case 'multi_static_select':
    case 'multi_users_select':
      return <Choices {...props} />;
    case 'plain_text_input':
    case 'number_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'datepicker':
    case 'timepicker':
      return <TextInput {...props} />;
    case 'image':
      return <LibraryBlocks blocks={[{ type: 'context', elements: [props.element] }]} />;
    default:
      return <span className="undrawn">This page cannot draw {type}.</span>;
  }
}
