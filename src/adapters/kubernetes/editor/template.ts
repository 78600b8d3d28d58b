// A workload's template as far as a change needs it, with what a change restarts in words.

import { z } from 'zod';
import type { TemplateContainer, TemplateState } from '../../../domain/change.ts';
import { isPatchableKind } from '../../../domain/change.ts';
import type { WorkloadRef } from '../../../domain/workload.ts';
import { memoryResources } from '../pod-facts.ts';
import { rawMetadata, rawResources } from '../raw-pod.ts';

const rawContainer = z.object({ name: z.string(), resources: rawResources });
const podSpec = z.object({ containers: z.array(rawContainer), initContainers: z.array(rawContainer).nullish() });
const template = z.object({ spec: podSpec });
const strategy = z
  .object({ type: z.string().nullish(), rollingUpdate: z.object({ partition: z.number().nullish() }).nullish() })
  .nullish();

export const rawWorkload = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: rawMetadata,
  spec: z.object({
    replicas: z.number().nullish(),
    paused: z.boolean().nullish(),
    suspend: z.boolean().nullish(),
    strategy,
    updateStrategy: strategy,
    template: template.optional(),
    jobTemplate: z.object({ spec: z.object({ template }) }).optional(),
  }),
});

export type RawWorkload = z.infer<typeof rawWorkload>;

/** Undefined for kinds whose template cannot be patched, or not to any effect: Jobs, ReplicaSets, whatever has none. */
export function templateState(workload: WorkloadRef, raw: RawWorkload): TemplateState | undefined {
  const { metadata, spec } = raw;
  if (!isPatchableKind(workload.kind)) return undefined;
  const nested = spec.jobTemplate?.spec.template;
  const found = spec.template ?? nested;
  if (found === undefined) return undefined;
  return {
    workload: { ...workload, uid: metadata.uid },
    podSpecPath: spec.template === undefined ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec',
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    containers: [
      ...containersOf(found.spec.containers, 'containers'),
      ...containersOf(found.spec.initContainers ?? [], 'initContainers'),
    ],
    replicas: spec.replicas ?? undefined,
    restart: restartWords(raw),
    noEffect: noEffectWords(raw),
  };
}

function containersOf(
  containers: readonly z.infer<typeof rawContainer>[],
  list: TemplateContainer['list'],
): readonly TemplateContainer[] {
  return containers.map(({ name, resources }, index) => ({
    name,
    list,
    index,
    hasResources: isPresent(resources),
    hasRequests: isPresent(resources?.requests),
    hasLimits: isPresent(resources?.limits),
    resources: memoryResources(resources),
  }));
}

function isPresent(value: object | null | undefined): boolean {
  return value !== undefined && value !== null;
}

function restartWords({ kind, spec }: RawWorkload): string {
  const one = (spec.replicas ?? 1) === 1;
  const pods = one ? 'its only pod' : `its ${spec.replicas ?? 1} pods`;
  switch (kind) {
    case 'Deployment':
      return spec.strategy?.type === 'Recreate'
        ? `${pods} stop${one ? 's' : ''} first and start${one ? 's' : ''} anew: it is away for a moment`
        : `a rolling update replaces ${pods}, new before old`;
    case 'StatefulSet':
      return one
        ? 'its only pod is restarted: it is away for a moment'
        : `${pods} are restarted one after the other, the highest number first`;
    case 'DaemonSet':
      return 'the pod on every node is restarted, one node after the other';
    case 'CronJob':
      return 'nothing restarts; the next run has the new limit';
    default:
      return 'its pods are restarted';
  }
}

/** Why a change would be stored but not reach any pod by itself. */
function noEffectWords({ kind, spec }: RawWorkload): string | undefined {
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition > 0 && partition >= (spec.replicas ?? 1)) {
    return `This ${kind} has a rolling update partition of ${partition}: the new limit is stored, and no pod gets it until the partition is lowered.`;
  }
  if (spec.paused === true)
    return `This ${kind} is paused: the new limit is stored, and no pod gets it until the rollout is resumed.`;
  if (spec.suspend === true) return `This ${kind} is suspended: the new limit is stored, and no run gets it until it is resumed.`;
  if (spec.updateStrategy?.type === 'OnDelete')
    return `This ${kind} updates on delete: only pods that somebody deletes get the new limit.`;
  return undefined;
}
