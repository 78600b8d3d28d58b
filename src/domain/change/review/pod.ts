// What the change makes of the pod: its QoS class, the request that defaulting would raise along, and settings of the runtime that stay behind.

import { formatBytes } from '../../base/memory.ts';
import type { QosClass } from '../../base/pod.ts';
import { heapAdvice } from '../../evidence/heap.ts';
import type { Change, TemplateContainer, TemplateState } from '../change.ts';
import type { Finding, ReviewInput } from './finding.ts';

export function podFindings(input: ReviewInput): readonly Finding[] {
  return [...requestFindings(input), ...qosFindings(input), ...heapFindings(input)];
}

/** Kubernetes sets a missing request to the limit when it makes a pod. */
function requestFindings({ change, container }: ReviewInput): readonly Finding[] {
  const { before, after } = change;
  if (change.list === 'pod' || after.limit === undefined) return [];
  if (container.resources.request === undefined && after.request === undefined) {
    const from = before.limit === undefined ? 'none' : formatBytes(before.limit.bytes);
    return [
      {
        about: 'request',
        level: 'warns',
        words: `The template has no memory request, so each new pod gets one as high as its limit: it goes from ${from} to ${formatBytes(after.limit)}, for the scheduler, quotas and autoscalers as well. Write a request to keep it down.`,
      },
    ];
  }
  return [];
}

function qosFindings({ change, template }: ReviewInput): readonly Finding[] {
  const before = qosOf(template.containers);
  const after = qosOf(template.containers.map((container) => changed(container, change)));
  if (before === after) return [{ about: 'qos', level: 'tells', words: `It stays ${after}.` }];
  if (change.way === 'resize')
    return [
      {
        about: 'qos',
        level: 'blocks',
        words: `The QoS class would go from ${before} to ${after}, which a running pod cannot. Change request and limit alike, or the template.`,
      },
    ];
  return [
    {
      about: 'qos',
      level: 'warns',
      words: `QoS class goes from ${before} to ${after}: new pods are ${after === 'Guaranteed' ? 'the last' : 'sooner'} to be killed or evicted when the node runs out of memory.`,
    },
  ];
}

function changed(container: TemplateContainer, change: Change): TemplateContainer {
  if (container.name !== change.container || container.list !== change.list) return container;
  const { limit, request } = change.after;
  return {
    ...container,
    resources: {
      limit: limit === undefined ? undefined : { text: String(limit), bytes: limit },
      request: request === undefined ? undefined : { text: String(request), bytes: request },
    },
  };
}

/** The API server's own reckoning (pkg/apis/core/v1/helper/qos): over all containers, the init ones too, or by the pod's own resources where it has some. */
export function qosOf(containers: readonly TemplateContainer[]): QosClass {
  const pod = containers.filter(({ list }) => list === 'pod');
  const counted = pod.length > 0 ? pod : containers;
  const nothing = counted.every(
    ({ resources, cpu }) =>
      !isPositive(resources.limit?.bytes) && !isPositive(resources.request?.bytes) && !cpu?.limit && !cpu?.request,
  );
  if (nothing) return 'BestEffort';
  return counted.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function isGuaranteed({ resources, cpu }: TemplateContainer): boolean {
  const { limit, request } = resources;
  if (!isPositive(limit?.bytes) || cpu?.limit === undefined) return false;
  return (request?.bytes ?? limit?.bytes) === limit?.bytes && (cpu.request ?? cpu.limit) === cpu.limit;
}

function isPositive(bytes: number | undefined): boolean {
  return bytes !== undefined && bytes > 0;
}

function heapFindings({ change, template }: ReviewInput): readonly Finding[] {
  return heapOf(template, change).map((words) => ({ about: 'heap', level: 'warns', words }));
}

function heapOf({ heapSettings = [] }: TemplateState, { container, list, after }: Change): readonly string[] {
  if (after.limit === undefined) return [];
  const own = heapSettings.filter((setting) => list === 'pod' || setting.container === container);
  return heapAdvice(own, after.limit);
}
