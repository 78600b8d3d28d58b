// `/oom mute` and `unmute`: a person expects a workload's kills for a time. Only full members may: silence is heard by everybody.

import type { Answer } from '../../src/api/answer.ts';
import { after, formatDuration } from '../../src/domain/base/time.ts';
import type { PersonId } from '../../src/domain/change/proposal.ts';
import type { Mute } from '../../src/domain/incident/mute.ts';
import { isMuted, LONGEST_MUTE, parseLength, SHORTEST_MUTE } from '../../src/domain/incident/mute.ts';
import type { WorkloadName } from '../../src/domain/query/directory.ts';
import type { People } from '../../src/ports/people.ts';
import type { ExpectPorts } from '../triage/expect.ts';
import { endExpectation, expectKills } from '../triage/expect.ts';
import type { Asked, FindPorts, QuerySettings } from './find.ts';
import { calledNothing, finding, missing, pick, usage } from './find.ts';

export type MutePorts = FindPorts & ExpectPorts & { readonly people: People };

const LONGEST_REASON = 300;
const LOOKED_AT = 500;
const HOW = 'Name one workload and for how long: mute payments/checkout-api 2h load test. Lengths are 30m, 2h, 3d or 1w.';

export async function mute(ports: MutePorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  const [name, ...rest] = asked.words;
  if (name === undefined) return { kind: 'mutes', mutes: await activeMutes(ports) };
  const [lengthText, ...reason] = rest[0] === 'for' ? rest.slice(1) : rest;
  const length = parseLength(lengthText);
  if (length === undefined) return usage(HOW, 'mute');
  if (length < SHORTEST_MUTE || length > LONGEST_MUTE) {
    return usage(`Between ${formatDuration(SHORTEST_MUTE)} and ${formatDuration(LONGEST_MUTE)} can be muted.`, 'mute');
  }
  const allowed = await mayMute(ports, asked.person);
  if (allowed !== undefined) return usage(allowed, 'mute');
  const act: Act = async (workload) => {
    const at = ports.clock.now();
    const until = after(at, length);
    const words = reason.join(' ').slice(0, LONGEST_REASON);
    const made: Mute = { cluster: settings.cluster, workload, by: asked.person, at, until, reason: words };
    await expectKills(ports, made);
    return { kind: 'muted', mute: made };
  };
  return forWorkload(ports, settings, { asked, name, command: 'mute', tail: rest.join(' '), act });
}

export async function unmute(ports: MutePorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  const [name, ...surplus] = asked.words;
  if (name === undefined || surplus.length > 0) return usage('Name the one workload to hear of again.', 'unmute');
  const allowed = await mayMute(ports, asked.person);
  if (allowed !== undefined) return usage(allowed, 'unmute');
  const act: Act = async (workload) => {
    const removed = await endExpectation(ports, { cluster: settings.cluster, workload }, asked.person);
    return removed !== undefined
      ? { kind: 'unmuted', mute: removed }
      : { kind: 'not-found', problem: `${workload.namespace}/${workload.name} is not muted.`, nearest: [] };
  };
  return forWorkload(ports, settings, { asked, name, command: 'unmute', tail: '', act });
}

/** Why this person may not; undefined when they may. */
async function mayMute({ people }: Pick<MutePorts, 'people'>, person: PersonId): Promise<string | undefined> {
  const { standing } = await people.person(person);
  return standing === 'full' ? undefined : 'Only full members of this workspace may silence alerts, or end a silence.';
}

export async function activeMutes({ mutes, clock }: Pick<MutePorts, 'mutes' | 'clock'>): Promise<readonly Mute[]> {
  const now = clock.now();
  return (await mutes.list()).filter((each) => isMuted(each, now)).toSorted((a, b) => a.until - b.until);
}

type Act = (workload: WorkloadName) => Promise<Answer>;

type Named = {
  readonly asked: Asked;
  readonly name: string;
  readonly command: 'mute' | 'unmute';
  /** What followed the name. */
  readonly tail: string;
  readonly act: Act;
};

async function forWorkload(
  ports: MutePorts,
  settings: QuerySettings,
  { asked, name, command, tail, act }: Named,
): Promise<Answer> {
  const incidents = await ports.incidents.list({ state: 'all', limit: LOOKED_AT });
  const known = incidents.map(({ workload }) => workload).filter((workload) => workload.cluster === settings.cluster);
  const found = await finding(ports, { wanted: ['workload'], text: name, signal: asked.signal, workloads: known, surely: true });
  switch (found.kind) {
    case 'unreadable':
      return { kind: 'not-found', problem: found.reason, nearest: [] };
    case 'none':
      return missing(calledNothing(settings, name), found.nearest, command);
    case 'several':
      return withTail(pick({ name, things: found.things, asked, command }), tail);
    case 'one':
      return found.thing.kind === 'workload' ? act(found.thing.workload) : missing('That is no workload.', []);
  }
}

/** The same length and reason for whichever is picked. */
function withTail(answer: Answer, tail: string): Answer {
  if (answer.kind !== 'choice' || tail === '') return answer;
  const items = answer.choices.items.map(({ label, ask }) => ({ label, ask: `${ask} ${tail}` }));
  return { ...answer, choices: { ...answer.choices, items } };
}
