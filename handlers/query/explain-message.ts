// "Explain this OOM" on a message: one of ours tells what its incident is known to be; any other is searched for the names of pods and workloads.

import type { Answer } from '../../src/api/answer.ts';
import type { MessageQuestion } from '../../src/api/conversation.ts';
import { placeInWords } from '../../src/domain/coverage/watched-namespaces.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { thingName } from '../../src/domain/query/find.ts';
import { namedIn } from '../../src/domain/query/named-in.ts';
import { PermanentError } from '../../src/ports/fault.ts';
import { explainedKill } from '../explain/explained-kill.ts';
import type { QuerySettings } from './find.ts';
import { pick } from './find.ts';
import type { PodPorts } from './pod.ts';
import { explainNamed } from './pod.ts';

const LOOKED_AT = 500;

export function createExplainMessage(ports: PodPorts, settings: QuerySettings) {
  return async function explainMessage(question: MessageQuestion, signal: AbortSignal): Promise<Answer> {
    const incidents = await ports.incidents.list({ state: 'all', limit: LOOKED_AT });
    const ours = incidents.find((incident) => isOurs(incident, question));
    const stored = ours === undefined ? undefined : await storedExplanation(ports, ours);
    if (stored !== undefined) return stored;
    try {
      return await byNames(ports, settings, { question, signal });
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      return { kind: 'not-found', problem: `Names cannot be looked up: ${error.message}.`, nearest: [] };
    }
  };
}

function isOurs({ thread }: Incident, { channel, messageIds }: MessageQuestion): boolean {
  return thread.some(({ posted }) => posted?.channel === channel && messageIds.includes(posted.id));
}

async function storedExplanation({ incidents, intake }: PodPorts, incident: Incident): Promise<Answer | undefined> {
  const dossier = await incidents.dossier(incident.id);
  if (dossier === undefined) return undefined;
  const kill = await explainedKill(intake, incident, dossier);
  return { kind: 'explanation', ref: kill.ref, kill, dossier };
}

type Naming = { readonly question: MessageQuestion; readonly signal: AbortSignal };

async function byNames(ports: PodPorts, settings: QuerySettings, { question, signal }: Naming): Promise<Answer> {
  const { pods } = await ports.directory.pods(signal);
  const named = namedIn(question.text, pods);
  const [only] = named;
  if (only === undefined) {
    const problem = `This message names no pod or workload that ${placeInWords(settings.cluster, settings.watched)} has now. Ask with /oom pod and its name.`;
    return { kind: 'not-found', problem, nearest: [] };
  }
  if (named.length > 1) return pick({ name: 'The message', things: named, asked: { text: '', page: 0 } });
  return explainNamed(ports, settings, { words: [thingName(only)], text: '', page: 0, person: question.person, signal });
}
