// Reads and changes what pods are made from: a workload's pod template, its running pods, a Job's copy.

import type { WorkloadRef } from '../domain/base/workload.ts';
import type { Change, TemplateState } from '../domain/change/change.ts';
import type { PodTarget } from '../domain/change/pod-target.ts';
import type { RolloutStatus } from '../domain/change/verdict.ts';

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

/** What a dry run of a pod made from the new template said: LimitRange, quota, pod policies speak only there. */
export type PodRehearsal =
  | { readonly kind: 'passed' }
  | { readonly kind: 'denied'; readonly message: string }
  | { readonly kind: 'not-checked'; readonly reason: string };

export interface WorkloadEditor {
  /** Undefined when the workload is gone or has nothing that can be changed. */
  read(workload: WorkloadRef, signal: AbortSignal): Promise<TemplateState | undefined>;
  /** The pods of the workload that are there and not on their way out; none for kinds that have none of their own. */
  pods(workload: WorkloadRef, signal: AbortSignal): Promise<readonly PodTarget[]>;
  /** Server-side dry run (dryRun=All) of exactly what apply would send. */
  dryRun(change: Change, signal: AbortSignal): Promise<WriteResult>;
  /** Server-side dry run of a pod made from the template as the change leaves it. Never throws for a refusal. */
  rehearsePod(change: Change, signal: AbortSignal): Promise<PodRehearsal>;
  /** One attempt. Throws UnknownResultError when the answer was lost: read before anything else. */
  apply(change: Change, signal: AbortSignal): Promise<WriteResult>;
  /**
   * What an approved change still needs once it is written: pods that are stuck on the old template deleted, a Job's copy started. Level, not edge: does
   * what is due now, any number of times. In words what it did; empty when nothing was due.
   */
  proceed(change: Change, signal: AbortSignal): Promise<readonly string[]>;
  /** Best effort: an Event on the workload that says who changed what; never throws. */
  note(change: Change, note: ChangeNote, signal: AbortSignal): Promise<void>;
  /** kubectl's rollout-status rules, at least the given generation; of pods in place, the kubelet's word. */
  rollout(change: Change, generation: number, signal: AbortSignal): Promise<RolloutStatus>;
}
