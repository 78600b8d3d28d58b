// The mark a change leaves on the workload: an annotation that names the proposal, beside the field manager and the Event.

import type { PatchOperation, TemplateState } from './change.ts';

/** The annotation on a changed workload that says by which proposal: "P-17 OOM-1042". */
export const CHANGE_ANNOTATION = 'headroom/change';

/** The only form of it that may be written. */
export const MARK_FORM = /^P-[0-9]{1,15} OOM-[0-9]{1,15}$/;

/** The mark of a proposal. */
export function markOf({ id, incidentId }: { readonly id: string; readonly incidentId: string }): string {
  return `${id} ${incidentId}`;
}

/** The patch with the mark of who writes it. Pods in place take none, for their metadata is not theirs to change. */
export function marked(
  patch: readonly PatchOperation[],
  template: Pick<TemplateState, 'workload' | 'hasAnnotations'>,
  mark: string,
): readonly PatchOperation[] {
  if (patch.length === 0 || template.workload.kind === 'Pod') return patch;
  const path = `/metadata/annotations/${CHANGE_ANNOTATION.replace('/', '~1')}`;
  if (template.hasAnnotations) return [...patch, { op: 'add', path, value: mark }];
  return [
    ...patch,
    { op: 'test', path: '/metadata/annotations', value: null },
    { op: 'add', path: '/metadata/annotations', value: { [CHANGE_ANNOTATION]: mark } },
  ];
}
