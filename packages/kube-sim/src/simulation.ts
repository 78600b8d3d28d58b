// The demo cluster without its network: a store, a kubelet and controllers that move on one step at a time. Whoever owns it calls advance() often; each
// step does what is due by the clock, and steps of the kubelet that a busy machine left out are made up for.

import type { Deploying } from './controllers/deployment.ts';
import { createRecorder } from './controllers/events.ts';
import { createManager } from './controllers/manager.ts';
import { createBarePod, populate } from './controllers/populate.ts';
import type { World } from './controllers/world.ts';
import type { Kubelet } from './kubelet/kubelet.ts';
import { createKubelet } from './kubelet/kubelet.ts';
import { LOGS } from './log-lines.ts';
import { createIds } from './model/random.ts';
import { createWorkloadReader } from './model/workload-object.ts';
import { createStore } from './store.ts';
import type { Behaviour, WorkloadSpec } from './workload-spec.ts';
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
/** A surge stays above its limit for seconds, of which no step may skip all. */
const LONGEST_STEP_MS = 500;
/** After a machine slept for longer, what would have died meanwhile is nobody's concern. */
const CATCH_UP_MS = 20_000;

/** Throws when a workload's name is not known. */
export function createSimulation(options: SimulationOptions): Simulation {
  // Set while a step of the kubelet is made up for: then it is that moment, for all that happens in it.
  let past: number | undefined;
  const now = (): number => past ?? options.now();
  const specs = chosen(options.workloads);
  const world = createWorld({ ...options, now }, specs);
  const deploying: Deploying = { world, kubelet: createKubelet(world) };
  const manager = createManager(deploying);
  populate(deploying, specs);
  manager.advance();
  let unborn = specs.filter(({ kind }) => kind === 'Pod');
  let expiredAt = now();
  let steppedAt = now();
  const step = (): void => {
    const due = unborn.filter(({ bornAfterMs = 0 }) => now() - world.beganAt >= world.scaled(bornAfterMs));
    unborn = unborn.filter((spec) => !due.includes(spec));
    for (const spec of due) createBarePod(deploying, spec);
    deploying.kubelet.advance();
    manager.advance();
    if (now() - expiredAt < EXPIRE_EVERY_MS) return;
    expiredAt = now();
    world.events.expire();
  };
  return {
    world,
    kubelet: deploying.kubelet,
    advance() {
      const until = options.now();
      const length = world.scaled(LONGEST_STEP_MS);
      // What is written to the cluster was written now, so that only containers live through what was left out.
      for (past = Math.max(steppedAt + length, until - CATCH_UP_MS); past < until; past += length) deploying.kubelet.advance();
      past = undefined;
      steppedAt = until;
      step();
    },
  };
}

function createWorld({ now, speed, seed, automatic }: SimulationOptions, specs: readonly WorkloadSpec[]): World {
  const ids = createIds(seed);
  const store = createStore(1000 + (seed % 1000));
  return {
    store,
    ids,
    asWorkload: createWorkloadReader(),
    events: createRecorder({ store, ids, now }),
    now,
    beganAt: now(),
    speed,
    scaled: (ms) => ms / speed,
    behaviourOf(namespace, workload, container) {
      const spec = specs.find((each) => each.namespace === namespace && each.name === workload);
      return spec?.containers.find(({ name }) => name === container) ?? UNKNOWN;
    },
    settings: { automatic, loads: new Map(), metrics: true, prometheus: true, denied: [] },
    pods: new Map(),
    gone: [],
    kills: new Map(),
  };
}

function chosen(names: readonly string[] | undefined): readonly WorkloadSpec[] {
  if (names === undefined) return WORKLOADS;
  return names.map((wanted) => {
    const spec = WORKLOADS.find(({ namespace, name }) => wanted === name || wanted === `${namespace}/${name}`);
    if (spec !== undefined) return spec;
    const known = WORKLOADS.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
    throw new Error(`the demo cluster has no workload "${wanted}"; it has ${known}`);
  });
}
