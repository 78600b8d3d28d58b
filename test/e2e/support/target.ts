// A cluster to run the stories on: the demo cluster, or a real one. Each brings the two workloads the stories are about.

import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';

export type Target = {
  readonly name: string;
  /** Path of a kubeconfig file. */
  readonly kubeconfig: string;
  readonly prometheusUrl: string | undefined;
  /** To look from the outside. */
  readonly connection: ClusterConnection;
  /** Only these are watched, so that other tests' kills stay out. */
  readonly namespaces: readonly string[];
  /** A Deployment whose PID 1 is killed, and that is quiet with twice the limit. */
  readonly deployment: { readonly namespace: string; readonly name: string; readonly container: string };
  /** A pod without an owner, `stress --vm 1 --vm-bytes 100M` under 50Mi: a child is killed, PID 1 exits with 1. */
  readonly barePod: { readonly namespace: string; readonly name: string; readonly container: string };
  /** How long a kill may take to come, and a rollout to end. */
  readonly patienceMs: number;
  /** headroom.yaml's watchFloor for it. */
  readonly watch: string;
  stop(): Promise<void>;
};
