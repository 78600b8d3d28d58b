// Runs the workload controllers over everything that is stored. A changed generation is noticed a moment later, as it is by real controllers.

import type { Workload } from '../model/objects.ts';
import type { Deploying } from './deployment.ts';
import { reconcileDeployment } from './deployment.ts';
import { reconcileDaemonSet, reconcileStatefulSet } from './stateful-set.ts';

const CONTROLLERS: readonly (readonly [string, (deploying: Deploying, workload: Workload) => void])[] = [
  ['deployments', reconcileDeployment],
  ['statefulsets', reconcileStatefulSet],
  ['daemonsets', reconcileDaemonSet],
];

const NOTICE_MS = 300;

export function createManager(deploying: Deploying): { advance(): void } {
  const { world } = deploying;
  const noticed = new Map<string, number>();
  const isLate = ({ metadata, status }: Workload): boolean => {
    if (status.observedGeneration === metadata.generation) return true;
    const key = `${metadata.uid}/${metadata.generation ?? 0}`;
    const since = noticed.get(key) ?? world.now();
    noticed.set(key, since);
    return world.now() - since >= world.scaled(NOTICE_MS);
  };
  return {
    advance() {
      for (const [resource, reconcile] of CONTROLLERS) {
        const listed = world.store.list(resource);
        for (const object of listed.kind === 'listed' ? listed.objects : []) {
          const workload = world.asWorkload(object);
          if (isLate(workload)) reconcile(deploying, workload);
        }
      }
    },
  };
}
