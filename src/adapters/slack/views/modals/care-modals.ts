// The modals of looking after an incident: whom to assign it to, and for how long and why its kills are expected.

import type { ModalView } from '@slack/types';
import { DAY, HOUR } from '../../../../domain/base/time.ts';
import { section } from '../../blocks.ts';
import { CALLBACK, encode, FIELD } from '../../ids.ts';
import { prose } from '../../text.ts';

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}

export function assignModal(incident: string, person: string): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK.assign,
    private_metadata: encode({ ref: { incident } }),
    title: plain('Assign'),
    submit: plain('Assign'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'input',
        block_id: FIELD.person,
        label: plain(`Who looks after ${incident}?`),
        hint: plain('They are mentioned in the thread.'),
        element: { type: 'users_select', action_id: FIELD.person, initial_user: person },
      },
    ],
  };
}

const LENGTHS = [
  [4 * HOUR, '4 hours'],
  [DAY, '1 day'],
  [7 * DAY, '1 week'],
  [30 * DAY, '30 days'],
  [90 * DAY, '90 days'],
] as const;

export function expectModal(incident: string): ModalView {
  const options = LENGTHS.map(([lengthMs, words]) => ({ text: plain(words), value: String(lengthMs) }));
  const [, initial] = options;
  return {
    type: 'modal',
    callback_id: CALLBACK.expect,
    private_metadata: encode({ ref: { incident } }),
    title: plain('Expected kills'),
    submit: plain('Do not tell'),
    close: plain('Cancel'),
    blocks: [
      section(
        prose(
          `Kills of this workload are recorded and counted, and nobody is told, until then. Everybody sees that you said so.`,
        ),
      ),
      {
        type: 'input',
        block_id: FIELD.length,
        label: plain('For how long'),
        element: {
          type: 'static_select',
          action_id: FIELD.length,
          options,
          ...(initial === undefined ? {} : { initial_option: initial }),
        },
      },
      {
        type: 'input',
        block_id: FIELD.reason,
        label: plain('Why'),
        element: { type: 'plain_text_input', action_id: FIELD.reason, min_length: 3, max_length: 300 },
      },
    ],
  };
}
