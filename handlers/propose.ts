// A person wants the limit changed: draft the numbers to start from, then check, rehearse and store a proposal for a second
// person. Nothing is written to the cluster here but a dry run.

import type { Change, TemplateContainer, TemplateState } from '../src/domain/change.ts';
import { buildChange, isPatchableKind } from '../src/domain/change.ts';
import type { Dossier, Incident } from '../src/domain/incident.ts';
import { addEntry } from '../src/domain/incident.ts';
import { checkProposedLimits } from '../src/domain/limits-check.ts';
import { formatQuantity } from '../src/domain/memory.ts';
import { livedFor } from '../src/domain/oom-kill.ts';
import { valueOf } from '../src/domain/piece.ts';
import type { Policy } from '../src/domain/policy.ts';
import { policyFor } from '../src/domain/policy.ts';
import type { PersonId, Proposal } from '../src/domain/proposal.ts';
import { after } from '../src/domain/time.ts';
import type { Audit } from '../src/ports/audit.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { ProposeInput, ProposeOutcome, Refused, ReviewDraft } from '../src/ports/conversation.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import type { JobQueue } from '../src/ports/job-queue.ts';
import type { Log } from '../src/ports/log.ts';
import type { Meter } from '../src/ports/meter.ts';
import type { People } from '../src/ports/people.ts';
import type { ProposalStore } from '../src/ports/proposal-store.ts';
import type { WorkloadEditor } from '../src/ports/workload-editor.ts';
import { proposalDenied } from './permission.ts';
import { proposingDenied } from './policy-check.ts';
import { expire } from './sweep.ts';

