// A change held against its object as it is at this moment: where its container is, whether the reviewed values are still there, whether the wanted ones
// are there already, and the patch between the two.

import type { Change, PatchOperation, TemplateContainer, TemplateState } from './change.ts';
import { memoryPatch } from './patch.ts';

export function containerOf(
  template: Pick<TemplateState, 'containers'> | undefined,
  { container, list }: Pick<Change, 'container' | 'list'>,
): TemplateContainer | undefined {
  return template?.containers.find((each) => each.name === container && each.list === list);
}

/** The patch of the reviewed values on the object as it is now: containers may have moved. 'drifted' where it no longer has those values. */
export function patchNow(
  change: Pick<Change, 'container' | 'list' | 'before' | 'after' | 'texts'>,
  { podSpecPath, containers }: Pick<TemplateState, 'podSpecPath' | 'containers'>,
): readonly PatchOperation[] | 'drifted' {
  const container = containerOf({ containers }, change);
  if (container === undefined || hasDrifted(change, container)) return 'drifted';
  return memoryPatch(podSpecPath, container, change);
}

/** Whether the template still has the values that were reviewed: a changed status or annotation is not drift. */
export function hasDrifted({ before }: Pick<Change, 'before'>, container: TemplateContainer | undefined): boolean {
  if (container === undefined) return true;
  const { limit, request } = container.resources;
  return limit?.text !== before.limit?.text || request?.text !== before.request?.text;
}

/** Whether the values are already those the change wants. */
export function hasArrived(change: Change, container: TemplateContainer | undefined): boolean {
  if (container === undefined) return false;
  const { limit, request } = container.resources;
  return limit?.bytes === change.after.limit && request?.bytes === change.after.request;
}
