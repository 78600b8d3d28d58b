// Reads what the cluster knows about a container, all pieces at once and each with its own deadline. The pod comes first, because the log's run, the
// node and the owner depend on it; when it is gone, what the kill itself recorded still leads to the owner and the node.

import type { Piece } from '../../../domain/base/piece.ts';
import { unavailable, valueOf } from '../../../domain/base/piece.ts';
import type { PodFacts } from '../../../domain/base/pod.ts';
import type { Evidence } from '../../../domain/evidence/evidence.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { EvidenceReader, EvidenceSubject } from '../../../ports/evidence-reader.ts';
import type { Log } from '../../../ports/log.ts';
import type { ClusterConnection } from '../client/connection.ts';
import type { ReadingLimits } from '../client/reading.ts';
import { Missing, piece } from '../client/reading.ts';
import { describePod } from '../describe/describe.ts';
import { projectPod } from '../pods/pod-facts.ts';
import { eventLines, listEvents } from './events.ts';
import { logPiece, nodePiece, nodePodsPiece, ownerPiece, ownerPieces } from './pieces.ts';
import { redactText } from './redact.ts';

export type EvidenceReaderOptions = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long one piece may take; the pod, which comes before the others, at most half of it. */
  readonly pieceTimeoutMs?: number | undefined;
};

const PIECE_TIMEOUT_MS = 2500;

type RawAndFacts = { readonly raw: unknown; readonly facts: PodFacts };
/** One read: what it is about, and what it may use. */
type Reading = EvidenceReaderOptions & { readonly subject: EvidenceSubject; readonly limits: ReadingLimits };

export function createEvidenceReader(options: EvidenceReaderOptions): EvidenceReader {
  const limitsOf = (signal: AbortSignal, pieceWithin: number = PIECE_TIMEOUT_MS): ReadingLimits => ({
    clock: options.clock,
    signal,
    timeoutMs: options.pieceTimeoutMs ?? pieceWithin,
  });
  return {
    owner(subject, signal) {
      const nothing = unavailable('the node reported this, not a pod');
      if (subject.ref.namespace === '') return Promise.resolve(nothing);
      return ownerPiece({ ...options, subject, limits: limitsOf(signal) });
    },
    async read(subject, signal, pieceWithin) {
      const reading = { ...options, subject, limits: limitsOf(signal, pieceWithin) };
      if (subject.ref.namespace === '') return onNode(reading);
      const eventsRead = readEvents(reading);
      const pod = await readPod(reading);
      const facts = valueOf(pod)?.facts;
      const [events, log, node, nodePods, owners] = await Promise.all([
        eventsRead,
        logPiece(reading, facts, async (again) => (await fetchPod(reading, again)).facts),
        nodePiece(reading, facts),
        nodePodsPiece(reading, facts),
        ownerPieces(reading, facts),
      ]);
      const evidence: Omit<Evidence, 'usage'> = {
        gatheredAt: options.clock.now(),
        pod: pod.kind === 'known' ? { ...pod, value: pod.value.facts } : pod,
        describe: describe(reading, { pod, events }),
        events: events.kind === 'known' ? { ...events, value: eventLines(events.value) } : events,
        log,
        node,
        nodePods,
        ...owners,
      };
      noteMissing(reading, evidence);
      return evidence;
    },
  };
}

function noteMissing({ log, subject }: Reading, evidence: Omit<Evidence, 'usage'>): void {
  const missing = Object.entries(evidence).flatMap(([name, each]) =>
    typeof each === 'object' && each.kind === 'unavailable' ? [name] : [],
  );
  if (missing.length > 0) log.debug('evidence is incomplete', { missing, namespace: subject.ref.namespace });
}

/** A kill that a node reported by itself has no pod to look at. */
async function onNode(reading: Reading): Promise<Omit<Evidence, 'usage'>> {
  const nothing = unavailable('the node reported this, not a pod');
  return {
    gatheredAt: reading.clock.now(),
    pod: nothing,
    describe: nothing,
    events: nothing,
    log: nothing,
    ...(await onlyNode(reading)),
    owner: nothing,
    ownerEvents: nothing,
    rollout: nothing,
  };
}

async function onlyNode(reading: Reading): Promise<Pick<Evidence, 'node' | 'nodePods'>> {
  const [node, nodePods] = await Promise.all([nodePiece(reading, undefined), nodePodsPiece(reading, undefined)]);
  return { node, nodePods };
}

async function readPod(reading: Reading): Promise<Piece<RawAndFacts>> {
  const limits = { ...reading.limits, timeoutMs: reading.limits.timeoutMs / 2 };
  return piece(limits, { what: 'the pod', source: 'pod status', read: (signal) => fetchPod(reading, signal) });
}

async function fetchPod({ connection, cluster, subject }: Reading, signal: AbortSignal): Promise<RawAndFacts> {
  const { namespace, pod, podUid } = subject.ref;
  const raw = await connection.json({
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`,
    signal,
  });
  const projected = projectPod(raw, cluster);
  if (projected.kind === 'malformed') throw new Missing(`the pod could not be read: ${projected.problem}`);
  if (projected.pod.uid !== podUid) throw new Missing('the pod is gone; a new one has its name');
  return { raw, facts: projected.pod };
}

async function readEvents({ connection, subject, limits }: Reading): Promise<Piece<readonly unknown[]>> {
  const { namespace, pod, podUid } = subject.ref;
  const selector = { 'involvedObject.name': pod, 'involvedObject.uid': podUid };
  return piece(limits, {
    what: 'events',
    source: 'events',
    read: (signal) => listEvents(connection, { namespace, selector }, signal),
  });
}

function describe(
  { clock }: Reading,
  read: { readonly pod: Piece<RawAndFacts>; readonly events: Piece<readonly unknown[]> },
): Evidence['describe'] {
  const { pod, events } = read;
  if (pod.kind === 'unavailable') return pod;
  const text = describePod({ pod: pod.value.raw, events: valueOf(events) ?? [], nowMs: clock.now() });
  // "Events: <none>" would be a claim; without the right to read them it is not known.
  const honest = events.kind === 'known' ? text : text.replace(/\nEvents:.*$/, `\nEvents:  (${events.reason})`);
  return { ...pod, value: redactText(honest) };
}
