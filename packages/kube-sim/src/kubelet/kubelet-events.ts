// The events a kubelet 1.36 and the scheduler write about a pod, in their words.

import type { EventText, InvolvedObject } from '../controllers/events.ts';
import type { World } from '../controllers/world.ts';
import type { ContainerRecord, PodRecord } from '../model/run.ts';

export type KubeletEvents = {
  scheduled(pod: PodRecord): void;
  started(pod: PodRecord, container: ContainerRecord): void;
  startFailed(pod: PodRecord, container: ContainerRecord, problem: string): void;
  backOff(pod: PodRecord, container: ContainerRecord): void;
  unhealthy(pod: PodRecord, container: ContainerRecord): void;
  failedProbe(pod: PodRecord, container: ContainerRecord): void;
  stopping(pod: PodRecord, container: ContainerRecord): void;
};

export function kubeletEvents({ events, store }: World): KubeletEvents {
  const about = ({ namespace, name, uid }: PodRecord): InvolvedObject => ({
    kind: 'Pod',
    namespace,
    name,
    uid,
    apiVersion: 'v1',
    resourceVersion: store.get('pods', namespace, name)?.metadata.resourceVersion,
  });
  const kubelet = (pod: PodRecord, { name }: ContainerRecord, event: EventText): void => {
    const source = { component: 'kubelet', host: pod.node.name };
    events.record({ ...about(pod), fieldPath: `spec.containers{${name}}` }, source, event);
  };
  return {
    scheduled: (pod) => events.record(about(pod), { component: 'default-scheduler' }, scheduled(pod)),
    started(pod, container) {
      kubelet(pod, container, pulled(container));
      kubelet(pod, container, CREATED);
      kubelet(pod, container, STARTED);
    },
    startFailed(pod, container, problem) {
      kubelet(pod, container, CREATED);
      kubelet(pod, container, { type: 'Warning', reason: 'Failed', message: `Error: ${problem}` });
    },
    backOff: (pod, container) => kubelet(pod, container, backOff(pod, container)),
    unhealthy: (pod, container) => kubelet(pod, container, unhealthy(pod)),
    failedProbe: (pod, container) =>
      kubelet(pod, container, killing(`Container ${container.name} failed liveness probe, will be restarted`)),
    stopping: (pod, container) => kubelet(pod, container, killing(`Stopping container ${container.name}`)),
  };
}

const CREATED: EventText = { type: 'Normal', reason: 'Created', message: 'Container created' };
const STARTED: EventText = { type: 'Normal', reason: 'Started', message: 'Container started' };

function scheduled({ namespace, name, node }: PodRecord): EventText {
  return { type: 'Normal', reason: 'Scheduled', message: `Successfully assigned ${namespace}/${name} to ${node.name}` };
}

function pulled({ template }: ContainerRecord): EventText {
  const message = `Container image "${template.image}" already present on machine and can be accessed by the pod`;
  return { type: 'Normal', reason: 'Pulled', message };
}

function backOff({ namespace, name, uid }: PodRecord, container: ContainerRecord): EventText {
  const message = `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`;
  return { type: 'Warning', reason: 'BackOff', message };
}

function unhealthy({ podIp }: PodRecord): EventText {
  const problem = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  return {
    type: 'Warning',
    reason: 'Unhealthy',
    message: `Liveness probe failed: Get "http://${podIp}:8080/healthz": ${problem}`,
  };
}

function killing(message: string): EventText {
  return { type: 'Normal', reason: 'Killing', message };
}
