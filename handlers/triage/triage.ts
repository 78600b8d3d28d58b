// A person acknowledges an incident, assigns it, puts it off, expects it, or takes one of these back. It is told in the thread with the name; only who
// belongs to the workspace may, and only full members may silence a workload.

import type { CareInput, CareOutcome, CareWish, Refused } from '../../src/api/conversation.ts';
import { after, formatDuration } from '../../src/domain/base/time.ts';
import { careFor, snoozeUntil } from '../../src/domain/incident/care.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { LONGEST_MUTE, SHORTEST_MUTE } from '../../src/domain/incident/mute.ts';
import type { Deed } from '../../src/domain/incident/note.ts';
import type { People, Person } from '../../src/ports/people.ts';
import type { ExpectPorts } from './expect.ts';
import { endExpectation, expectKills } from './expect.ts';

export type CarePorts = ExpectPorts & { readonly people: People };

const SHORTEST_REASON = 3;

export function createCare(ports: CarePorts) {
  return async function care({ incidentId, person, wish }: CareInput): Promise<CareOutcome> {
    const incident = await ports.incidents.get(incidentId);
    if (incident === undefined) return refused(`${incidentId} is not known any more.`);
    const who = await ports.people.person(person);
    const problem = mayCare(who, wish);
    if (problem !== undefined) return refused(problem);
    const deed = await deedFor(ports, wish, who);
    if (deed.kind === 'refused') return deed;
    return isAboutWorkload(deed) ? silence(ports, incident, { deed, who }) : note(ports, incident, { deed, who });
  };
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

function mayCare({ standing }: Person, wish: CareWish): string | undefined {
  const silences = wish.kind === 'expect' || (wish.kind === 'undo' && wish.what === 'expect');
  if (standing === 'full' || (standing === 'guest' && !silences)) return undefined;
  return silences
    ? 'Only full members of this workspace may silence alerts, or end a silence.'
    : 'Only people of this workspace may do that.';
}

async function deedFor({ people, clock }: CarePorts, wish: CareWish, who: Person): Promise<Deed | Refused> {
  const now = clock.now();
  switch (wish.kind) {
    case 'acknowledge':
    case 'undo':
      return wish;
    case 'assign': {
      const { standing } = await people.person(wish.to);
      return standing === 'full' || standing === 'guest' ? wish : refused('It can be assigned to people of this workspace only.');
    }
    case 'snooze':
      return { kind: 'snooze', until: snoozeUntil(wish.choice, now, who.timezone ?? 'UTC') };
    case 'expect':
      if (wish.length < SHORTEST_MUTE || wish.length > LONGEST_MUTE)
        return refused(`Between ${formatDuration(SHORTEST_MUTE)} and ${formatDuration(LONGEST_MUTE)} can be muted.`);
      if (wish.reason.trim().length < SHORTEST_REASON) return refused('Say in a few words why these kills are expected.');
      return { kind: 'expect', until: after(now, wish.length), reason: wish.reason.trim() };
  }
}

type Silencing = Extract<Deed, { readonly kind: 'expect' | 'undo' }>;

function isAboutWorkload(deed: Deed): deed is Silencing {
  return deed.kind === 'expect' || (deed.kind === 'undo' && deed.what === 'expect');
}

type By<Kind extends Deed> = { readonly deed: Kind; readonly who: Person };

async function silence(ports: CarePorts, incident: Incident, { deed, who }: By<Silencing>): Promise<CareOutcome> {
  const { cluster, namespace, kind, name } = incident.workload;
  const muted = { cluster, workload: { namespace, kind, name } };
  if (deed.kind === 'undo') {
    const ended = await endExpectation(ports, muted, who.id);
    return ended === undefined ? { kind: 'nothing', reason: 'That was taken back already.' } : { kind: 'done' };
  }
  const { until, reason } = deed;
  await expectKills(ports, { ...muted, by: who.id, at: ports.clock.now(), until, reason });
  return { kind: 'done' };
}

async function note(ports: CarePorts, { id }: Incident, { deed, who }: By<Deed>): Promise<CareOutcome> {
  const at = ports.clock.now();
  let outcome: CareOutcome = { kind: 'done' };
  await ports.incidents.update(id, (current) => {
    const cared = careFor(current, { deed, by: who.id, at });
    outcome = cared.kind === 'done' ? { kind: 'done' } : cared;
    return cared.kind === 'done' ? cared.incident : current;
  });
  await ports.queue.enqueue({ step: 'post', incidentId: id });
  return outcome;
}
