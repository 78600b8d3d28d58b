// `/oom workload`, `namespace`, `node` and `top`: who uses how much of what it may, now, with the incidents of that place. What a source cannot say is
// said to be missing; it never counts as zero.

import type { Answer, Scope, UseKnown } from '../../src/api/answer.ts';
import { toBytes } from '../../src/domain/base/memory.ts';
import type { Piece } from '../../src/domain/base/piece.ts';
import { known, valueOf } from '../../src/domain/base/piece.ts';
import { placeInWords } from '../../src/domain/coverage/watched-namespaces.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { isMuted, muteKey } from '../../src/domain/incident/mute.ts';
import type { ContainerUse, PodEntry, WorkloadName } from '../../src/domain/query/directory.ts';
import { closestToLimit, isOf, isOver } from '../../src/domain/query/directory.ts';
import type { Thing, ThingKind } from '../../src/domain/query/find.ts';
import { pageOf } from '../../src/domain/query/page.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Directory, UseReader } from '../../src/ports/directory.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { MuteStore } from '../../src/ports/mute-store.ts';
import type { Asked, FindPorts, QuerySettings } from './find.ts';
import { finding, missing, nameIn, pick, usage } from './find.ts';

export type PlacePorts = FindPorts & {
  readonly directory: Directory;
  readonly use: UseReader;
  readonly incidents: IncidentStore;
  readonly mutes: MuteStore;
  readonly clock: Clock;
};

/** Open incidents shown beside the containers. */
const INCIDENTS = 5;
const LOOKED_AT = 500;

export async function top(ports: PlacePorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  if (asked.words.length > 0) return inNamespace(ports, settings, asked);
  return show(ports, asked, {
    chosen: () => true,
    scope: async () => ({ kind: 'cluster', cluster: settings.cluster, watched: settings.watched }),
    about: () => false,
  });
}

export function inNamespace(ports: PlacePorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  return named(ports, settings, {
    asked,
    wanted: 'namespace',
    show: (thing) => {
      const name = thing.kind === 'namespace' ? thing.name : '';
      return show(ports, asked, {
        chosen: ({ namespace }) => namespace === name,
        scope: async (pods) => ({ kind: 'namespace', name, pods: pods.length }),
        about: ({ workload }) => workload.namespace === name,
      });
    },
  });
}

export function ofWorkload(ports: PlacePorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  return named(ports, settings, {
    asked,
    wanted: 'workload',
    show: async (thing) => {
      if (thing.kind !== 'workload') return missing('That is no workload.', []);
      const { workload } = thing;
      return show(ports, asked, {
        chosen: (pod) => isOf(pod, workload),
        scope: async (pods) => {
          const mute = await ports.mutes.get(muteKey({ cluster: settings.cluster, workload }));
          const active = isMuted(mute, ports.clock.now()) ? mute : undefined;
          return { kind: 'workload', workload, pods: pods.length, mute: active };
        },
        about: (incident) => isAbout(incident, workload),
      });
    },
  });
}

export function isAbout({ workload }: Incident, { namespace, kind, name }: WorkloadName): boolean {
  return workload.namespace === namespace && workload.kind === kind && workload.name === name;
}

export function onNode(ports: PlacePorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  return named(ports, settings, {
    asked,
    wanted: 'node',
    show: (thing) => {
      const name = thing.kind === 'node' ? thing.name : '';
      return show(ports, asked, {
        chosen: ({ node }) => node === name,
        scope: (pods) => nodeScope(ports, settings, { name, pods, signal: asked.signal }),
        about: ({ lastKill }) => lastKill.node === name,
      });
    },
  });
}

type OnNode = { readonly name: string; readonly pods: readonly PodEntry[]; readonly signal: AbortSignal };

/** The sums are of all its pods, though only those of watched namespaces are listed. */
async function nodeScope(
  { directory }: PlacePorts,
  { watched }: QuerySettings,
  { name, pods, signal }: OnNode,
): Promise<Extract<Scope, { readonly kind: 'node' }>> {
  const [facts, load] = await Promise.all([directory.node(name, signal), directory.nodeLoad(name, signal)]);
  const running = pods.filter((pod) => !isOver(pod));
  return { kind: 'node', name, pods: running.length, facts, load, watched, promised: promisedBy(running) };
}

/** What the scheduler counted, and what the limits together would allow. Pods that are over hold nothing. */
function promisedBy(pods: readonly PodEntry[]) {
  const lines = closestToLimit(pods, []);
  const sum = (sizes: readonly (number | undefined)[]) => toBytes(sizes.reduce<number>((total, size) => total + (size ?? 0), 0));
  return {
    requests: sum(lines.map(({ request }) => request)),
    limits: sum(lines.map(({ limit }) => limit)),
    withoutLimit: lines.filter(({ limit }) => limit === undefined).length,
  };
}

type Named = { readonly asked: Asked; readonly wanted: ThingKind; readonly show: (thing: Thing) => Promise<Answer> };

async function named(ports: PlacePorts, settings: QuerySettings, { asked, wanted, show: showThing }: Named): Promise<Answer> {
  const name = nameIn(asked.words);
  if (name === undefined) return usage(`Name one ${wanted}, in full or in part.`, wanted);
  const found = await finding(ports, { wanted: [wanted], text: name, signal: asked.signal });
  switch (found.kind) {
    case 'unreadable':
      return { kind: 'not-found', problem: found.reason, nearest: [] };
    case 'none':
      return missing(
        `There is no ${wanted} ${name} with pods in ${placeInWords(settings.cluster, settings.watched)}.`,
        found.nearest,
        wanted,
      );
    case 'several':
      return pick({ name, things: found.things, asked, command: wanted });
    case 'one':
      return showThing(found.thing);
  }
}

type Showing = {
  readonly chosen: (pod: PodEntry) => boolean;
  readonly scope: (pods: readonly PodEntry[]) => Promise<Scope>;
  readonly about: (incident: Incident) => boolean;
};

async function show(ports: PlacePorts, asked: Asked, { chosen, scope, about }: Showing): Promise<Answer> {
  const [listing, use, open] = await Promise.all([
    ports.directory.pods(asked.signal),
    ports.use.now(asked.signal),
    ports.incidents.list({ state: 'unresolved', limit: LOOKED_AT }),
  ]);
  const pods = listing.pods.filter(chosen);
  return {
    kind: 'containers',
    scope: await scope(pods),
    lines: pageOf(closestToLimit(pods, valueOf(use) ?? []), { page: asked.page, ask: asked.text }),
    use: whenRead(use),
    incidents: open.filter(about).slice(0, INCIDENTS),
    truncated: listing.truncated,
  };
}

function whenRead(use: Piece<readonly ContainerUse[]>): UseKnown {
  return use.kind === 'known' ? known(use.at, use.source, use.at) : use;
}
