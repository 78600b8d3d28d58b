// The mark a change leaves on the workload: an annotation that names the proposal, beside the field manager and the Event.

import type { Change, PatchOperation, TemplateState } from './change.ts';

/** The annotation on a changed workload that says by which proposal: "P-17 OOM-1042". */
export const CHANGE_ANNOTATION = 'headroom/change';

/** The patch with the mark of who writes it. Pods in place take none, for their metadata is not theirs to change. */
export function marked(change: Change, template: TemplateState, mark: string): readonly PatchOperation[] {
  if (change.patch.length === 0 || change.workload.kind === 'Pod') return change.patch;
  const path = `/metadata/annotations/${CHANGE_ANNOTATION.replace('/', '~1')}`;
  if (template.hasAnnotations) return [...change.patch, { op: 'add', path, value: mark }];
  return [
    ...change.patch,
    { op: 'test', path: '/metadata/annotations', value: null },
    { op: 'add', path: '/metadata/annotations', value: { [CHANGE_ANNOTATION]: mark } },
  ];
}
