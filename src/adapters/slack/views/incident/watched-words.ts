// When nobody watched, in words: what makes "no kill was seen" say less.

import type { Millis } from '../../../../domain/base/time.ts';
import { formatDuration } from '../../../../domain/base/time.ts';
import type { Gap } from '../../../../domain/coverage/watched.ts';
import type { Incident } from '../../../../domain/incident/incident.ts';
import { moment } from '../../text.ts';

const MOST_NAMED = 2;

/** "not watched from … to …", or "not watched since …"; undefined when it was watched all the time. */
export function gapWords(gaps: readonly Gap[] | undefined): string | undefined {
  if (gaps === undefined || gaps.length === 0) return undefined;
  const named = gaps
    .slice(-MOST_NAMED)
    .map(({ from, until }) => (until === undefined ? `since ${moment(from)}` : `from ${moment(from)} to ${moment(until)}`));
  const before = gaps.length - named.length;
  const others = before === 0 ? '' : `, and ${before} ${before === 1 ? 'time' : 'times'} before`;
  return `not watched ${named.join(' and ')}${others}`;
}

/** For how long nobody watched and everything was read right after: a kill of that time is found where its pod is still there. Undefined when it was never so. */
export function pauseWords(pausedMs: Millis | undefined): string | undefined {
  return pausedMs === undefined
    ? undefined
    : `short absences of ${formatDuration(pausedMs)} in all, with every pod read after each`;
}

/** In brackets after a sentence; empty when there is nothing to add. */
export function bracketed(...words: readonly (string | undefined)[]): string {
  const said = words.filter((each) => each !== undefined);
  return said.length === 0 ? '' : ` (${said.join('; ')})`;
}

/** How long no kill was seen, before an incident without a change was called quiet. */
export function quietWithoutChange({ watched }: Incident): string {
  if (watched === undefined) return 'No more kills; it stayed quiet without a change.';
  const away = bracketed(gapWords(watched.gaps), pauseWords(watched.pausedMs));
  return `No kill in ${formatDuration(watched.watchedMs)} of watching, without a change${away}.`;
}

/** Why an incident that was not killed for long is still open. */
export function notQuietYet({ state, watched }: Incident): string | undefined {
  const gaps = state === 'open' ? gapWords(watched?.gaps) : undefined;
  if (gaps === undefined) return undefined;
  return `No kill was seen for long, but it was ${gaps}: ${watched?.until === undefined ? 'it stays open' : `it is quiet if none is seen until ${moment(watched.until)}`}`;
}
