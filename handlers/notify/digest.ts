// Digests: at its time each channel that had incidents gets one, once however many workers run. Planning hands a job for each channel to the queue, under
// a name that is the same for all; telling looks for the message first when it may have been sent before.

import type { Piece } from '../../src/domain/base/piece.ts';
import { known } from '../../src/domain/base/piece.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import { DAY } from '../../src/domain/base/time.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import type { Digest, DigestPeriod } from '../../src/domain/incident/digest.ts';
import { beginOf, digestOf, isRecent, isWorthTelling } from '../../src/domain/incident/digest.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import type { Tightening } from '../../src/domain/sizing/tighten.ts';
import { tightenings } from '../../src/domain/sizing/tighten.ts';
import type { Directory } from '../../src/ports/directory.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Messenger } from '../../src/ports/messenger.ts';
import type { Namespaces } from '../../src/ports/namespaces.ts';
import type { Once } from '../../src/ports/once.ts';
import type { PeakReader } from '../../src/ports/peak-reader.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { RouteSettings } from '../explain/route.ts';
import { routeOf } from '../explain/route.ts';

export type DigestPorts = {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly queue: JobQueue;
  readonly messenger: Messenger;
  readonly once: Once;
  readonly directory: Directory;
  readonly peaks: PeakReader;
  readonly namespaces: Namespaces;
  readonly log: Log;
};

export type DigestSettings = RouteSettings & { readonly cluster: string };

export type DigestInput = { readonly period: DigestPeriod; readonly channel: string; readonly at: Instant };

export type DigestOutcome = { readonly kind: 'told' } | { readonly kind: 'told-before' } | { readonly kind: 'nothing-to-tell' };

const LOOKED_AT = 1000;
const REMEMBERED_MS = 30 * DAY;
const HINTS = 5;

/** `at`: when the schedule said, which is the same for every worker. */
export function createPlanDigests(ports: Pick<DigestPorts, 'incidents' | 'queue'>, settings: Pick<RouteSettings, 'channel'>) {
  return async function planDigests({ period, at }: Omit<DigestInput, 'channel'>): Promise<{ readonly channels: number }> {
    const from = beginOf(period, at);
    const incidents = (await ports.incidents.list({ state: 'all', limit: LOOKED_AT })).filter((each) => isRecent(each, from));
    const channels = new Set([...incidents.map(({ channel }) => channel), ...(period === 'weekly' ? [settings.channel] : [])]);
    for (const channel of channels) await ports.queue.enqueue({ step: 'digest', period, channel, at });
    return { channels: channels.size };
  };
}

export function createTellDigest(ports: DigestPorts, settings: DigestSettings) {
  return async function tellDigest(input: DigestInput, signal: AbortSignal): Promise<DigestOutcome> {
    const key = `digest/${input.period}/${input.at}`;
    const place = { channel: input.channel, key };
    if ((await ports.once.claim(`${key}/${input.channel}`, REMEMBERED_MS)) === 'again') {
      if ((await ports.messenger.find(place, input.at)) !== undefined) return { kind: 'told-before' };
    }
    const digest = await gather(ports, settings, { input, signal });
    if (!isWorthTelling(digest)) return { kind: 'nothing-to-tell' };
    await ports.messenger.post({ kind: 'digest', digest }, place);
    ports.log.info('digest told', { period: input.period, channel: input.channel, kills: digest.kills });
    return { kind: 'told' };
  };
}

type Gathering = { readonly input: DigestInput; readonly signal: AbortSignal };

async function gather(ports: DigestPorts, settings: DigestSettings, { input, signal }: Gathering): Promise<Digest> {
  const { period, channel, at } = input;
  const from = beginOf(period, at);
  const all = await ports.incidents.list({ state: 'all', limit: LOOKED_AT });
  const incidents = all.filter((incident) => incident.channel === channel && isRecent(incident, from));
  const [proposals, tighten] = await Promise.all([
    proposalsOf(ports, incidents),
    tooWide(ports, settings, { channel, killed: incidents, signal }),
  ]);
  return digestOf({ period, until: at, incidents, proposals, tighten });
}

async function proposalsOf({ proposals }: DigestPorts, incidents: readonly Incident[]): Promise<readonly Proposal[]> {
  const ids = incidents.flatMap(({ thread }) =>
    thread.flatMap(({ subject }) => (subject.kind === 'proposal' ? [subject.proposalId] : [])),
  );
  const found = await Promise.all([...new Set(ids)].map((id) => proposals.get(id)));
  return found.flatMap((proposal) => proposal ?? []);
}

type Wide = { readonly channel: string; readonly killed: readonly Incident[]; readonly signal: AbortSignal };

/** Of the workloads whose incidents would come to this channel, and that were not killed lately. */
async function tooWide(
  ports: DigestPorts,
  settings: DigestSettings,
  { channel, killed, signal }: Wide,
): Promise<Piece<readonly Tightening[]>> {
  const peaks = await ports.peaks.peaks(signal);
  if (peaks.kind === 'unavailable') return peaks;
  const { pods } = await ports.directory.pods(signal);
  const found: Tightening[] = [];
  for (const hint of tightenings(pods, peaks.value)) {
    if (found.length >= HINTS) break;
    if (!killed.some((incident) => isSame(incident, hint)) && (await isTold(ports, settings, { hint, channel })))
      found.push(hint);
  }
  return known(found, peaks.source, peaks.at);
}

function isSame({ workload, container }: Incident, hint: Tightening): boolean {
  const { namespace, kind, name } = hint.workload;
  return workload.namespace === namespace && workload.kind === kind && workload.name === name && container === hint.container;
}

/** Where a first kill of it would be told: what its pods' labels and annotations ask for is not known here. */
async function isTold(
  ports: DigestPorts,
  settings: DigestSettings,
  { hint, channel }: { readonly hint: Tightening; readonly channel: string },
): Promise<boolean> {
  const { namespace, kind } = hint.workload;
  const place = { cluster: settings.cluster, namespace, kind };
  const route = await routeOf(ports, settings, { place: { ...place, labels: {}, severity: 'warning' }, wish: {} });
  return route.channel === channel;
}
