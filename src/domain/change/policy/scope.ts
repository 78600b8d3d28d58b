// Where the rules see a proposal's workload: those for approvers and the overrides go by its namespace and labels.

import type { TemplateState } from '../change.ts';
import type { Proposal } from '../proposal.ts';
import type { PolicyPlace } from './policy.ts';

export function policyScope({ change, labels }: Pick<Proposal, 'change' | 'labels'>): PolicyPlace {
  return { namespace: change.workload.namespace, labels };
}

/** With the labels that its workload has now, where it could be read: whoever may change labels must not choose the rules of a change under way. */
export function labelledNow(proposal: Proposal, template: Pick<TemplateState, 'labels'> | undefined): Proposal {
  return template === undefined ? proposal : { ...proposal, labels: template.labels };
}
