// An Event was seen that can tell of a memory kill no container's status shows: a pod's sandbox, or the node itself.

import type { ClusterEvent } from '../../src/domain/kill/event-kill.ts';
import { isSandboxKill, nodeKill, sandboxKill } from '../../src/domain/kill/event-kill.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { isIgnored } from '../../src/domain/kill/oom-kill.ts';
import type { PodFinder } from '../../src/ports/evidence-reader.ts';
import type { Claim } from '../../src/ports/kill-intake.ts';
import type { ClaimPorts, ClaimSettings, Sighting } from './claim.ts';
import { claimKill } from './claim.ts';

export type WatchEventPorts = ClaimPorts & { readonly pods: PodFinder };

export type WatchEventOutcome = Claim['kind'] | 'no-kill';

export function createWatchEvent(ports: WatchEventPorts, settings: ClaimSettings & { readonly cluster: string }) {
  return async function watchEvent(
    event: ClusterEvent,
    { initial, signal }: Sighting & { readonly signal: AbortSignal },
  ): Promise<WatchEventOutcome> {
    const kill = isSandboxKill(event)
      ? await inSandbox(ports, event, signal)
      : nodeKill(event, settings.cluster, ports.clock.now());
    return kill === undefined ? 'no-kill' : claimKill(ports, settings, { kill, initial });
  };
}

async function inSandbox(ports: WatchEventPorts, event: ClusterEvent, signal: AbortSignal): Promise<Kill | undefined> {
  const pod = await ports.pods.find(event.object.namespace, event.object.name, signal);
  // A new pod of the same name is another one.
  if (pod === undefined || pod.uid !== event.object.uid || isIgnored(pod)) return undefined;
  return sandboxKill(event, pod, ports.clock.now());
}