export type ProposePorts = {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly editor: WorkloadEditor;
  readonly people: People;
  readonly audit: Pick<Audit, 'history'>;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

/** `cluster`: the one whose objects the editor reads. */
type Settings = { readonly policy: Policy; readonly cluster: string };

const REASON_LENGTH = { min: 10, max: 500 } as const;

export function createPropose(ports: ProposePorts, settings: Settings) {
  return {
    /** What the review modal starts from, or why there is nothing to review. */
    async draft(
      input: { readonly incidentId: string; readonly person: PersonId },
      signal: AbortSignal,
    ): Promise<ReviewDraft | Refused> {
      const ready = await prepare(ports, settings, { ...input, signal });
      return ready.kind === 'refused' ? ready : draftOf(ready, policyFor(settings.policy, ready.incident.workload));
    },

    async propose(input: ProposeInput, signal: AbortSignal): Promise<ProposeOutcome> {
      const outcome = await propose(ports, settings, { input, signal });
      ports.meter.count('headroom_proposals_total', { outcome: outcome.kind });
      return outcome;
    },
  };
}

type Ready = {
  readonly kind: 'ready';
  readonly incident: Incident;
  readonly dossier: Dossier | undefined;
  readonly template: TemplateState;
  readonly container: TemplateContainer;
};

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

type Preparing = { readonly incidentId: string; readonly person: PersonId; readonly signal: AbortSignal };

async function prepare(ports: ProposePorts, settings: Settings, preparing: Preparing): Promise<Ready | Refused> {
  const { incidentId, person, signal } = preparing;
  const incident = await ports.incidents.get(incidentId);
  if (incident === undefined) return refused(`${incidentId} is not known any more.`);
  if (incident.state === 'resolved') return refused(`${incident.id} is resolved; there is nothing left to fix.`);
  if (incident.proposalId !== undefined)
    return refused(`${incident.proposalId} is already under way for ${incident.id}; see its thread.`);
  const dossier = await ports.incidents.dossier(incidentId);
  const { workload } = incident;
  // Several clusters may share one Redis; an object of the same name elsewhere is another one.
  if (workload.cluster !== settings.cluster)
    return refused(`${incident.id} is of the cluster ${workload.cluster}; this process only reads ${settings.cluster}.`);
  if (!isPatchableKind(workload.kind)) return refused(unpatchable(incident, dossier));
  const denied =
    (await proposalDenied(ports.people, settings.policy, { place: workload, person })) ??
    (await proposingDenied(ports, settings.policy, { workload, container: incident.container }));
  if (denied !== undefined) return refused(denied);
  const template = await ports.editor.read(workload, signal);
  if (template === undefined) return refused(`${workload.kind} ${workload.namespace}/${workload.name} is no longer there.`);
  const container = template.containers.find(({ name }) => name === incident.container);
  if (container === undefined) {
    return refused(
      `The template of ${workload.kind} ${workload.namespace}/${workload.name} has no container ${incident.container}; something else adds it to the pods, and the limit has to be changed there.`,
    );
  }
  return { kind: 'ready', incident, dossier, template, container };
}

function unpatchable(incident: Incident, dossier: Dossier | undefined): string {
  const advice = dossier?.recommendation.advice.join(' ') ?? '';
  return `A ${incident.workload.kind} has no template that can be changed in place. ${advice}`.trim();
}

function draftOf({ incident, dossier, template, container }: Ready, policy: Policy): ReviewDraft | Refused {
  const recommendation = dossier?.recommendation ?? {
    kind: 'advise' as const,
    reason: 'No evidence is stored for this incident.',
    advice: [],
  };
  const { limit, request } = container.resources;
  const suggested = recommendation.kind === 'raise' ? recommendation : undefined;
  const wantedRequest = suggested?.request ?? request?.bytes;
  return {
    kind: 'draft',
    incident,
    container: container.name,
    currentLimit: limit?.text,
    currentRequest: request?.text,
    suggestedLimit: suggested === undefined ? '' : formatQuantity(suggested.limit),
    suggestedRequest: wantedRequest === undefined ? undefined : formatQuantity(wantedRequest),
    recommendation,
    restart: template.restart,
    warnings: warningsFor(template, dossier),
    bounds: { min: formatQuantity(policy.minLimit), max: formatQuantity(policy.maxLimit) },
  };
}

function warningsFor(template: TemplateState, dossier: Dossier | undefined): readonly string[] {
  const owners = dossier === undefined ? [] : (valueOf(dossier.evidence.owner)?.fieldOwners ?? []);
  return [
    ...(template.noEffect === undefined ? [] : [template.noEffect]),
    ...owners.map(
      ({ tool, signal, name }) =>
        `${tool}${name === undefined ? '' : ` (${name})`} manages this object (${signal}) and will put the old value back; change the limit where it reads it from.`,
    ),
  ];
}

type Asking = { readonly input: ProposeInput; readonly signal: AbortSignal };

async function propose(ports: ProposePorts, settings: Settings, { input, signal }: Asking): Promise<ProposeOutcome> {
  const ready = await prepare(ports, settings, { incidentId: input.incidentId, person: input.requester, signal });
  if (ready.kind === 'refused') return ready;
  const { container, template, dossier } = ready;
  const allocatable = dossier === undefined ? undefined : valueOf(dossier.evidence.node)?.allocatable;
  const checked = checkProposedLimits({
    limitText: input.limit,
    requestText: input.request,
    current: container.resources,
    policy: policyFor(settings.policy, template.workload),
    allocatable,
  });
  const problems = [...reasonProblems(input.reason), ...(checked.kind === 'problems' ? checked.problems : [])];
  if (checked.kind === 'problems' || problems.length > 0) return { kind: 'invalid', problems };
  const change = buildChange(template, container, { limit: checked.limit, request: checked.request });
  const rehearsal = await ports.editor.dryRun(change, signal);
  if (rehearsal.kind === 'denied')
    return { kind: 'invalid', problems: [{ field: 'limit', message: `The API server would refuse it: ${rehearsal.message}` }] };
  if (rehearsal.kind === 'drifted' || rehearsal.kind === 'gone')
    return refused('The workload changed while you were looking at it; open the review again.');
  // The role that talks to Slack needs no right to write; the worker rehearses before it writes.
  const dryRun =
    rehearsal.kind === 'forbidden'
      ? ({ kind: 'not-checked', reason: 'it comes right before the write' } as const)
      : ({ kind: 'passed' } as const);
  return store(ports, settings, { input, ready, change, dryRun });
}

function reasonProblems(reason: string): readonly { readonly field: 'reason'; readonly message: string }[] {
  const length = reason.trim().length;
  if (length >= REASON_LENGTH.min && length <= REASON_LENGTH.max) return [];
  return [
    {
      field: 'reason',
      message: `Say why in ${REASON_LENGTH.min} to ${REASON_LENGTH.max} characters: the approver and the audit read it.`,
    },
  ];
}

type Storing = {
  readonly input: ProposeInput;
  readonly ready: Ready;
  readonly change: Change;
  readonly dryRun: Proposal['dryRun'];
};

async function store(
  ports: ProposePorts,
  { policy }: Settings,
  { input, ready, change, dryRun }: Storing,
): Promise<ProposeOutcome> {
  const now = ports.clock.now();
  const { incident, dossier } = ready;
  const proposal = await ports.proposals.create(
    (id): Proposal => ({
      id,
      version: 1,
      incidentId: incident.id,
      requester: input.requester,
      reason: input.reason.trim(),
      change,
      createdAt: now,
      expiresAt: after(now, policyFor(policy, incident.workload).proposalExpiry),
      dryRun,
      temporary: dossier?.recommendation.kind === 'raise' && dossier.recommendation.temporary,
      livedMs: livedFor(incident.lastKill),
      state: { kind: 'pending' },
    }),
  );
  const updated = await ports.incidents.update(incident.id, (current) =>
    current.proposalId === undefined && current.state !== 'resolved'
      ? addEntry({ ...current, state: 'proposed', proposalId: proposal.id }, `proposal/${proposal.id}`, {
          kind: 'proposal',
          proposalId: proposal.id,
        })
      : current,
  );
  if (updated.proposalId !== proposal.id) {
    await expire(ports, proposal);
    return refused(`Somebody else was faster: ${updated.proposalId ?? 'another fix'} is already under way for ${incident.id}.`);
  }
  await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
  ports.log.info('change proposed', { incident: incident.id, proposal: proposal.id, requester: input.requester });
  return { kind: 'proposed', proposalId: proposal.id };
}
