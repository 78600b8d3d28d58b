// What a review starts from: the incident, its workload as it is now, what of it is to be changed, and the ways that are open. Read anew each time;
// nothing is written.

import type { Refused } from '../../src/api/conversation.ts';
import type { Bytes } from '../../src/domain/base/memory.ts';
import { MIB, toBytes } from '../../src/domain/base/memory.ts';
import type { MemoryResources } from '../../src/domain/base/pod.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { Change, TemplateContainer, TemplateState, Wanted, Way } from '../../src/domain/change/change.ts';
import { endsInTemplate, isLowering, isPatchableKind } from '../../src/domain/change/change.ts';
import { buildChange } from '../../src/domain/change/patch.ts';
import type { PodTarget } from '../../src/domain/change/pod-target.ts';
import { containerIn, resizeOf } from '../../src/domain/change/pod-target.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import type { PersonId, Proposal } from '../../src/domain/change/proposal.ts';
import type { Finding } from '../../src/domain/change/review/finding.ts';
import { reviewChange } from '../../src/domain/change/review/review.ts';
import { FURTHER_FACTOR, FURTHER_RAISES } from '../../src/domain/change/verdict.ts';
import { ownerName } from '../../src/domain/evidence/field-owner.ts';
import type { Dossier, Incident } from '../../src/domain/incident/incident.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { Repositories } from '../../src/ports/repositories.ts';
import type { SurroundingsReader } from '../../src/ports/surroundings-reader.ts';
import type { WorkloadEditor } from '../../src/ports/workload-editor.ts';
import { authorize } from './authorize.ts';
import type { Ownership } from './ownership.ts';
import { fieldOwnersOf, ownershipOf, routeOf, waysWith } from './ownership.ts';
import type { AuthorizePorts } from './question.ts';
import type { Measured, Reviewable } from './reviewable.ts';
import { reviewable } from './reviewable.ts';

export type PreparePorts = AuthorizePorts & {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly editor: WorkloadEditor;
  readonly surroundings: SurroundingsReader;
  readonly repositories: Pick<Repositories, 'plan'>;
};

/** `cluster`: the one whose objects the editor reads. */
export type ReviewSettings = { readonly policy: Policy; readonly cluster: string };

export type Ready = {
  readonly kind: 'ready';
  readonly incident: Incident;
  readonly dossier: Dossier | undefined;
  readonly template: TemplateState;
  readonly container: TemplateContainer;
  readonly ways: readonly Way[];
  /** What brings it from a repository, and whether a pull request there is possible. */
  readonly owned: Ownership;
  readonly pods: readonly PodTarget[];
  /** Pods that will not get a new template by themselves. */
  readonly stuck: readonly string[];
  /** Of a further raise after one that did not hold: the highest limit, and that this is the last. */
  readonly furtherMost?: Bytes | undefined;
} & Pick<Reviewable, 'measured' | 'ended'>;

/** A proposal that is edited: its own place in the incident is no obstacle. */
export type Preparing = {
  readonly incidentId: string;
  readonly person: PersonId;
  readonly editing?: Proposal | undefined;
  readonly signal: AbortSignal;
};

export function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

export async function prepare(
  ports: PreparePorts,
  settings: ReviewSettings,
  { incidentId, person, editing, signal }: Preparing,
): Promise<Ready | Refused> {
  const open = await reviewable(ports, { incidentId, editing });
  if (open.kind === 'refused') return open;
  const { incident, measured, ended } = open;
  const dossier = await ports.incidents.dossier(incidentId);
  const { workload } = incident;
  // Several clusters may share one Redis; an object of the same name elsewhere is another one.
  if (workload.cluster !== settings.cluster)
    return refused(`${incident.id} is of the cluster ${workload.cluster}; this process only reads ${settings.cluster}.`);
  if (!isPatchableKind(workload.kind)) return refused(unchangeable(workload, dossier));
  const failed = measured === undefined ? await failedRaises(ports, incident) : [];
  if (failed.length > FURTHER_RAISES) {
    return refused(
      `${failed.length} raises did not hold (${failed.map(({ id }) => id).join(', ')}). Another number is no help now: this is handed over to people. Find out what the program does with the memory.`,
    );
  }
  const found = await findTarget(ports, { incident, dossier }, signal);
  if (found.kind === 'refused') return found;
  const changed = measured === undefined ? undefined : changedSince(measured, found.container.resources);
  if (changed !== undefined) return refused(`The ${changed} is no longer the one that was measured: there is nothing to lower.`);
  const place = { namespace: workload.namespace, labels: found.template.labels };
  const changing = { workload, container: incident.container, labels: place.labels };
  const action = editing === undefined ? 'propose' : 'edit';
  const authorized = await authorize(ports, settings.policy, { stage: 'propose', action, person, incidentId, changing });
  if (authorized.kind === 'denied') return refused(authorized.words);
  const { routes } = policyFor(settings.policy, place);
  const owned = await ownershipOf(ports.repositories, { change: probe(found), template: found.template }, signal);
  const possible = waysWith(found, owned).filter((way) => measured === undefined || endsInTemplate({ way }));
  const ways = possible.filter((way) => routes.includes(routeOf(way, owned.owner)));
  if (ways.length === 0) return refused(noRoute(routes, possible, owned));
  return { ...found, ways, owned, incident, dossier, measured, ended, furtherMost: furtherMost(failed.at(-1)) };
}

function changedSince({ of, request, ofRequest }: Measured, now: MemoryResources): 'limit' | 'request' | undefined {
  if (now.limit?.bytes !== of) return 'limit';
  return request !== undefined && now.request?.bytes !== ofRequest ? 'request' : undefined;
}

