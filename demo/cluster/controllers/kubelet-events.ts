// The events a kubelet 1.36 and the scheduler write about a pod, in their words.

import type { ContainerRecord, PodRecord } from '../model/run.ts';
import type { EventText, InvolvedObject } from './events.ts';
import type { World } from './world.ts';

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
  const kubelet = (pod: PodRecord, container: ContainerRecord, event: EventText): void =>
    events.record(
      about(pod, { fieldPath: `spec.containers{${container.name}}` }),
      { component: 'kubelet', host: pod.node.name },
      event,
    );
  const about = ({ namespace, name, uid }: PodRecord, more: { readonly fieldPath?: string } = {}): InvolvedObject => ({
    kind: 'Pod',
    namespace,
    name,
    uid,
    apiVersion: 'v1',
    resourceVersion: store.get('pods', namespace, name)?.metadata.resourceVersion,
    ...more,
  });
  return {
    scheduled(pod) {
      const message = `Successfully assigned ${pod.namespace}/${pod.name} to ${pod.node.name}`;
      events.record(about(pod), { component: 'default-scheduler' }, { type: 'Normal', reason: 'Scheduled', message });
    },
    started(pod, container) {
      const pulled = `Container image "${container.template.image}" already present on machine and can be accessed by the pod`;
      kubelet(pod, container, { type: 'Normal', reason: 'Pulled', message: pulled });
      kubelet(pod, container, { type: 'Normal', reason: 'Created', message: 'Container created' });
      kubelet(pod, container, { type: 'Normal', reason: 'Started', message: 'Container started' });
    },
    startFailed(pod, container, problem) {
      kubelet(pod, container, { type: 'Normal', reason: 'Created', message: 'Container created' });
      kubelet(pod, container, { type: 'Warning', reason: 'Failed', message: `Error: ${problem}` });
    },
    backOff(pod, container) {
      const message = `Back-off restarting failed container ${container.name} in pod ${pod.name}_${pod.namespace}(${pod.uid})`;
      kubelet(pod, container, { type: 'Warning', reason: 'BackOff', message });
    },
    unhealthy(pod, container) {
      const message = `Liveness probe failed: Get "http://${pod.podIp}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
      kubelet(pod, container, { type: 'Warning', reason: 'Unhealthy', message });
    },
    failedProbe(pod, container) {
      kubelet(pod, container, {
        type: 'Normal',
        reason: 'Killing',
        message: `Container ${container.name} failed liveness probe, will be restarted`,
      });
    },
    stopping(pod, container) {
      kubelet(pod, container, { type: 'Normal', reason: 'Killing', message: `Stopping container ${container.name}` });
    },
  };
}
