// Autoscalers that target a workload and count memory, and the disruption budgets over its pods.

import { z } from 'zod';
import type { Budget, Scaler, Vertical } from '../../../domain/evidence/surroundings.ts';

const named = z.object({ name: z.string() });
const target = z.object({ kind: z.string().nullish(), name: z.string() });

export type Targeted = { readonly kind: string; readonly name: string };

export const hpaList = z.object({
  items: z.array(
    z.object({
      metadata: named,
      spec: z.object({
        scaleTargetRef: target,
        metrics: z
          .array(
            z.object({
              type: z.string(),
              resource: metric().nullish(),
              containerResource: metric().nullish(),
            }),
          )
          .nullish(),
      }),
    }),
  ),
});

function metric() {
  return z.object({
    name: z.string(),
    target: z.object({ type: z.string().nullish(), averageUtilization: z.number().nullish() }).nullish(),
  });
}

export function hpaScalers({ items }: z.infer<typeof hpaList>, of: Targeted): readonly Scaler[] {
  return items.flatMap(({ metadata, spec }) => {
    if (!isTarget(spec.scaleTargetRef, of)) return [];
    return (spec.metrics ?? []).flatMap(({ resource, containerResource }): readonly Scaler[] => {
      const found = resource ?? containerResource;
      if (found?.name !== 'memory') return [];
      const percent = found.target?.averageUtilization;
      return [
        {
          kind: 'HorizontalPodAutoscaler',
          name: metadata.name,
          target: typeof percent === 'number' ? { kind: 'percent', percent } : { kind: 'average' },
        },
      ];
    });
  });
}

export const scaledObjectList = z.object({
  items: z.array(
    z.object({
      metadata: named,
      spec: z.object({
        scaleTargetRef: target.nullish(),
        triggers: z
          .array(
            z.object({
              type: z.string(),
              metricType: z.string().nullish(),
              metadata: z.record(z.string(), z.string()).nullish(),
            }),
          )
          .nullish(),
      }),
    }),
  ),
});

/** KEDA makes an HPA of each; named here by the object that people know. */
export function kedaScalers({ items }: z.infer<typeof scaledObjectList>, of: Targeted): readonly Scaler[] {
  return items.flatMap(({ metadata, spec }) => {
    if (!spec.scaleTargetRef || !isTarget(spec.scaleTargetRef, of)) return [];
    return (spec.triggers ?? []).flatMap((trigger): readonly Scaler[] => {
      if (trigger.type !== 'memory') return [];
      const percent = Number(trigger.metadata?.['value'] ?? Number.NaN);
      const byPercent = (trigger.metricType ?? trigger.metadata?.['type']) === 'Utilization' && Number.isFinite(percent);
      return [
        {
          kind: 'ScaledObject',
          name: metadata.name,
          target: byPercent ? { kind: 'percent', percent } : { kind: 'average' },
        },
      ];
    });
  });
}

export const vpaList = z.object({
  items: z.array(
    z.object({
      metadata: named,
      spec: z.object({
        targetRef: target.nullish(),
        updatePolicy: z.object({ updateMode: z.string().nullish() }).nullish(),
        resourcePolicy: z
          .object({ containerPolicies: z.array(z.object({ controlledValues: z.string().nullish() })).nullish() })
          .nullish(),
      }),
    }),
  ),
});

/** Its default is to scale limits along with requests. */
export function verticals({ items }: z.infer<typeof vpaList>, of: Targeted): readonly Vertical[] {
  return items.flatMap(({ metadata, spec }) => {
    if (!spec.targetRef || !isTarget(spec.targetRef, of)) return [];
    const policies = spec.resourcePolicy?.containerPolicies ?? [];
    const requestsOnly = policies.length > 0 && policies.every(({ controlledValues }) => controlledValues === 'RequestsOnly');
    return [{ name: metadata.name, mode: spec.updatePolicy?.updateMode ?? 'Auto', controlsLimits: !requestsOnly }];
  });
}

function isTarget({ kind, name }: z.infer<typeof target>, of: Targeted): boolean {
  return (kind ?? 'Deployment') === of.kind && name === of.name;
}

export const budgetList = z.object({
  items: z.array(
    z.object({
      metadata: named,
      spec: z.object({ selector: z.object({ matchLabels: z.record(z.string(), z.string()).nullish() }).nullish() }),
      status: z.object({ disruptionsAllowed: z.number().nullish() }).nullish(),
    }),
  ),
});

/** `labels`: of the pods. A budget that selects by expressions is left out rather than guessed. */
export function budgets({ items }: z.infer<typeof budgetList>, labels: Readonly<Record<string, string>>): readonly Budget[] {
  return items.flatMap(({ metadata, spec, status }) => {
    const wanted = Object.entries(spec.selector?.matchLabels ?? {});
    const selects = wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
    return selects ? [{ name: metadata.name, allowed: status?.disruptionsAllowed ?? 0 }] : [];
  });
}
