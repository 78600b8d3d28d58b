// Reads and changes a workload's pod template.

import type { Change, TemplateState } from '../domain/change.ts';
import type { RolloutStatus } from '../domain/verdict.ts';
import type { WorkloadRef } from '../domain/workload.ts';

export type WriteResult =
  | { readonly kind: 'written'; readonly generation: number }
  /** A test of the patch failed: the object is no longer as it was reviewed. */
  | { readonly kind: 'drifted'; readonly message: string }
  /** Admission, quota or a policy said no, in its own words. */
  | { readonly kind: 'denied'; readonly message: string }
  /** This process's account may not patch that kind at all (RBAC): another one may. */
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'gone' };

export type ChangeNote = {
  /** Who asked, who approved, which incident: written as an annotation-free Kubernetes Event on the workload. */
  readonly incidentId: string;
  readonly proposalId: string;
  readonly requester: string;
  readonly approver: string;
};

export interface WorkloadEditor {
  /** Undefined when the workload is gone or has no template that can be patched. */
  read(workload: WorkloadRef, signal: AbortSignal): Promise<TemplateState | undefined>;
  /** Server-side dry run (dryRun=All) of exactly the change's patch. */
  dryRun(change: Change, signal: AbortSignal): Promise<WriteResult>;
  /** One attempt. Throws UnknownResultError when the answer was lost: read the template before anything else. */
  apply(change: Change, signal: AbortSignal): Promise<WriteResult>;
  /** Best effort: an Event on the workload that says who changed what; never throws. */
  note(change: Change, note: ChangeNote, signal: AbortSignal): Promise<void>;
  /** kubectl's rollout-status rules (domain.md 8.6), at least the given generation. */
  rollout(workload: WorkloadRef, generation: number, signal: AbortSignal): Promise<RolloutStatus>;
}
