// Reads what the cluster knows about a container, all pieces at once. The pod comes first, because the log's run, the node and the owner depend on
// it; when it is gone, what the kill itself recorded still leads to the owner and the node.

import { unavailable, valueOf } from '../../domain/piece.ts';
import type { Piece } from '../../domain/piece.ts';
import type { PodFacts } from '../../domain/pod.ts';
import type { Evidence, OwnerFacts } from '../../domain/evidence.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EvidenceReader, EvidenceSubject } from '../../ports/evidence-reader.ts';
import type { Log } from '../../ports/log.ts';
import type { ClusterConnection } from './connection.ts';
import { describePod } from './describe/describe.ts';
import { eventLines, listEvents } from './evidence/events.ts';
import { readLogTail } from './evidence/log-tail.ts';
import { readNode } from './evidence/node.ts';
import { readOwners } from './evidence/owner.ts';
import { Missing, piece } from './evidence/reading.ts';
import { projectPod } from './pod-facts.ts';
import { redactText } from './redact.ts';

export type EvidenceReaderOptions = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Log;
};

type RawAndFacts = { readonly raw: unknown; readonly facts: PodFacts };
type Job = { readonly subject: EvidenceSubject; readonly signal: AbortSignal };

export function createEvidenceReader(options: EvidenceReaderOptions): EvidenceReader {
  return {
    async read(subject, signal) {
      const job = { subject, signal };
      const eventsRead = readEvents(options, job);
      const [pod, events] = await Promise.all([readPod(options, job), eventsRead]);
      const facts = valueOf(pod)?.facts;
      const [log, node, owner] = await Promise.all([readLog(options, job, facts), readNodeOf(options, job, facts), readOwner(options, job, facts)]);
      const evidence: Omit<Evidence, 'usage'> = {
        gatheredAt: options.clock.now(),
        pod: pod.kind === 'known' ? { ...pod, value: pod.value.facts } : pod,
        describe: describe(options, { pod, events }),
        events: events.kind === 'known' ? { ...events, value: eventLines(events.value) } : events,
        log,
        node,
        owner,
      };
      const missing = Object.entries(evidence).flatMap(([name, each]) => (typeof each === 'object' && each.kind === 'unavailable' ? [name] : []));
      if (missing.length > 0) options.log.debug('evidence is incomplete', { missing, namespace: subject.ref.namespace });
      return evidence;
    },
  };
}

async function readPod({ connection, cluster, clock }: EvidenceReaderOptions, { subject, signal }: Job): Promise<Piece<RawAndFacts>> {
  const { namespace, pod, podUid } = subject.ref;
  return piece(clock, {
    what: 'the pod',
    source: 'pod status',
    read: async () => {
      const raw = await connection.json({ path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`, signal });
      const projected = projectPod(raw, cluster);
      if (projected.kind === 'malformed') throw new Missing(`the pod could not be read: ${projected.problem}`);
      if (projected.pod.uid !== podUid) throw new Missing('the pod was replaced by a new one of the same name');
      return { raw, facts: projected.pod };
    },
  });
}

async function readEvents({ connection, clock }: EvidenceReaderOptions, { subject, signal }: Job): Promise<Piece<readonly unknown[]>> {
  const { namespace, pod, podUid } = subject.ref;
  return piece(clock, {
    what: 'events',
    source: 'events',
    read: () => listEvents(connection, { namespace, selector: { 'involvedObject.name': pod, 'involvedObject.uid': podUid } }, signal),
  });
}

function describe({ clock }: EvidenceReaderOptions, read: { readonly pod: Piece<RawAndFacts>; readonly events: Piece<readonly unknown[]> }): Evidence['describe'] {
  const { pod, events } = read;
  if (pod.kind === 'unavailable') return pod;
  const text = describePod({ pod: pod.value.raw, events: valueOf(events) ?? [], nowMs: clock.now() });
  // "Events: <none>" would be a claim; without the right to read them it is not known.
  const honest = events.kind === 'known' ? text : text.replace(/\nEvents:.*$/, `\nEvents:  (${events.reason})`);
  return { ...pod, value: redactText(honest) };
}

async function readLog({ connection, clock }: EvidenceReaderOptions, { subject, signal }: Job, pod: PodFacts | undefined): Promise<Evidence['log']> {
  const { ref, kill } = subject;
  return piece(clock, { what: 'pod logs', source: 'pod log', read: () => readLogTail(connection, { ref, kill, pod }, signal) });
}

async function readNodeOf({ connection, clock }: EvidenceReaderOptions, { subject, signal }: Job, pod: PodFacts | undefined): Promise<Evidence['node']> {
  const name = pod?.node ?? subject.kill?.node;
  if (name === undefined) return unavailable('the pod is not on a node');
  const at = subject.kill?.finishedAt ?? subject.kill?.seenAt ?? clock.now();
  return piece(clock, { what: 'nodes', source: 'node status', read: () => readNode(connection, { name, at }, signal) });
}

async function readOwner({ connection, clock, cluster }: EvidenceReaderOptions, { subject, signal }: Job, pod: PodFacts | undefined): Promise<Piece<OwnerFacts>> {
  const known = pod ?? fromKill(subject, cluster);
  return piece(clock, { what: 'the owner', source: 'owner references', read: () => readOwners(connection, known, signal) });
}

/** A pod that is gone, as far as its kill recorded it: enough to climb to the owner. */
function fromKill({ ref, kill }: EvidenceSubject, cluster: string): PodFacts {
  return {
    cluster,
    namespace: ref.namespace,
    name: ref.pod,
    uid: ref.podUid,
    labels: {},
    annotations: {},
    controller: kill?.controller,
    podResources: {},
    containers: [],
    memoryVolumes: [],
  };
}
