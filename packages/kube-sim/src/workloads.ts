// All workloads of the demo: the restless, and a few that are quiet.

import { LOGS } from './log-lines.ts';
import { RESTLESS } from './restless.ts';
import type { WorkloadSpec } from './workload-spec.ts';
import { APPLY } from './workload-spec.ts';

function quiet(
  place: {
    readonly namespace: string;
    readonly name: string;
    readonly kind: 'Deployment' | 'DaemonSet';
    readonly replicas: number;
  },
  usual: number,
): WorkloadSpec {
  return {
    ...place,
    ageHours: 190,
    manager: APPLY,
    containers: [
      {
        ...{
          name: place.name,
          image: `registry.example/${place.namespace}/${place.name}:1.0.0`,
          limit: `${2 ** Math.ceil(Math.log2(usual * 2))}Mi`,
        },
        ...{ request: `${usual}Mi`, cpu: '50m', log: LOGS.quiet, profile: { kind: 'steady', usual, swing: usual / 12 } },
      },
    ],
  };
}

export const WORKLOADS: readonly WorkloadSpec[] = [
  ...RESTLESS,
  quiet({ namespace: 'auth', name: 'identity', kind: 'Deployment', replicas: 2 }, 110),
  quiet({ namespace: 'catalog', name: 'catalog-api', kind: 'Deployment', replicas: 2 }, 150),
  quiet({ namespace: 'monitoring', name: 'node-exporter', kind: 'DaemonSet', replicas: 2 }, 22),
];
