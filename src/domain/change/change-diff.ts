// A change as people read it: a unified YAML diff of exactly the lines that will differ, with the place they are at.

import { formatQuantity } from '../base/memory.ts';
import type { Change } from './change.ts';

export function diffLines(change: Change): readonly string[] {
  const { before, after, workload, way, pods = [], edit } = change;
  if (edit !== undefined) return [`--- ${edit.repository} ${edit.branch}: ${edit.file}`, '+++ after the merge', ...edit.diff];
  const place = `${workload.kind} ${workload.namespace}/${workload.name}`;
  const where = way === 'resize' && workload.kind !== 'Pod' ? `${pods.length} running pods of ${place}` : place;
  return [
    `--- ${where}, ${targetOf(change)}`,
    `+++ ${way === 'recreate' ? `Job ${workload.namespace}/${change.replacement ?? workload.name}, ${targetOf(change)}` : 'after the change'}`,
    '  resources:',
    ...section('limits', before.limit?.text, written(change, 'limits', after.limit)),
    ...section('requests', before.request?.text, written(change, 'requests', after.request)),
  ];
}

/** "container app", "init container migrate", "the whole pod". */
function targetOf({ list, container }: Pick<Change, 'list' | 'container'>): string {
  if (list === 'pod') return 'the whole pod';
  return `${list === 'containers' ? 'container' : 'init container'} ${container}`;
}

function written(change: Change, name: 'limits' | 'requests', size: Change['after']['limit']): string | undefined {
  if (size === undefined) return undefined;
  const { before, texts } = change;
  const old = name === 'limits' ? before.limit : before.request;
  if (old?.bytes === size) return old.text;
  return (name === 'limits' ? texts?.limit : texts?.request) ?? formatQuantity(size);
}

function section(name: string, old: string | undefined, next: string | undefined): readonly string[] {
  if (old === undefined && next === undefined) return [];
  const heading = `    ${name}:`;
  if (old === next) return [heading, `      memory: ${next ?? ''}`];
  return [
    heading,
    ...(old === undefined ? [] : [`-     memory: ${old}`]),
    ...(next === undefined ? [] : [`+     memory: ${next}`]),
  ];
}
