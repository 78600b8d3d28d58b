// What the policy has to say before a person starts, and before a decision counts: asked at the moment of each, because headroom.yaml may have
// changed in between, and time has passed.

import { auditTarget } from '../../src/domain/audit/audit.ts';
import { valueOf } from '../../src/domain/base/piece.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { TemplateState } from '../../src/domain/change/change.ts';
import type { Finding, PolicyQuestion } from '../../src/domain/change/policy/judge.ts';
import { denial, judge } from '../../src/domain/change/policy/judge.ts';
import type { Policy, PolicyPlace } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import type { Dossier } from '../../src/domain/incident/incident.ts';
import type { Audit } from '../../src/ports/audit.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { routeNow, unknownOwner } from './ownership.ts';

export type PolicyPorts = { readonly audit: Pick<Audit, 'history'>; readonly clock: Clock };

export type Changing = {
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly labels?: PolicyPlace['labels'];
  /** It takes a change back: that need not wait for the cool-down of the change itself. */
  readonly undoes?: boolean | undefined;
  /** Why its route is what it is, where that is not plain. */
  readonly routeBecause?: string | undefined;
} & Pick<PolicyQuestion, 'route' | 'sizes'>;

/** What a proposal is asked about with: the object and its evidence as far as they are known now. */
export type Seen = {
  readonly template: Pick<TemplateState, 'fieldOwners' | 'labels'> | undefined;
  readonly dossier: Dossier | undefined;
};

/**
 * Everything about a proposal that a rule may have a say on, as it is now: its route, its numbers, the labels of its workload. What brings back the
 * numbers of before is free of their bounds.
 */
export function changingBy(
  proposal: Pick<Proposal, 'change' | 'labels' | 'undoes' | 'route'>,
  { template, dossier }: Seen,
): Changing {
  const { workload, container, before, after } = proposal.change;
  const undoes = proposal.undoes !== undefined;
  const allocatable = dossier === undefined ? undefined : valueOf(dossier.evidence.node)?.allocatable;
  const sizes =
    undoes || after.limit === undefined
      ? undefined
      : { currentLimit: before.limit?.bytes, limit: after.limit, request: after.request, allocatable };
  const [route, routeBecause] = [routeNow(proposal, template), unknownOwner(proposal, template)];
  return { workload, container, labels: template?.labels ?? proposal.labels, undoes, sizes, route, routeBecause };
}

/** Rules that only count when something is about to be written; nobody has to be kept from asking by them. */
const AT_DECISION: readonly Finding['rule'][] = ['quietHours', 'approvalHours', 'approvers', 'dryRunOnly'];

/** Why no change of this container may be proposed now, in a clause; undefined when one may. */
export async function proposingDenied(ports: PolicyPorts, policy: Policy, changing: Changing): Promise<string | undefined> {
  const findings = await findingsFor(ports, policy, changing);
  return denial(findings.filter(({ rule }) => !AT_DECISION.includes(rule)));
}

/** The rules by which nothing may be written now, in a clause; undefined when something may. Who may approve is a question of its own. */
export async function writingDenied(ports: PolicyPorts, policy: Policy, changing: Changing): Promise<string | undefined> {
  const findings = await findingsFor(ports, policy, changing);
  return denial(findings.filter(({ rule }) => rule !== 'approvers'));
}

/** Why a change that the policy approves by itself is not written now without asking; undefined when it is. */
export async function automaticDenied(ports: PolicyPorts, policy: Policy, changing: Changing): Promise<string | undefined> {
  const place = { namespace: changing.workload.namespace, labels: changing.labels };
  if (!policyFor(policy, place).undoAutomatically) return 'policy.undoAutomatically: it is no longer set';
  const findings = await findingsFor(ports, policy, changing);
  const rehearsed = findings.find(({ says }) => says === 'rehearsed');
  if (rehearsed !== undefined) return `policy.${rehearsed.rule}: ${rehearsed.words}`;
  return denial(findings.filter(({ rule }) => rule !== 'approvers'));
}

async function findingsFor(ports: PolicyPorts, policy: Policy, changing: Changing): Promise<readonly Finding[]> {
  const { workload, labels, route, sizes } = changing;
  const place = { namespace: workload.namespace, labels, kind: workload.kind };
  const coolDown = changing.undoes !== true && policyFor(policy, place).coolDown > 0;
  const lastWrittenAt = coolDown ? await lastWritten(ports.audit, changing) : undefined;
  const findings = judge(policy, { place, now: ports.clock.now(), lastWrittenAt, route, sizes });
  const { routeBecause: because } = changing;
  if (because === undefined) return findings;
  return findings.map((found) => (found.rule === 'routes' ? { ...found, words: `${found.words} (${because})` } : found));
}

async function lastWritten(audit: Pick<Audit, 'history'>, { workload, container }: Changing): Promise<Instant | undefined> {
  const { namespace, name: workloadName, ...target } = auditTarget({ workload, container });
  const { entries } = await audit.history({ namespace, workload: workloadName, container, action: 'write', limit: 20 });
  return entries.find(({ event }) => event.target?.cluster === target.cluster && event.target.kind === target.kind)?.event.at;
}
