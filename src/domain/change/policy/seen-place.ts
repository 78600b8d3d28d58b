// A workload as the policy sees it by the evidence of a kill: its own labels, which are not those of its pods. Unknown labels fit no rule that asks for some.

import { valueOf } from '../../base/piece.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { PolicyPlace } from './policy.ts';

export function placeSeen(namespace: string, evidence: Pick<Evidence, 'owner'> | undefined): PolicyPlace {
  return { namespace, labels: evidence === undefined ? undefined : valueOf(evidence.owner)?.labels };
}
