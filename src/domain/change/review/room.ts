// Whether the nodes have room: by what the pods there request, which is what the scheduler counts.

import { formatBytes, toBytes } from '../../base/memory.ts';
import { endsInTemplate } from '../change.ts';
import type { Finding, ReviewInput } from './finding.ts';

export function roomFindings({ change, template, container, surroundings }: ReviewInput): readonly Finding[] {
  const { room } = surroundings;
  if (room.kind === 'unavailable') return [{ about: 'room', level: 'not-checked', words: `Room on the nodes: ${room.reason}.` }];
  const own = change.after.request ?? change.after.limit;
  if (own === undefined) return [];
  const others = template.containers
    .filter(({ list, name }) => list === 'containers' && name !== container.name)
    .reduce((sum, { resources }) => sum + (resources.request?.bytes ?? resources.limit?.bytes ?? 0), 0);
  const pod = toBytes(own + others);
  const { nodes, largestAllocatable, free } = room.value;
  const count = `${nodes} node${nodes === 1 ? '' : 's'}`;
  if (pod > largestAllocatable)
    return [
      {
        about: 'room',
        level: 'blocks',
        words: `A pod would request ${formatBytes(pod)}, and the largest of ${count} gives ${formatBytes(largestAllocatable)}: it would stay Pending for ever.`,
      },
    ];
  if (free.length === 0 || !endsInTemplate(change)) return [];
  const fitting = free.reduce((sum, bytes) => sum + Math.floor(bytes / Math.max(1, pod)), 0);
  const wanted = Math.max(1, template.surge ?? 0);
  const words = `A pod requests ${formatBytes(pod)}; going by what is requested on ${count}, there is room for ${fitting} more of that size.`;
  return [{ about: 'room', level: fitting < wanted && (template.surge ?? 0) > 0 ? 'warns' : 'tells', words }];
}
