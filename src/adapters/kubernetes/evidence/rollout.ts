// Which revision of its workload's template a killed pod was made from, what the one before it was, and whether there is a newer one: from the ReplicaSets of
// a Deployment, or the ControllerRevisions of a StatefulSet or DaemonSet.

import { z } from 'zod';
import type { Revision, Rollout } from '../../../domain/evidence.ts';
import { quantityBytes } from '../../../domain/memory.ts';
import type { PodFacts } from '../../../domain/pod.ts';
import { parseInstant } from '../../../domain/time.ts';
import type { WorkloadRef } from '../../../domain/workload.ts';
import type { ClusterConnection } from '../connection.ts';
import { expectShape } from '../faults.ts';
import { Missing } from './reading.ts';

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
type Made = Revision & { readonly mark: string; readonly order: number };

export async function readRollout(
  connection: ClusterConnection,
  question: RolloutQuestion,
  signal: AbortSignal,
): Promise<Rollout> {
  const { kind } = question.top;
  if (kind === 'Deployment')
    return rolloutIn(await deploymentRevisions(connection, question, signal), question.pod.labels['pod-template-hash']);
  if (kind === 'StatefulSet' || kind === 'DaemonSet') {
    const mark = question.pod.labels['controller-revision-hash'];
    return rolloutIn(await controllerRevisions(connection, question, signal), mark);
  }
  throw new Missing(kind === 'Pod' ? 'a pod without an owner has no revisions' : `a ${kind} keeps no revisions of its template`);
}

function rolloutIn(made: readonly Made[], mark: string | undefined): Rollout {
  const ordered = made.toSorted((a, b) => a.order - b.order);
  const index = ordered.findIndex((each) => each.mark === mark);
  const running = ordered[index];
  if (running === undefined) throw new Missing('the revision this pod was made from is not kept any more');
  const before = ordered[index - 1];
  const newest = ordered.at(-1);
  return {
    running: plain(running),
    before: before === undefined ? undefined : plain(before),
    newest: newest === undefined || newest === running ? undefined : plain(newest),
  };
}

function plain({ number, since, image, limit }: Made): Revision {
  return { number, since, image, limit };
}

async function deploymentRevisions(
  connection: ClusterConnection,
  question: RolloutQuestion,
  signal: AbortSignal,
): Promise<readonly Made[]> {
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
      const mark = metadata.labels?.['pod-template-hash'] ?? '';
      return {
        number,
        mark,
        order: Number(number),
        since: parseInstant(metadata.creationTimestamp),
        ...containerOf(spec?.template, question.container),
      };
    });
}

async function controllerRevisions(
  connection: ClusterConnection,
  question: RolloutQuestion,
  signal: AbortSignal,
): Promise<readonly Made[]> {
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