function noRoute(routes: Policy['routes'], possible: readonly Way[], { owner, reason }: Ownership): string {
  const needed = [...new Set(possible.map((way) => routeOf(way, owner)))].join(', ');
  const brought = owner === undefined ? '' : ` ${ownerName(owner)} brings it from a repository (${owner.signal}).`;
  const noPull = reason === undefined ? '' : ` No pull request is possible: ${reason}.`;
  return `policy.routes allows ${routes.join(', ') || 'none'}, and what is open to it is ${needed || 'none'}.${brought}${noPull}`;
}

function unchangeable({ kind }: WorkloadRef, dossier: Dossier | undefined): string {
  const advice = dossier?.recommendation.advice.join(' ') ?? '';
  return `A ${kind} has no template that can be changed in place. ${advice}`.trim();
}

/** Proposals of this incident after which the container was killed again. */
async function failedRaises(ports: PreparePorts, incident: Incident): Promise<readonly Proposal[]> {
  const ids = incident.thread.flatMap(({ subject }) => (subject.kind === 'outcome' ? [subject.proposalId] : []));
  const proposals = await Promise.all(ids.map((id) => ports.proposals.get(id)));
  return proposals.flatMap((proposal) =>
    proposal?.state.kind === 'closed' && proposal.state.verdict.kind === 'killed-again' && !isLowering(proposal.change)
      ? [proposal]
      : [],
  );
}

function furtherMost(failed: Proposal | undefined): Bytes | undefined {
  const limit = failed?.change.after.limit;
  return limit === undefined ? undefined : toBytes(limit * FURTHER_FACTOR);
}

type Searching = Pick<Ready, 'incident' | 'dossier'>;
type Target = Omit<Ready, 'incident' | 'dossier' | 'owned' | 'measured' | 'ended'>;

/** Any change of the container: enough to see whether a repository holds it. */
function probe({ template, container }: Target): Change {
  return buildChange(template, container, { limit: toBytes((container.resources.limit?.bytes ?? 0) + MIB) });
}

async function findTarget(ports: PreparePorts, { incident, dossier }: Searching, signal: AbortSignal): Promise<Target | Refused> {
  const { kind, namespace, name } = incident.workload;
  const template = await ports.editor.read(incident.workload, signal);
  if (template === undefined) return refused(`${kind} ${namespace}/${name} is no longer there.`);
  if (template.closed !== undefined) return refused(template.closed);
  const container = targetIn(template, incident.container);
  if (container === undefined) {
    return refused(
      `The template of ${kind} ${namespace}/${name} has no container ${incident.container}; something else adds it to the pods, and the limit has to be changed there.`,
    );
  }
  const pods = await ports.editor.pods(incident.workload, signal);
  const ways = openWays(template, { container, pods });
  if (ways.length === 0) return refused(nothingRuns(incident, dossier));
  return { kind: 'ready', template, container, ways, pods, stuck: stuckPods(incident.workload, pods) };
}

/** The container's own resources, or the whole pod's where only that has a limit. */
function targetIn(template: TemplateState, name: string): TemplateContainer | undefined {
  const own = template.containers.find((container) => container.list !== 'pod' && container.name === name);
  const pod = template.containers.find(({ list }) => list === 'pod');
  return own !== undefined && own.resources.limit === undefined && pod?.resources.limit !== undefined ? pod : own;
}

type Runnable = { readonly container: TemplateContainer; readonly pods: readonly PodTarget[] };

/** In place only while the container runs: between two runs its cgroup stays as it was (Kubernetes #138760). */
function openWays(template: TemplateState, { container, pods }: Runnable): readonly Way[] {
  const place = { container: container.name, list: container.list };
  const runs = pods.some((pod) => pod.running.includes(container.name) || (container.list === 'pod' && containerIn(pod, place)));
  return template.ways.filter((way) => way !== 'resize' || runs);
}

function nothingRuns({ container }: Incident, dossier: Dossier | undefined): string {
  const advice = dossier?.recommendation.advice.join(' ') ?? '';
  return `Container ${container} does not run at this moment, so nothing can be resized in place. ${advice}`.trim();
}

/** Crash-looping pods of a StatefulSet hold up its rollout (Kubernetes #67250). */
function stuckPods({ kind }: WorkloadRef, pods: readonly PodTarget[]): readonly string[] {
  return kind === 'StatefulSet' ? pods.filter(({ ready, failing }) => !ready && failing).map(({ name }) => name) : [];
}

export type Choosing = {
  readonly way: Way;
  readonly wanted: Wanted;
  readonly releaseStuck: boolean;
};

/** The change that a choice means, on the objects that were read. */
export function changeFor(ports: PreparePorts, ready: Ready, { way, wanted, releaseStuck }: Choosing): Change {
  const change = buildChange(ready.template, ready.container, wanted);
  switch (way) {
    case 'template':
      return releaseStuck ? { ...change, releaseStuck } : change;
    case 'pull-request':
      return { ...change, way };
    case 'resize':
      return resizeOf(change, ready.pods);
    case 'recreate':
      return { ...change, way, replacement: replacementName(ready.template.workload, ports.clock.now()) };
  }
}

/** A Job's name is a label of its pods: 63 characters. The time makes it one that was not there before. */
function replacementName({ name }: WorkloadRef, now: number): string {
  return `${name.slice(0, 54).replace(/[-.]+$/, '')}-${Math.floor(now / 1000).toString(36)}`;
}

export async function findingsFor(
  ports: PreparePorts,
  { template, container, dossier }: Ready,
  { change, signal }: { readonly change: Change; readonly signal: AbortSignal },
): Promise<readonly Finding[]> {
  const surroundings = await ports.surroundings.read(template, signal);
  return reviewChange({ change, template, container, surroundings, fieldOwners: fieldOwnersOf(template, dossier) });
}
