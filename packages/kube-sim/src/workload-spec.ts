// How a workload of the demo is described. Sizes in MiB in profiles, as quantities in templates; lengths in milliseconds at normal speed.

import type { LogStyle } from './log-lines.ts';
import type { Profile } from './model/demand.ts';

export type Behaviour = {
  readonly profile: Profile;
  readonly log: LogStyle;
  /** When the first replica's first kill is due, after the demo began; undefined for what is never killed. */
  readonly firstKillMs?: number | undefined;
};

export type ContainerSpec = Behaviour & {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly limit?: string;
  readonly request?: string;
  readonly cpu?: string;
  readonly port?: number;
  readonly mount?: { readonly name: string; readonly mountPath: string };
  readonly liveness?: string;
};

export type WorkloadSpec = {
  readonly namespace: string;
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Pod';
  readonly replicas: number;
  /** How long it has run when the demo begins, in hours. 0: it is created `bornAfterMs` later. */
  readonly ageHours: number;
  readonly bornAfterMs?: number;
  readonly manager: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly memoryVolume?: string;
  readonly containers: readonly [ContainerSpec, ...ContainerSpec[]];
};

/** The manager of what people apply by hand. */
export const APPLY = 'kubectl-client-side-apply';
