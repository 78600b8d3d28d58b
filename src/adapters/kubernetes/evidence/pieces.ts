// The pieces of evidence that follow from the pod, or from what its kill recorded of it when it is gone: its log, its node and that node's pods, its owners
// with their events and revisions. Each says why when it cannot be had.

import type { Piece } from '../../../domain/base/piece.ts';
import { known, unavailable, valueOf } from '../../../domain/base/piece.ts';
import type { PodFacts } from '../../../domain/base/pod.ts';
import type { WorkloadRef } from '../../../domain/base/workload.ts';
import type { Evidence, NodeFacts } from '../../../domain/evidence/evidence.ts';
import { happenedAt } from '../../../domain/kill/oom-kill.ts';
import type { EvidenceSubject } from '../../../ports/evidence-reader.ts';
import type { ClusterConnection } from '../client/connection.ts';
import type { ReadingLimits } from '../client/reading.ts';
import { piece } from '../client/reading.ts';
import { eventLines, listEvents } from './events.ts';
import { readLogTail } from './log-tail.ts';
import { readNode } from './node.ts';
import { readNodePods } from './node-pods.ts';
import type { OwnersRead } from './owner.ts';
import { readOwners } from './owner.ts';
import { readRollout } from './rollout.ts';

/** One read: what it is about, and what it may use. */
export type Reading = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  readonly subject: EvidenceSubject;
  readonly limits: ReadingLimits;
};

export async function logPiece(
  { connection, limits, subject }: Reading,
  pod: PodFacts | undefined,
  readAgain: (signal: AbortSignal) => Promise<PodFacts>,
): Promise<Evidence['log']> {
  return piece(limits, {
    what: 'pod logs',
    source: 'pod log',
    read: (signal) =>
      readLogTail(connection, { ref: subject.ref, kill: subject.kill, pod, readAgain: () => readAgain(signal) }, signal),
  });
}

/** When it happened, or now: what is read of the node is about this moment. */
function momentOf({ limits, subject: { kill } }: Reading) {
  return kill === undefined ? limits.clock.now() : happenedAt(kill);
}

function nodeName({ subject }: Reading, pod: PodFacts | undefined): string | undefined {
  return pod?.node ?? subject.kill?.node;
}

const NO_NODE = unavailable('the pod is not on a node');

export async function nodePiece(reading: Reading, pod: PodFacts | undefined): Promise<Piece<NodeFacts>> {
  const name = nodeName(reading, pod);
  if (name === undefined) return NO_NODE;
  const read = await piece(reading.limits, {
    what: 'the node',
    source: 'node status',
    read: (signal) => readNode(reading.connection, { name, at: momentOf(reading) }, signal),
  });
  if (read.kind === 'unavailable') return read;
  const { facts, withoutEvents } = read.value;
  // No kill on the node is only known with its events; the source says when it is not.
  return known(
    facts,
    withoutEvents === undefined ? read.source : `${read.source}, without its events: ${withoutEvents}`,
    read.at,
  );
}

export async function nodePodsPiece(reading: Reading, pod: PodFacts | undefined): Promise<Evidence['nodePods']> {
  const node = nodeName(reading, pod);
  if (node === undefined) return NO_NODE;
  const { cluster, subject } = reading;
  return piece(reading.limits, {
    what: 'the pods of the node',
    source: 'pods of the node',
    read: (signal) =>
      readNodePods(reading.connection, { node, cluster, podUid: subject.ref.podUid, at: momentOf(reading) }, signal),
  });
}

export type OwnerPieces = Pick<Evidence, 'owner' | 'ownerEvents' | 'rollout'>;

export async function ownerPieces(reading: Reading, pod: PodFacts | undefined): Promise<OwnerPieces> {
  const owners = await ownersPiece(reading, pod);
  const found = valueOf(owners);
  if (owners.kind === 'unavailable' || found === undefined) {
    const unknown = { ...unavailable('the owner is not known'), ...lateAs(owners) };
    return { owner: owners.kind === 'unavailable' ? owners : unknown, ownerEvents: unknown, rollout: unknown };
  }
  const [ownerEvents, rollout] = await Promise.all([eventsOf(reading, found.facts.chain), rolloutOf(reading, pod, found)]);
  return { owner: { ...owners, value: found.facts }, ownerEvents, rollout };
}

/** The owner alone, as the kill recorded the pod. */
export async function ownerPiece(reading: Reading): Promise<Evidence['owner']> {
  const owners = await ownersPiece(reading, undefined);
  return owners.kind === 'unavailable' ? owners : { ...owners, value: owners.value.facts };
}

/** What follows from a late piece is late too. */
function lateAs(other: Piece<unknown>): { readonly late?: true } {
  return other.kind === 'unavailable' && other.late === true ? { late: true } : {};
}

async function ownersPiece(reading: Reading, pod: PodFacts | undefined): Promise<Piece<OwnersRead>> {
  const facts = pod ?? fromKill(reading.subject, reading.cluster);
  if (facts === undefined) return unavailable('the pod could not be read, and with it its owner');
  return piece(reading.limits, {
    what: 'the owner',
    source: 'owner references',
    read: (signal) => readOwners(reading.connection, facts, signal),
  });
}

async function eventsOf(reading: Reading, chain: readonly WorkloadRef[]): Promise<Evidence['ownerEvents']> {
  if (chain.length === 0) return unavailable('the pod has no owner');
  const { connection, limits, subject } = reading;
  return piece(limits, {
    what: 'events of the owner',
    source: 'events',
    read: async (signal) => {
      const { namespace } = subject.ref;
      const lists = await Promise.all(
        chain.map(({ uid }) => listEvents(connection, { namespace, selector: { 'involvedObject.uid': uid } }, signal)),
      );
      return eventLines(lists.flat());
    },
  });
}

async function rolloutOf(
  { connection, limits, subject }: Reading,
  pod: PodFacts | undefined,
  { facts, selector }: OwnersRead,
): Promise<Evidence['rollout']> {
  if (pod === undefined) return unavailable('the pod is gone, and with it which revision it was made from');
  const source = facts.top.kind === 'Deployment' ? 'ReplicaSets' : 'ControllerRevisions';
  return piece(limits, {
    what: 'the revisions of the owner',
    source,
    read: (signal) => readRollout(connection, { pod, top: facts.top, selector, container: subject.ref.container }, signal),
  });
}

/** A pod that is gone, as far as its kill recorded it: enough to climb to the owner. Without a kill nothing says whether it had one. */
function fromKill({ ref, kill }: EvidenceSubject, cluster: string): PodFacts | undefined {
  if (kill === undefined) return undefined;
  return {
    cluster,
    namespace: ref.namespace,
    name: ref.pod,
    uid: ref.podUid,
    labels: {},
    annotations: {},
    controller: kill.controller,
    podResources: {},
    containers: [],
    memoryVolumes: [],
  };
}
