// People ask: explain this pod now, list what is open, help. Unknown words get the usage and the nearest right one.

import { diagnose } from '../src/domain/diagnose.ts';
import type { Incident } from '../src/domain/incident.ts';
import { nearest } from '../src/domain/nearest.ts';
import type { Kill } from '../src/domain/oom-kill.ts';
import { findKills } from '../src/domain/oom-kill.ts';
import type { PodContainer, PodFacts } from '../src/domain/pod.ts';
import { effectiveLimit } from '../src/domain/pod.ts';
import type { Policy } from '../src/domain/policy.ts';
import { recommend } from '../src/domain/recommend.ts';
import type { Millis } from '../src/domain/time.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Answer } from '../src/ports/conversation.ts';
import type { EvidenceReader, PodFinder, UsageReader } from '../src/ports/evidence-reader.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import { gather } from './enrich.ts';

export type QueryPorts = {
  readonly incidents: IncidentStore;
  readonly pods: PodFinder;
  readonly evidence: EvidenceReader;
  readonly usage: UsageReader;
  readonly clock: Clock;
  /** How many edits turn one text into the other. */
  readonly distance: (a: string, b: string) => number;
};

export type QuerySettings = { readonly cluster: string; readonly policy: Policy; readonly evidenceDeadline: Millis };

const COMMANDS = ['pod', 'list', 'help'] as const;
const LISTED = 20;

export function createQuery(ports: QueryPorts, settings: QuerySettings) {
  return async function query(input: { readonly text: string }, signal: AbortSignal): Promise<Answer> {
    const [word = 'help', ...rest] = input.text
      .trim()
      .split(/\s+/)
      .filter((part) => part !== '');
    const command = COMMANDS.find((known) => known === word.toLowerCase());
    switch (command) {
      case 'help':
        return { kind: 'help' };
      case 'list':
        return { kind: 'list', incidents: await openIncidents(ports) };
      case 'pod':
        return explainPod(ports, settings, { words: rest, signal });
      case undefined:
        return unknownCommand(ports, word);
    }
  };
}

async function openIncidents(ports: QueryPorts): Promise<readonly Incident[]> {
  return ports.incidents.list({ state: 'unresolved', limit: LISTED });
}

function unknownCommand(ports: QueryPorts, word: string): Answer {
  const [suggestion] = nearest({ candidates: COMMANDS, text: word.toLowerCase(), distance: ports.distance, limit: 1 });
  return { kind: 'usage', problem: `"${word.slice(0, 60)}" is not something I know.`, nearest: suggestion };
}

type Asked = { readonly words: readonly string[]; readonly signal: AbortSignal };

async function explainPod(ports: QueryPorts, settings: QuerySettings, { words, signal }: Asked): Promise<Answer> {
  const [target, ...surplus] = words;
  const [namespace, name, ...deeper] = (target ?? '').split('/');
  if (!namespace || !name || deeper.length > 0 || surplus.length > 0) {
    return {
      kind: 'usage',
      problem: 'Name one pod as namespace/pod, for example /oom pod payments/checkout-api-7d9f.',
      nearest: 'pod',
    };
  }
  const pod = await ports.pods.find(namespace, name, signal);
  if (pod === undefined) return notFound(ports, { namespace, name, signal });
  return explain(ports, settings, { pod, signal });
}

type Missing = { readonly namespace: string; readonly name: string; readonly signal: AbortSignal };

async function notFound(ports: QueryPorts, { namespace, name, signal }: Missing): Promise<Answer> {
  const inNamespace = await ports.pods.names(namespace, signal);
  const candidates = inNamespace.length > 0 ? inNamespace : await ports.pods.names(undefined, signal);
  const problem = `There is no pod ${namespace}/${name}${inNamespace.length === 0 ? `, nor any pod in a namespace ${namespace}` : ''}.`;
  return {
    kind: 'not-found',
    problem,
    nearest: nearest({ candidates, text: `${namespace}/${name}`, distance: ports.distance, limit: 3 }),
  };
}

type Explaining = { readonly pod: PodFacts; readonly signal: AbortSignal };

async function explain(ports: QueryPorts, settings: QuerySettings, { pod, signal }: Explaining): Promise<Answer> {
  const now = ports.clock.now();
  const kill = latest(findKills(pod, now));
  const container = pod.containers.find(({ name }) => name === kill?.ref.container) ?? mostTelling(pod);
  if (container === undefined)
    return { kind: 'not-found', problem: `Pod ${pod.namespace}/${pod.name} has no containers.`, nearest: [] };
  const ref = {
    cluster: settings.cluster,
    namespace: pod.namespace,
    pod: pod.name,
    podUid: pod.uid,
    container: container.name,
    role: container.role,
  };
  const evidence = await gather(ports, { ref, kill }, { signal, deadline: settings.evidenceDeadline });
  const diagnosis = diagnose({ kill, evidence, now, earlierKills: [] });
  const recommendation = recommend({ kill, evidence, diagnosis, earlierKills: [], policy: settings.policy, now });
  return { kind: 'explanation', ref, kill, dossier: { killId: kill?.id, evidence, diagnosis, recommendation } };
}

function latest(kills: readonly Kill[]): Kill | undefined {
  return kills.toSorted((a, b) => (b.finishedAt ?? b.seenAt) - (a.finishedAt ?? a.seenAt))[0];
}

/** Nobody was killed: the container that is not running, else the one that restarted most, else the one with a limit. */
function mostTelling(pod: PodFacts): PodContainer | undefined {
  const weight = (container: PodContainer): number =>
    (container.state.kind === 'running' ? 0 : 4) +
    Math.min(container.restartCount, 3) +
    (effectiveLimit(pod, container) === undefined ? 0 : 0.5);
  return pod.containers.toSorted((a, b) => weight(b) - weight(a)).find(({ role }) => role !== 'ephemeral');
}
