// When an incident that goes on is told to the channel again, beside its root message: after so many kills, then each time their number has doubled, and
// never twice within an hour. Says nothing while a fix is under way, while it is put off, or while the incident is part of a storm, which is told as one story.

import type { Instant } from '../base/time.ts';
import { HOUR, isRecentlyNoted } from '../base/time.ts';
import { isSnoozed } from './care.ts';
import type { Incident } from './incident.ts';
import { addEntry } from './incident.ts';

const AT_MOST_EVERY = HOUR;

/** The incident with a reminder to show when one is due at that number of kills; else the same incident. `first`: from how many kills on. */
export function withReminder(incident: Incident, first: number, now: Instant): Incident {
  if (incident.state !== 'open' || incident.stormId !== undefined || isSnoozed(incident, now)) return incident;
  const step = stepOf(incident.killCount, first);
  if (step === undefined) return incident;
  const told = incident.thread.flatMap(({ subject }) => (subject.kind === 'reminder' ? [subject] : []));
  const last = told.at(-1);
  if (last !== undefined && (last.kills >= step || isRecentlyNoted(last.at, now, AT_MOST_EVERY))) return incident;
  return addEntry(incident, `reminder/${step}`, { kind: 'reminder', kills: step, at: now });
}

/** The highest of first, 2 × first, 4 × first … that the count has reached. With first 10: 25 kills → 20; 9 → none. */
function stepOf(count: number, first: number): number | undefined {
  if (count < first) return undefined;
  return first * 2 ** Math.floor(Math.log2(count / first));
}
