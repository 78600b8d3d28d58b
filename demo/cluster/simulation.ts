// The demo cluster without its network: a store, a kubelet and controllers that move on one step at a time. Whoever owns it calls advance() often; each
// step does what is due by the clock.

import type { Deploying } from './controllers/deployment.ts';
import { createRecorder } from './controllers/events.ts';
import type { Kubelet } from './controllers/kubelet.ts';
import { createKubelet } from './controllers/kubelet.ts';
import { createManager } from './controllers/manager.ts';
import { createBarePod, populate } from './controllers/populate.ts';
import { createWorkloadReader } from './controllers/workload-object.ts';
import type { World } from './controllers/world.ts';
import { LOGS } from './log-lines.ts';
import { createIds } from './model/random.ts';
import { createStore } from './store.ts';
import type { Behaviour, WorkloadSpec } from './workloads.ts';
import { WORKLOADS } from './workloads.ts';

export type SimulationOptions = {
  readonly now: () => number;
  readonly speed: number;
  readonly seed: number;
  readonly automatic: boolean;
  /** "namespace/name" or a name; undefined: all. */
  readonly workloads?: readonly string[] | undefined;
};

export type Simulation = { readonly world: World; readonly kubelet: Kubelet; advance(): void };

/** Of containers that nobody described: somebody patched one in. */
const UNKNOWN: Behaviour = { profile: { kind: 'steady', usual: 20, swing: 2 }, log: LOGS.quiet };
const EXPIRE_EVERY_MS = 60_000;

/** Throws when a workload's name is not known. */
export function createSimulation(options: SimulationOptions): Simulation {
  const { now, speed } = options;
  const specs = chosen(options.workloads);
  const ids = createIds(options.seed);
  const store = createStore(1000 + (options.seed % 1000));
  const world: World = {
    store,
    ids,
    asWorkload: createWorkloadReader(),
    events: createRecorder({ store, ids, now }),
    now,
    beganAt: now(),
    speed,
    scaled: (ms) => ms / speed,
    behaviourOf: (namespace, workload, container) =>
      specs
        .find((spec) => spec.namespace === namespace && spec.name === workload)
        ?.containers.find(({ name }) => name === container) ?? UNKNOWN,
    settings: { automatic: options.automatic, loads: new Map(), metrics: true, prometheus: true, denied: [] },
    pods: new Map(),
    gone: [],
    kills: new Map(),
  };
  const deploying: Deploying = { world, kubelet: createKubelet(world) };
  const manager = createManager(deploying);
  populate(deploying, specs);
  manager.advance();
  let unborn = specs.filter(({ kind }) => kind === 'Pod');
  let expiredAt = now();
  return {
    world,
    kubelet: deploying.kubelet,
    advance() {
      const due = unborn.filter(({ bornAfterMs = 0 }) => now() - world.beganAt >= world.scaled(bornAfterMs));
      unborn = unborn.filter((spec) => !due.includes(spec));
      for (const spec of due) createBarePod(deploying, spec);
      deploying.kubelet.advance();
      manager.advance();
      if (now() - expiredAt < EXPIRE_EVERY_MS) return;
      expiredAt = now();
      world.events.expire();
    },
  };
}

function chosen(names: readonly string[] | undefined): readonly WorkloadSpec[] {
  if (names === undefined) return WORKLOADS;
  return names.map((wanted) => {
    const spec = WORKLOADS.find(({ namespace, name }) => wanted === name || wanted === `${namespace}/${name}`);
    if (spec === undefined)
      throw new Error(
        `the demo cluster has no workload "${wanted}"; it has ${WORKLOADS.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')}`,
      );
    return spec;
  });
}
