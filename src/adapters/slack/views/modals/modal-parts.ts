// What the modals share: plain text, a warning, and the input for a reason.

import type { InputBlock } from '@slack/types';
import { FIELD } from '../../ids.ts';
import { cut } from '../../text.ts';

export function plain(text: string) {
  return { type: 'plain_text' as const, text };
}

export function warning(text: string) {
  return { type: 'alert' as const, level: 'warning' as const, text: plain(cut(text, 200)) };
}

type ReasonInput = { readonly label?: string; readonly hint?: string; readonly initial?: string | undefined };

export function reasonInput({
  label = 'Reason',
  hint = 'At least 10 characters. The approver and the audit read it.',
  initial,
}: ReasonInput): InputBlock {
  return {
    type: 'input',
    block_id: FIELD.reason,
    label: plain(label),
    hint: plain(hint),
    element: {
      type: 'plain_text_input',
      action_id: FIELD.reason,
      multiline: true,
      max_length: 500,
      ...(initial === undefined ? {} : { initial_value: cut(initial, 500) }),
    },
  };
}
