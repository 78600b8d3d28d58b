// What every controller of the demo shares: time, speed, the store, the pods that run. Lengths are given at normal speed and scaled here.

import type { Ids } from '../model/random.ts';
import type { PodRecord } from '../model/run.ts';
import type { ReadWorkload } from '../model/workload-object.ts';
import type { Store } from '../store.ts';
import type { Behaviour } from '../workload-spec.ts';
import type { EventRecorder } from './events.ts';

export type World = {
  readonly store: Store;
  readonly ids: Ids;
  readonly events: EventRecorder;
  readonly asWorkload: ReadWorkload;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** When the demo began: samples before it are reckoned, not recorded. */
  readonly beganAt: number;
  readonly speed: number;
  /** A length at normal speed as milliseconds of this demo. */
  readonly scaled: (ms: number) => number;
  readonly behaviourOf: (namespace: string, workload: string, container: string) => Behaviour;
  readonly settings: Settings;
  /** By uid: pods there are. */
  readonly pods: Map<string, PodRecord>;
  /** Pods that are gone: their samples stay in the history. */
  readonly gone: PodRecord[];
  /** Memory kills so far, by "namespace/workload". */
  readonly kills: Map<string, number>;
};

type Settings = {
  /** Without it nothing is killed but by killNow. */
  automatic: boolean;
  /** By "namespace/workload"; 1 where absent. */
  readonly loads: Map<string, number>;
  metrics: boolean;
  prometheus: boolean;
  /** "[verb ]resource[.group][/subresource]". */
  denied: readonly string[];
};

export function podsOf(world: World, namespace: string, ownerUid: string): readonly PodRecord[] {
  return [...world.pods.values()].filter(({ owner, ...pod }) => pod.namespace === namespace && owner?.uid === ownerUid);
}
