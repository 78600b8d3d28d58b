// Namespaces and nodes: two nodes of 8 GiB, healthy.

import type { NODES } from '../controllers/pods.ts';
import type { World } from '../controllers/world.ts';
import type { KubeObject } from './objects.ts';
import { time } from './objects.ts';

export function putNamespace(world: World, name: string, since: number): void {
  world.store.put('namespaces', {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: {
      name,
      uid: world.ids.uid(`namespace/${name}`),
      resourceVersion: '',
      creationTimestamp: time(since),
      labels: { 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
}

export function nodeObject(world: World, { name, ip }: (typeof NODES)[number], since: number): KubeObject {
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: {
      name,
      uid: world.ids.uid(`node/${name}`),
      resourceVersion: '',
      creationTimestamp: time(since),
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    },
    spec: {},
    status: {
      capacity: { cpu: '4', memory: '8388608Ki', pods: '110', 'ephemeral-storage': '102400Mi' },
      allocatable: { cpu: '3920m', memory: '7757824Ki', pods: '110', 'ephemeral-storage': '94371840Ki' },
      conditions: conditions(world.now(), since),
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: NODE_INFO,
    },
  };
}

const NODE_INFO = {
  kubeletVersion: 'v1.36.3',
  containerRuntimeVersion: 'containerd://2.2.1',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  kernelVersion: '6.12.48',
  architecture: 'amd64',
  operatingSystem: 'linux',
} as const;

const CONDITIONS = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
] as const;

function conditions(now: number, since: number): readonly object[] {
  return CONDITIONS.map((condition) => ({ ...condition, lastHeartbeatTime: time(now), lastTransitionTime: time(since) }));
}
