// One line of the thread: who did what about the incident. While it still holds, it can be taken back from here.

import type { Incident } from '../../../../domain/incident/incident.ts';
import type { CareKind, Deed, Note, WakeReason } from '../../../../domain/incident/note.ts';
import type { AnyBlock } from '../../blocks.ts';
import { actions, button, section } from '../../blocks.ts';
import type { CareRef } from '../../ids.ts';
import { ACTION, encode } from '../../ids.ts';
import { cut, mention, moment, prose } from '../../text.ts';
import type { Rendered } from '../rendered.ts';

export type NoteInput = { readonly incident: Incident; readonly note: Note };

export function noteView({ incident, note }: NoteInput): Rendered {
  const words = wordsOf(note);
  return { text: words, blocks: [section(words), ...undo(incident, note)] };
}

function wordsOf(note: Note): string {
  switch (note.kind) {
    case 'done':
      return done(note.deed, mention(note.by));
    case 'woken':
      return `:alarm_clock: ${mention(note.snoozedBy)} put this off; ${WOKEN[note.why]}.`;
    case 'expected-over':
      return `:bell: Kills are told again: the time for which ${mention(note.by)} expected them is over.`;
  }
}

const WOKEN: Readonly<Record<WakeReason, string>> = {
  time: 'the time is over, and it is still open',
  kills: 'it was killed three more times since',
  cause: 'it is now killed for another cause',
};

function done(deed: Deed, who: string): string {
  switch (deed.kind) {
    case 'acknowledge':
      return `:eyes: ${who} acknowledged it.`;
    case 'assign':
      return `:bust_in_silhouette: ${who} assigned it to ${mention(deed.to)}.`;
    case 'snooze':
      return `:zzz: ${who} put it off until ${moment(deed.until)}. Three more kills or another cause wake it.`;
    case 'expect':
      return `:no_bell: ${who} expects its kills until ${moment(deed.until)}: “${prose(cut(deed.reason, 300))}”. They are recorded, and nobody is told.`;
    case 'undo':
      return `:leftwards_arrow_with_hook: ${who} ${UNDONE[deed.what]}.`;
  }
}

const UNDONE: Readonly<Record<CareKind, string>> = {
  acknowledge: 'took the acknowledgement back',
  assign: 'took the assignment back',
  snooze: 'ended the snooze',
  expect: 'wants its kills told again',
};

function undo(incident: Incident, note: Note): readonly AnyBlock[] {
  if (note.kind !== 'done' || note.deed.kind === 'undo' || incident.state === 'resolved') return [];
  const { kind } = note.deed;
  if (!holds(incident, note.deed, note.at)) return [];
  const care: CareRef['care'] = `undo-${kind}`;
  const value = encode({ incident: incident.id, care });
  return [
    actions(`undo:${kind}:${note.at}`, [
      button({ action: `${ACTION.care}:undo`, text: 'Undo', value, label: `Take it back: ${kind} of ${incident.id}` }),
    ]),
  ];
}

/** Whether what the note tells is still how it stands. */
function holds(incident: Incident, deed: Exclude<Deed, { readonly kind: 'undo' }>, at: number): boolean {
  switch (deed.kind) {
    case 'acknowledge':
      return incident.acknowledgedBy?.at === at;
    case 'assign':
      return incident.assigned?.at === at;
    case 'snooze':
      return incident.snoozed?.at === at;
    case 'expect':
      return incident.muted?.until === deed.until;
  }
}
