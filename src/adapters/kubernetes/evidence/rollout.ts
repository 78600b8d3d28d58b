// Which revision of its workload's template a killed pod was made from, what the one before it was, and whether there is a newer one: from the ReplicaSets of
// a Deployment, or the ControllerRevisions of a StatefulSet or DaemonSet. Whoever goes back to an old template gets its old object with a new number: its
// creation then says nothing of when.

import { z } from 'zod';
import { quantityBytes } from '../../../domain/base/memory.ts';
import type { PodFacts } from '../../../domain/base/pod.ts';
import { parseInstant } from '../../../domain/base/time.ts';
import type { WorkloadRef } from '../../../domain/base/workload.ts';
import type { Revision, Rollout } from '../../../domain/evidence/evidence.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { expectShape } from '../client/faults.ts';
import { Missing } from '../client/reading.ts';

const rawContainers = z
  .array(
    z.object({
      name: z.string(),
      image: z.string().nullish(),
      resources: z
        .object({ limits: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish() })
        .nullish(),
    }),
  )
  .nullish();
const rawTemplate = z
  .object({ spec: z.object({ containers: rawContainers, initContainers: rawContainers }).nullish() })
  .nullish();
const rawMetadata = z.object({
  name: z.string(),
  creationTimestamp: z.string().nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  ownerReferences: z.array(z.object({ uid: z.string(), controller: z.boolean().nullish() })).nullish(),
});
const replicaSets = z.object({
  items: z.array(z.object({ metadata: rawMetadata, spec: z.object({ template: rawTemplate }).nullish() })),
});
const revisions = z.object({
  items: z.array(
    z.object({
      metadata: rawMetadata,
      revision: z.number().default(0),
      data: z.object({ spec: z.object({ template: rawTemplate }).nullish() }).nullish(),
    }),
  ),
});

type Asking = Pick<ClusterConnection, 'json'>;

/** A workload keeps ten old revisions unless told otherwise; others may carry the same labels. */
const MOST = 100;

export type RolloutQuestion = {
  readonly pod: PodFacts;
  readonly top: WorkloadRef;
  /** How the top names its pods. */
  readonly selector: string | undefined;
  readonly container: string;
};

/** One revision with the mark its pods carry. */
type Made = Revision & {
  readonly mark: string;
  readonly order: number;
  /** It had another number before. */
  readonly hadNumber?: boolean | undefined;
};

export async function readRollout(connection: Asking, question: RolloutQuestion, signal: AbortSignal): Promise<Rollout> {
  const { kind } = question.top;
  if (kind === 'Deployment')
    return rolloutIn(await deploymentRevisions(connection, question, signal), question.pod, 'pod-template-hash');
  if (kind === 'StatefulSet' || kind === 'DaemonSet')
    return rolloutIn(await controllerRevisions(connection, question, signal), question.pod, 'controller-revision-hash');
  throw new Missing(kind === 'Pod' ? 'a pod without an owner has no revisions' : `a ${kind} keeps no revisions of its template`);
}

function rolloutIn(made: readonly Made[], pod: PodFacts, label: string): Rollout {
  const ordered = made.toSorted((a, b) => a.order - b.order);
  const index = ordered.findIndex((each) => each.mark === pod.labels[label]);
  const running = ordered[index];
  if (running === undefined) throw new Missing('the revision this pod was made from is not kept any more');
  const before = ordered[index - 1];
  const newest = ordered.at(-1);
  const wentBack = goingBack(running, ordered.slice(0, index), pod);
  return {
    running: { ...plain(running), ...(wentBack === undefined ? {} : { since: undefined }) },
    wentBack,
    before: before === undefined ? undefined : plain(before),
    newest: newest === undefined || newest === running ? undefined : plain(newest),
  };
}

/**
 * One that is older than one with a lower number was gone back to after that one was made: before its pod began, if that began later. A pod that was there
 * all along, as in a rollout that got stuck, says nothing of when; it may even have been after the kill.
 */
function goingBack(running: Made, lower: readonly Made[], pod: PodFacts): Rollout['wentBack'] {
  const { since } = running;
  const younger = lower.flatMap((each) =>
    each.since !== undefined && since !== undefined && each.since > since ? [each.since] : [],
  );
  if (younger.length === 0 && running.hadNumber !== true) return undefined;
  const after = younger.toSorted((a, b) => a - b).at(-1);
  const by = pod.startedAt;
  return after !== undefined && by !== undefined && by > after ? { after, by } : {};
}

function plain({ number, since, image, limit }: Made): Revision {
  return { number, since, image, limit };
}

async function deploymentRevisions(connection: Asking, question: RolloutQuestion, signal: AbortSignal): Promise<readonly Made[]> {
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(question.pod.namespace)}/replicasets`;
  const { items } = expectShape(
    replicaSets,
    await connection.json({ path, query: { labelSelector: question.selector, limit: MOST }, signal }),
    { path },
  );
  return items
    .filter(({ metadata }) => isOwnedBy(metadata, question.top))
    .map(({ metadata, spec }) => {
      const number = metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '';
      const earlier = metadata.annotations?.['deployment.kubernetes.io/revision-history'] ?? '';
      const mark = metadata.labels?.['pod-template-hash'] ?? '';
      return {
        number,
        mark,
        order: Number(number),
        hadNumber: earlier !== '',
        since: parseInstant(metadata.creationTimestamp),
        ...containerOf(spec?.template, question.container),
      };
    });
}

async function controllerRevisions(connection: Asking, question: RolloutQuestion, signal: AbortSignal): Promise<readonly Made[]> {
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(question.pod.namespace)}/controllerrevisions`;
  const { items } = expectShape(
    revisions,
    await connection.json({ path, query: { labelSelector: question.selector, limit: MOST }, signal }),
    { path },
  );
  return items
    .filter(({ metadata }) => isOwnedBy(metadata, question.top))
    .map(({ metadata, revision, data }) => ({
      number: String(revision),
      // A StatefulSet's pods carry the revision's whole name, a DaemonSet's only its hash.
      mark: question.top.kind === 'StatefulSet' ? metadata.name : (metadata.labels?.['controller-revision-hash'] ?? ''),
      order: revision,
      since: parseInstant(metadata.creationTimestamp),
      ...containerOf(data?.spec?.template, question.container),
    }));
}

function isOwnedBy({ ownerReferences }: z.infer<typeof rawMetadata>, { uid }: WorkloadRef): boolean {
  return ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true) === true;
}

function containerOf(template: z.infer<typeof rawTemplate>, name: string): Pick<Revision, 'image' | 'limit'> {
  const all = [...(template?.spec?.containers ?? []), ...(template?.spec?.initContainers ?? [])];
  const container = all.find((each) => each.name === name);
  return { image: container?.image ?? undefined, limit: quantityBytes(container?.resources?.limits?.['memory']) };
}
