// The object of a change as it is now: as it was reviewed, already written, changed by somebody else, or gone. Asked before every write, after every
// lost answer, and while a change is followed.

import type { Change, TemplateContainer, TemplateState } from '../../src/domain/change/change.ts';
import { containerOf, hasArrived, hasDrifted } from '../../src/domain/change/now.ts';
import { containerIn } from '../../src/domain/change/pod-target.ts';
import type { WorkloadEditor } from '../../src/ports/workload-editor.ts';

export type Look =
  | { readonly kind: 'as-reviewed'; readonly template?: TemplateState }
  | { readonly kind: 'written'; readonly generation: number; readonly replicas?: number | undefined }
  | { readonly kind: 'drifted'; readonly change: Change; readonly container: TemplateContainer }
  | { readonly kind: 'gone'; readonly change: Change };

export type Changed = Exclude<Look, { readonly kind: 'as-reviewed' }>;

export function look(editor: WorkloadEditor, change: Change, signal: AbortSignal): Promise<Look> {
  switch (change.way) {
    case 'template':
    case 'pull-request':
      return lookAtTemplate(editor, change, signal);
    case 'resize':
      return lookAtPods(editor, change, signal);
    case 'recreate':
      return lookAtCopy(editor, change, signal);
  }
}

async function lookAtTemplate(editor: WorkloadEditor, change: Change, signal: AbortSignal): Promise<Look> {
  const template = await editor.read(change.workload, signal);
  const container = containerOf(template, change);
  if (template === undefined || container === undefined) return { kind: 'gone', change };
  if (isAnother(template, change)) return { kind: 'gone', change };
  if (hasArrived(change, container)) return { kind: 'written', generation: template.generation, replicas: template.replicas };
  if (hasDrifted(change, container)) return { kind: 'drifted', change, container };
  return { kind: 'as-reviewed', template };
}

/** A workload of the same name that somebody made anew is not the one that was reviewed. */
function isAnother({ workload }: TemplateState, change: Change): boolean {
  return change.workload.uid !== '' && workload.uid !== change.workload.uid;
}

/** Pods come and go: what counts is those of the reviewed ones that are still there. */
async function lookAtPods(editor: WorkloadEditor, change: Change, signal: AbortSignal): Promise<Look> {
  const pods = await editor.pods(change.workload, signal);
  const present = pods.filter(({ uid }) => change.pods?.some((pod) => pod.uid === uid) === true);
  const waiting = present.filter((pod) => !hasArrived(change, containerIn(pod, change)));
  if (present.length === 0) return { kind: 'gone', change };
  if (waiting.length > 0) return { kind: 'as-reviewed' };
  return { kind: 'written', generation: Math.max(...present.map(({ generation }) => generation)) };
}

async function lookAtCopy(editor: WorkloadEditor, change: Change, signal: AbortSignal): Promise<Look> {
  const copy = await editor.read({ ...change.workload, name: change.replacement ?? '', uid: '' }, signal);
  if (copy !== undefined) return { kind: 'written', generation: copy.generation };
  const template = await editor.read(change.workload, signal);
  const container = containerOf(template, change);
  if (template === undefined || container === undefined || isAnother(template, change)) return { kind: 'gone', change };
  return hasDrifted(change, container) ? { kind: 'drifted', change, container } : { kind: 'as-reviewed', template };
}

/** Why it is not as it was reviewed, for people. */
export function driftReason(seen: Changed): string {
  switch (seen.kind) {
    case 'written':
      return 'somebody else has set exactly this meanwhile';
    case 'gone': {
      const { kind, namespace, name } = seen.change.workload;
      const what = seen.change.way === 'resize' ? `the pods of ${kind}` : kind;
      return `${what} ${namespace}/${name}${seen.change.container === '' ? '' : ` or its container ${seen.change.container}`} is no longer there`;
    }
    case 'drifted':
      return valueWords(seen.change, seen.container);
  }
}

function valueWords(change: Change, { resources }: TemplateContainer): string {
  const now = resources.limit?.text ?? 'no limit';
  const then = change.before.limit?.text ?? 'no limit';
  if (now !== then) return `the limit was ${then} when this was reviewed and is ${now} now; review it again`;
  return `the request was ${change.before.request?.text ?? 'not set'} when this was reviewed and is ${resources.request?.text ?? 'not set'} now; review it again`;
}
