// Whether a rollout is done, by the rules of kubectl rollout status.

import { z } from 'zod';
import type { RolloutStatus } from '../../../domain/change/verdict.ts';

export const rawRollout = z.object({
  kind: z.string(),
  metadata: z.object({ generation: z.number().default(0) }),
  spec: z.object({
    replicas: z.number().nullish(),
    paused: z.boolean().nullish(),
    updateStrategy: z
      .object({ type: z.string().nullish(), rollingUpdate: z.object({ partition: z.number().nullish() }).nullish() })
      .nullish(),
  }),
  status: z
    .object({
      // Argo Rollouts writes it as text.
      observedGeneration: z.union([z.number(), z.string().transform(Number)]).default(0),
      phase: z.string().nullish(),
      message: z.string().nullish(),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      readyReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      updatedNumberScheduled: z.number().default(0),
      desiredNumberScheduled: z.number().default(0),
      numberAvailable: z.number().default(0),
      currentRevision: z.string().nullish(),
      updateRevision: z.string().nullish(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().nullish(), message: z.string().nullish() }))
        .nullish(),
    })
    .prefault({}),
});

export type RawRollout = z.infer<typeof rawRollout>;

/** `generation`: at least this one must have been observed. */
export function rolloutStatus(raw: RawRollout, generation: number): RolloutStatus {
  const { kind, metadata, status } = raw;
  if (kind === 'CronJob') return complete('the next run has the new limit');
  if (kind === 'Job') return complete('its pods have it once it is resumed');
  if (kind === 'ReplicaSet') return complete('stored; pods that are created from now on have it');
  if (status.observedGeneration < Math.max(generation, metadata.generation))
    return progressing('the controller has not seen the change yet');
  switch (kind) {
    case 'Deployment':
      return deployment(raw);
    case 'StatefulSet':
      return statefulSet(raw);
    case 'DaemonSet':
      return daemonSet(raw);
    case 'Rollout':
      return argoRollout(raw);
    default:
      return { kind: 'failed', message: `a ${kind} has no rollout to follow` };
  }
}

function complete(message: string): RolloutStatus {
  return { kind: 'complete', message };
}

function progressing(message: string): RolloutStatus {
  return { kind: 'progressing', message };
}

function deployment({ spec, status }: RawRollout): RolloutStatus {
  const stuck = status.conditions?.find(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded');
  // Quota and admission of pods speak only here, once the template is accepted.
  const refused = status.conditions?.find(({ type, status: value }) => type === 'ReplicaFailure' && value === 'True');
  const why = refused?.message ? `: ${refused.message}` : '';
  if (stuck !== undefined)
    return {
      kind: 'failed',
      message: `it exceeded its progress deadline${why === '' && stuck.message ? `: ${stuck.message}` : why}`,
    };
  const wanted = spec.replicas ?? 1;
  if (spec.paused === true) return { kind: 'failed', message: 'the Deployment is paused' };
  if (status.updatedReplicas < wanted) return progressing(`${status.updatedReplicas} of ${wanted} new pods${why}`);
  if (status.replicas > status.updatedReplicas)
    return progressing(`${status.replicas - status.updatedReplicas} old pods are still stopping`);
  if (status.availableReplicas < status.updatedReplicas)
    return progressing(`${status.availableReplicas} of ${status.updatedReplicas} new pods are available${why}`);
  return complete(`${status.availableReplicas} pods run with it`);
}

function statefulSet({ spec, status }: RawRollout): RolloutStatus {
  if (spec.updateStrategy?.type === 'OnDelete') return complete('stored; pods get it when somebody deletes them');
  const wanted = spec.replicas ?? 1;
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (status.readyReplicas < wanted) return progressing(`${status.readyReplicas} of ${wanted} pods are ready`);
  if (status.updatedReplicas < wanted - partition)
    return progressing(`${status.updatedReplicas} of ${wanted - partition} pods updated`);
  // kubectl only looks at the revisions without a rollingUpdate block, but readyReplicas counts pods of the old revision too: the controller sets
  // currentRevision once all pods are updated and ready, so this waits for the same thing and cannot be fooled by the old ones.
  if (partition === 0 && status.updateRevision !== status.currentRevision) return progressing('the last pods are being replaced');
  return complete(`${status.updatedReplicas} pods run with it`);
}

function daemonSet({ spec, status }: RawRollout): RolloutStatus {
  if (spec.updateStrategy?.type === 'OnDelete') return complete('stored; pods get it when somebody deletes them');
  const { desiredNumberScheduled: wanted, updatedNumberScheduled: updated, numberAvailable: available } = status;
  if (updated < wanted) return progressing(`${updated} of ${wanted} pods updated`);
  if (available < wanted) return progressing(`${available} of ${wanted} updated pods are available`);
  return complete(`${available} pods run with it`);
}

/** By what its controller says itself: only it knows the steps of its strategy. */
function argoRollout({ spec, status }: RawRollout): RolloutStatus {
  const why = status.message ? `: ${status.message}` : '';
  if (status.phase === 'Degraded') return { kind: 'failed', message: `Argo Rollouts calls it degraded${why}` };
  if (status.phase === 'Healthy' && status.updatedReplicas >= (spec.replicas ?? 1))
    return complete(`${status.updatedReplicas} pods run with it`);
  return progressing(
    status.phase === 'Paused' ? `a step of its strategy waits for somebody to promote it${why}` : `under way${why}`,
  );
}
