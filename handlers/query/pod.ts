// `/oom pod` and `/oom recommend`: one pod explained now. A full name is read at once; a short one is looked up first, and of a workload's pods the
// one that tells most is taken.

import type { Answer } from '../../src/api/answer.ts';
import type { PodEntry } from '../../src/domain/query/directory.ts';
import { isOf, mostTellingPod } from '../../src/domain/query/directory.ts';
import type { Thing } from '../../src/domain/query/find.ts';
import { thingName } from '../../src/domain/query/find.ts';
import type { PodFinder } from '../../src/ports/evidence-reader.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { Explained, ExplainPorts } from '../explain/explain-pod.ts';
import { explain } from '../explain/explain-pod.ts';
import type { Asked, FindPorts, QuerySettings } from './find.ts';
import { calledNothing, finding, missing, nameIn, pick, usage } from './find.ts';

export type PodPorts = ExplainPorts & FindPorts & { readonly pods: PodFinder; readonly incidents: IncidentStore };

const PODS = ['workload', 'pod'] as const;

export async function explainNamed(ports: PodPorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  return explainedOr(ports, settings, { asked, command: 'pod' });
}

/** The number alone, with its arithmetic, and the incident where it can be asked for. */
export async function recommendFor(ports: PodPorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  const answer = await explainedOr(ports, settings, { asked, command: 'recommend' });
  if (answer.kind !== 'explanation') return answer;
  const { ref, kill, dossier, note, standing } = answer;
  return { kind: 'recommendation', ref, kill, dossier, note, standing };
}

type Naming = { readonly asked: Asked; readonly command: 'pod' | 'recommend' };

async function explainedOr(ports: PodPorts, settings: QuerySettings, { asked, command }: Naming): Promise<Answer> {
  const name = nameIn(asked.words);
  if (name === undefined)
    return usage('Name one pod or workload, in full or in part: payments/checkout-api-7d9f, or checkout.', command);
  const [namespace = '', pod = '', ...deeper] = name.split('/');
  if (pod !== '' && deeper.length === 0) {
    const exact = await explainExact(ports, settings, { namespace, pod, signal: asked.signal });
    if (exact !== undefined) return exact;
  }
  const found = await finding(ports, { wanted: PODS, text: name, signal: asked.signal });
  switch (found.kind) {
    case 'unreadable':
      return { kind: 'not-found', problem: `There is no pod of exactly that name. ${found.reason}`, nearest: [] };
    case 'none':
      return missing(calledNothing(settings, name), found.nearest, command);
    case 'several':
      return pick({ name, things: found.things, asked, command });
    case 'one':
      return explainThing(ports, settings, { thing: found.thing, signal: asked.signal });
  }
}

type Exact = { readonly namespace: string; readonly pod: string; readonly signal: AbortSignal };

/** Undefined when there is no such pod, or none with a container. */
async function explainExact(
  ports: PodPorts,
  settings: QuerySettings,
  { namespace, pod, signal }: Exact,
): Promise<Explained | undefined> {
  const facts = await ports.pods.find(namespace, pod, signal);
  return facts === undefined ? undefined : explain(ports, settings, { pod: facts, signal });
}

type Found = { readonly thing: Thing; readonly signal: AbortSignal };

async function explainThing(ports: PodPorts, settings: QuerySettings, { thing, signal }: Found): Promise<Answer> {
  const { pods } = await ports.directory.pods(signal);
  const own = pods.filter((pod) => fits(pod, thing));
  const chosen = mostTellingPod(own);
  const gone = `${thingName(thing)} has no pod now.`;
  if (chosen === undefined) return { kind: 'not-found', problem: gone, nearest: [] };
  const answer = await explainExact(ports, settings, { namespace: chosen.namespace, pod: chosen.name, signal });
  if (answer === undefined) return { kind: 'not-found', problem: gone, nearest: [] };
  if (own.length === 1) return answer;
  return { ...answer, note: `1 of ${own.length} pods of ${thingName(thing)}: ${whyChosen(chosen)}.` };
}

function whyChosen({ containers }: PodEntry): string {
  if (containers.some(({ lastOomAt }) => lastOomAt !== undefined)) return 'the one killed last';
  return containers.some(({ restartCount }) => restartCount > 0)
    ? 'the one that restarted most'
    : 'none of those there now has restarted';
}

function fits(pod: PodEntry, thing: Thing): boolean {
  return thing.kind === 'workload'
    ? isOf(pod, thing.workload)
    : thing.kind === 'pod' && thingName(thing) === `${pod.namespace}/${pod.name}`;
}
