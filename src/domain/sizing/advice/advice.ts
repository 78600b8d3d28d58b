// How to bring a new limit in where there is no template to patch, and who would undo a live patch. Plain sentences; names from the cluster are put in
// as they are.

import type { Bytes } from '../../base/memory.ts';
import { formatQuantity } from '../../base/memory.ts';
import { isPatchableKind } from '../../change/change.ts';
import type { OwnerFacts } from '../../evidence/evidence.ts';
import { ownerName, takenBackAt } from '../../evidence/field-owner.ts';

/** How to bring a new limit in where there is no template to patch. */
export function ownerAdvice(owner: OwnerFacts | undefined, container: string, limit: Bytes | undefined): readonly string[] {
  if (owner === undefined) return [];
  const lines = limit === undefined ? '' : `: under container ${container}, resources.limits.memory: ${formatQuantity(limit)}`;
  const { kind, namespace, name } = owner.top;
  const managed = owner.fieldOwners
    .filter(({ tool }) => tool !== 'vpa' && tool !== 'hpa')
    .map(
      (tool) =>
        `${ownerName(tool)} manages it and will undo a live patch ${takenBackAt(tool)}: change the limit where it reads it from.`,
    );
  if (kind === 'Pod') {
    return [
      `This pod has no owner that would recreate it. Change its manifest${lines}, then kubectl delete pod ${name} -n ${namespace} and apply it again.`,
      ...managed,
    ];
  }
  if (kind === 'Job')
    return [
      `A Job’s template cannot be changed. Change its manifest${lines}, then delete the Job and create it again.`,
      ...managed,
    ];
  if (!isPatchableKind(kind)) return [`${kind} ${name} creates these pods: change the limit there${lines}.`, ...managed];
  return managed;
}
