// What a new template does to the pods there are, in words for the person who decides: what restarts, in which order, whether it is away meanwhile,
// and where nothing happens at all.

import type { RawWorkload } from './raw-workload.ts';

export function restartWords({ kind, spec }: RawWorkload): string {
  const one = (spec.replicas ?? 1) === 1;
  const pods = one ? 'its only pod' : `its ${spec.replicas ?? 1} pods`;
  switch (kind) {
    case 'Deployment':
      return deploymentWords(spec, { one, pods });
    case 'Rollout':
      return `Argo Rollouts replaces ${pods} by the steps of its strategy; a canary may wait for somebody to promote it`;
    case 'StatefulSet':
      return one
        ? 'its only pod is restarted: it is away for a moment'
        : `${pods} are restarted one after the other, the highest number first`;
    case 'DaemonSet':
      return 'the pod on every node is restarted, one node after the other';
    case 'ReplicaSet':
      return 'nothing restarts; pods that are created from now on have the new limit';
    case 'CronJob':
      return 'nothing restarts; the next run has the new limit';
    case 'Job':
      return 'nothing runs now; its pods have the new limit once it is resumed';
    case 'Pod':
      return 'nothing restarts: the running pod is resized in place';
    default:
      return 'its pods are restarted';
  }
}

type Pods = { readonly one: boolean; readonly pods: string };

function deploymentWords({ strategy }: RawWorkload['spec'], { one, pods }: Pods): string {
  if (strategy?.type === 'Recreate')
    return `${pods} stop${one ? 's' : ''} first and start${one ? 's' : ''} anew: it is away for a moment`;
  if (one && isNone(strategy?.rollingUpdate?.maxSurge))
    return 'its only pod stops before the new one starts (maxSurge 0): it is away for a moment';
  return `a rolling update replaces ${pods}, new before old`;
}

function isNone(count: number | string | null | undefined): boolean {
  return count === 0 || count === '0' || count === '0%';
}

/** Why a change would be stored but not reach any pod by itself. */
export function noEffectWords({ kind, spec }: RawWorkload): string | undefined {
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition > 0 && partition >= (spec.replicas ?? 1)) {
    return `This ${kind} has a rolling update partition of ${partition}: the new limit is stored, and no pod gets it until the partition is lowered.`;
  }
  if (spec.paused === true)
    return `This ${kind} is paused: the new limit is stored, and no pod gets it until the rollout is resumed.`;
  if (spec.suspend === true) return `This ${kind} is suspended: the new limit is stored, and no run gets it until it is resumed.`;
  if (spec.updateStrategy?.type === 'OnDelete')
    return `This ${kind} updates on delete: only pods that somebody deletes get the new limit.`;
  if (kind === 'ReplicaSet')
    return 'Nobody replaces the pods of a ReplicaSet: the ones there are keep the old limit until they are deleted.';
  return undefined;
}
