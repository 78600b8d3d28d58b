// What tests and the demo's operator can do to the cluster beyond its API: kill now, change the load, break things, look inside. Workloads are named by namespace and
// name; an unknown one is a programming fault and throws.

import type { World } from './controllers/world.ts';
import type { Watches } from './http/read/watches.ts';
import type { Kubelet } from './kubelet/kubelet.ts';
import type { Workload } from './model/objects.ts';
import type { PodRecord } from './model/run.ts';

export type DemoControl = {
  /** One of its running containers exceeds its limit and dies now; the first of the pod's unless named. Returns the pod's name. Throws when none runs. */
  killNow(namespace: string, workload: string, container?: string): string;
  /** 1 is normal; 2 doubles what its containers want. */
  setLoad(namespace: string, workload: string, factor: number): void;
  /** No kills but by killNow. */
  pause(): void;
  resume(): void;
  /** Every resource version handed out so far is too old from now on. */
  compact(): void;
  /** Cuts every open watch. */
  dropWatches(): void;
  /** Replaces the list of what is forbidden: "pods/log", "events", "patch deployments", "pods.metrics.k8s.io". Empty: nothing. */
  deny(rules: readonly string[]): void;
  noMetrics(missing?: boolean): void;
  noPrometheus(missing?: boolean): void;
  /** The template's memory limit as written, of the first container unless named. */
  limitOf(namespace: string, workload: string, container?: string): string | undefined;
  /** Writes the template's limit as another manager would: drift, or a GitOps tool's undoing. */
  overwriteLimit(change: {
    readonly namespace: string;
    readonly workload: string;
    readonly container: string;
    readonly limit: string;
    readonly manager: string;
  }): void;
  /** Memory kills since the demo began. */
  kills(namespace: string, workload: string): number;
  pods(namespace: string, workload: string): readonly string[];
};

const RESOURCES = ['deployments', 'statefulsets', 'daemonsets'] as const;

export function createControl(world: World, kubelet: Kubelet, watches: Watches): DemoControl {
  return { ...operating(world, kubelet), ...breaking(world, watches), ...looking(world) };
}

function podsNamed({ pods }: World, namespace: string, workload: string): readonly PodRecord[] {
  return [...pods.values()].filter(
    (pod) => pod.namespace === namespace && pod.workload === workload && pod.deletedAt === undefined,
  );
}

function stored(
  { store, asWorkload }: World,
  namespace: string,
  workload: string,
): { readonly resource: string; readonly found: Workload } {
  for (const resource of RESOURCES) {
    const object = store.get(resource, namespace, workload);
    if (object !== undefined) return { resource, found: asWorkload(object) };
  }
  throw new Error(`the demo cluster has no workload ${namespace}/${workload} with a template`);
}

function operating(
  world: World,
  kubelet: Kubelet,
): Pick<DemoControl, 'killNow' | 'setLoad' | 'pause' | 'resume' | 'overwriteLimit'> {
  const { settings } = world;
  return {
    killNow(namespace, workload, container) {
      for (const pod of podsNamed(world, namespace, workload)) {
        const victim = container === undefined ? pod.containers[0] : pod.containers.find(({ name }) => name === container);
        if (victim !== undefined && kubelet.kill(pod, victim)) return pod.name;
      }
      throw new Error(`no container of ${namespace}/${workload} runs now`);
    },
    setLoad: (namespace, workload, factor) => void settings.loads.set(`${namespace}/${workload}`, factor),
    pause() {
      settings.automatic = false;
    },
    resume() {
      settings.automatic = true;
    },
    overwriteLimit(change) {
      const { resource, found } = stored(world, change.namespace, change.workload);
      world.store.put(resource, withLimit(found, change));
    },
  };
}

function breaking(
  { store, settings }: World,
  watches: Watches,
): Pick<DemoControl, 'compact' | 'dropWatches' | 'deny' | 'noMetrics' | 'noPrometheus'> {
  return {
    compact: () => store.compact(),
    dropWatches: () => watches.drop(),
    deny(rules) {
      settings.denied = rules;
    },
    noMetrics(missing = true) {
      settings.metrics = !missing;
    },
    noPrometheus(missing = true) {
      settings.prometheus = !missing;
    },
  };
}

function looking(world: World): Pick<DemoControl, 'limitOf' | 'kills' | 'pods'> {
  return {
    limitOf(namespace, workload, container) {
      const { containers } = stored(world, namespace, workload).found.spec.template.spec;
      const found = container === undefined ? containers[0] : containers.find(({ name }) => name === container);
      return found?.resources.limits?.['memory'];
    },
    kills: (namespace, workload) => world.kills.get(`${namespace}/${workload}`) ?? 0,
    pods: (namespace, workload) => podsNamed(world, namespace, workload).map(({ name }) => name),
  };
}

type Overwriting = Parameters<DemoControl['overwriteLimit']>[0];

function withLimit(found: Workload, { container, limit, manager }: Overwriting): Workload {
  const { metadata, spec } = found;
  const containers = spec.template.spec.containers.map((each) =>
    each.name === container
      ? { ...each, resources: { ...each.resources, limits: { ...each.resources.limits, memory: limit } } }
      : each,
  );
  return {
    ...found,
    metadata: {
      ...metadata,
      generation: (metadata.generation ?? 1) + 1,
      managedFields: [
        ...(metadata.managedFields ?? []).filter((entry) => entry.manager !== manager),
        {
          manager,
          operation: 'Update',
          apiVersion: found.apiVersion,
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:limits': {} } },
        },
      ],
    },
    spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } },
  };
}
