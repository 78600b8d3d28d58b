// Who looks after an incident, in a few words for its strip, and the controls to say so. Escaped mrkdwn.

import type { Button, Overflow, StaticSelect } from '@slack/types';
import type { Incident } from '../../../../domain/incident/incident.ts';
import { button } from '../../blocks.ts';
import type { CareRef } from '../../ids.ts';
import { ACTION, encode } from '../../ids.ts';
import { mention, mentionGroup, moment } from '../../text.ts';

export function careWords({ acknowledgedBy, assigned }: Incident): string {
  if (assigned !== undefined) return `assigned to ${mention(assigned.to)}`;
  return acknowledgedBy === undefined ? 'nobody has acknowledged yet' : `${mention(acknowledgedBy.person)} is on it`;
}

/** The word and the words of the strip while nobody wants to hear of it; undefined when they do. */
export function quietWords({ snoozed, muted }: Incident): { readonly word: string; readonly text: string } | undefined {
  if (muted !== undefined) return { word: 'Expected', text: `until ${moment(muted.until)}, says ${mention(muted.by)}` };
  if (snoozed !== undefined) return { word: 'Snoozed', text: `until ${moment(snoozed.until)} by ${mention(snoozed.by)}` };
  return undefined;
}

export function ownerWords(owner: string): string {
  return owner.startsWith('S') ? mentionGroup(owner) : mention(owner);
}

const SNOOZES = [
  ['1h', 'Snooze 1 hour'],
  ['tomorrow', 'Snooze until tomorrow, 09:00'],
  ['1w', 'Snooze 1 week'],
] as const;

/** What can be done now: acknowledge, put off or wake, and in a menu the rest. */
export function careControls(incident: Incident): readonly (Button | StaticSelect | Overflow)[] {
  const { workload, acknowledgedBy, snoozed } = incident;
  const value = (care: CareRef['care']): string => encode({ incident: incident.id, care });
  const option = (care: CareRef['care'], text: string) => ({ text: { type: 'plain_text' as const, text }, value: value(care) });
  const acknowledge = button({
    action: `${ACTION.care}:acknowledge`,
    text: 'Acknowledge',
    value: value('acknowledge'),
    label: `Say that you look after ${workload.name}`,
  });
  const snooze: StaticSelect = {
    type: 'static_select',
    action_id: `${ACTION.care}:snooze`,
    placeholder: { type: 'plain_text', text: 'Snooze' },
    options: SNOOZES.map(([care, text]) => option(care, text)),
  };
  return [
    ...(acknowledgedBy === undefined ? [acknowledge] : []),
    ...(snoozed === undefined ? [snooze] : []),
    { type: 'overflow', action_id: `${ACTION.care}:more`, options: menu(incident, option) },
  ];
}

type Option = { readonly text: { readonly type: 'plain_text'; readonly text: string }; readonly value: string };

function menu({ acknowledgedBy, assigned, snoozed, muted }: Incident, option: (care: CareRef['care'], text: string) => Option) {
  const undo = [
    ...(snoozed === undefined ? [] : [option('undo-snooze', 'End the snooze')]),
    ...(acknowledgedBy === undefined ? [] : [option('undo-acknowledge', 'Take the acknowledgement back')]),
    ...(assigned === undefined ? [] : [option('undo-assign', 'Take the assignment back')]),
  ];
  const expect =
    muted === undefined ? option('expect', 'Expected: do not tell …') : option('undo-expect', 'Tell of its kills again');
  return [option('assign', 'Assign …'), expect, ...undo].slice(0, 5);
}
