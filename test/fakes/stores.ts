// The stores in memory, held to the same contract as the real ones (test/contract/stores/stores.ts). Values are copied in and out, as a real store does.

import { createHash } from 'node:crypto';
import type { AuditEvent } from '../../src/domain/audit/audit.ts';
import { proposalEvent } from '../../src/domain/audit/audit.ts';
import type { ChainHead, ChainRecord } from '../../src/domain/audit/chain.ts';
import { GENESIS, linkAfter } from '../../src/domain/audit/chain.ts';
import { DAY, toInstant } from '../../src/domain/base/time.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import type { Presence } from '../../src/domain/coverage/presence.ts';
import type { Dossier, Incident } from '../../src/domain/incident/incident.ts';
import type { Mute } from '../../src/domain/incident/mute.ts';
import { muteKey } from '../../src/domain/incident/mute.ts';
import type { Storm, StormMember } from '../../src/domain/incident/storm.ts';
import { startStorm } from '../../src/domain/incident/storm.ts';
import { happenedAt } from '../../src/domain/kill/oom-kill.ts';
import type { LedgerPage, LedgerSubject } from '../../src/domain/sizing/ledger.ts';
import { EMPTY_PAGE, merged, rememberedSince } from '../../src/domain/sizing/ledger.ts';
import type { Audit, AuditKeeping } from '../../src/ports/audit.ts';
import { fitsFilter } from '../../src/ports/audit.ts';
import { PermanentError } from '../../src/ports/fault.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { Job, JobQueue } from '../../src/ports/job-queue.ts';
import type { ContainerInstance, KernelReports, TimedReport } from '../../src/ports/kernel-reports.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { Lock } from '../../src/ports/lock.ts';
import type { MuteStore } from '../../src/ports/mute-store.ts';
import type { Once } from '../../src/ports/once.ts';
import type { PresenceBoard } from '../../src/ports/presence.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { StormPlace, StormQuestion, StormStore } from '../../src/ports/storm-store.ts';

export type FakeQueue = JobQueue & { readonly jobs: Job[] };

/** Jobs in the order they came; a job that waits already is not added again. */
export function fakeQueue(): FakeQueue {
  const jobs: Job[] = [];
  return {
    jobs,
    async enqueue(job) {
      if (!jobs.some((known) => JSON.stringify(known) === JSON.stringify(job))) jobs.push(job);
    },
  };
}

export function fakeKernelReports(): KernelReports {
  const reports = new Map<string, readonly TimedReport[]>();
  const missed = new Map<string, string>();
  const read = (key: string): readonly TimedReport[] => structuredClone(reports.get(key) ?? []);
  const containerKey = (of: Pick<ContainerInstance, 'cluster' | 'containerId'>): string =>
    `${of.cluster}/container/${of.containerId}`;
  const podKey = (of: Pick<ContainerInstance, 'cluster' | 'podUid'>): string => `${of.cluster}/pod/${of.podUid}`;
  return {
    async save(instance, report) {
      for (const place of [containerKey(instance), podKey(instance)]) {
        const known = read(place);
        if (known.some(({ key }) => key === report.key)) continue;
        reports.set(place, [...known, structuredClone(report)].toSorted((a, b) => b.at - a.at).slice(0, 64));
      }
    },
    find: async (instance) => read(containerKey(instance)),
    missed: async (instance, killId) => {
      missed.set(containerKey(instance), killId);
    },
    missedBy: async (instance) => missed.get(containerKey(instance)),
    inPod: async (pod) => read(podKey(pod)),
  };
}

export function fakeIncidents(): IncidentStore {
  const incidents = new Map<string, Incident>();
  const dossiers = new Map<string, Dossier>();
  const last = new Map<string, string>();
  /** Which incident counts a kill. */
  const counted = new Map<string, string>();
  let number = 1000;
  const keep = (killId: string, incident: Incident, version: number): Incident => {
    const stored = { ...incident, version };
    incidents.set(stored.id, structuredClone(stored));
    counted.set(killId, stored.id);
    return stored;
  };
  const openOf = (key: string): Incident | undefined =>
    [...incidents.values()].find((each) => each.key === key && each.state !== 'resolved');
  return {
    get: async (id) => structuredClone(incidents.get(id)),
    findOpen: async (key) => structuredClone(openOf(key)),
    async count({ key, killId, add, draft, reopen }) {
      const by = incidents.get(counted.get(killId) ?? '');
      if (by !== undefined) return { kind: 'known', incident: structuredClone(by) };
      const open = openOf(key);
      if (open !== undefined) {
        const found = structuredClone(open);
        const added = add(found);
        if (added === found) return { kind: 'known', incident: found };
        return { kind: 'counted', incident: keep(killId, added, open.version + 1) };
      }
      const previous = incidents.get(last.get(key) ?? '');
      const again = previous === undefined ? undefined : reopen?.(structuredClone(previous));
      if (previous !== undefined && again !== undefined)
        return { kind: 'reopened', incident: keep(killId, again, previous.version + 1) };
      number += 1;
      return { kind: 'opened', incident: keep(killId, draft(`OOM-${number}`, last.get(key)), 1) };
    },
    async update(id, change) {
      const current = incidents.get(id);
      if (current === undefined) throw new PermanentError(`incident ${id} is not there`, { code: 'OOM_STORE_CONTENT' });
      const next = change(current);
      if (next === current) return structuredClone(current);
      const stored = { ...next, version: current.version + 1 };
      incidents.set(id, structuredClone(stored));
      if (stored.state === 'resolved') last.set(stored.key, id);
      return stored;
    },
    list: async ({ state, limit }) =>
      structuredClone(
        [...incidents.values()]
          .filter((each) => state === 'all' || each.state !== 'resolved')
          .toReversed()
          .slice(0, limit),
      ),
    killedSince: async (since, limit) =>
      structuredClone(
        [...incidents.values()]
          .filter(({ lastKill }) => happenedAt(lastKill) >= since)
          .toSorted((a, b) => happenedAt(b.lastKill) - happenedAt(a.lastKill))
          .slice(0, limit),
      ),
    async saveDossier(id, dossier) {
      dossiers.set(id, structuredClone(dossier));
    },
    dossier: async (id) => structuredClone(dossiers.get(id)),
  };
}

export function fakeStorms(): StormStore {
  const storms = new Map<string, Storm>();
  const members = new Map<string, StormMember[]>();
  const places = new Map<string, StormPlace>();
  const alone = new Map<string, number[]>();
  const decide = ({ incidentId, channel, now, rules }: StormQuestion): StormPlace => {
    const raging = [...storms.values()].find(
      (storm) => storm.channel === channel && now - (members.get(storm.id)?.at(-1)?.joinedAt ?? 0) < rules.overAfter,
    );
    const lately = (alone.get(channel) ?? []).filter((at) => at > now - rules.within && at <= now + rules.within);
    if (raging === undefined && lately.length < rules.incidents) {
      alone.set(channel, [...lately, now]);
      return { kind: 'alone' };
    }
    const storm = raging ?? startStorm(`${channel}-${now}`, channel, now);
    storms.set(storm.id, storm);
    for (const [id, { startedAt }] of storms) if (startedAt < now - 90 * DAY) storms.delete(id);
    members.set(storm.id, [...(members.get(storm.id) ?? []), { incidentId, joinedAt: now }]);
    return { kind: 'storm', stormId: storm.id };
  };
  return {
    async place(question) {
      const placed = places.get(question.incidentId) ?? decide(question);
      places.set(question.incidentId, placed);
      return placed;
    },
    get: async (id) => structuredClone(storms.get(id)),
    members: async (id) => structuredClone(members.get(id) ?? []),
    async update(id, change) {
      const current = storms.get(id);
      if (current === undefined) throw new PermanentError(`storm ${id} is not there`, { code: 'OOM_STORE_CONTENT' });
      const next = change(current);
      if (next === current) return structuredClone(current);
      const stored = { ...next, version: current.version + 1 };
      storms.set(id, structuredClone(stored));
      return stored;
    },
    recent: async (since) => structuredClone([...storms.values()].filter(({ startedAt }) => startedAt >= since).toReversed()),
  };
}

const ENDED: readonly Proposal['state']['kind'][] = ['refused', 'expired', 'closed'];

export type FakeAudit = Audit & AuditKeeping & { readonly events: AuditEvent[] };

/** Told on every stored proposal, as the real store tells itself. The newest event is the last. */
export function fakeAudit(): FakeAudit {
  const events: AuditEvent[] = [];
  const chained: ChainRecord[] = [];
  const settle = async (): Promise<number> => {
    const waiting = events.slice(chained.length);
    for (const event of waiting) chained.push(linkAfter(chained.at(-1) ?? GENESIS, structuredClone(event), digest));
    return waiting.length;
  };
  let removed = 0;
  return {
    events,
    settle,
    async append(event) {
      events.push(structuredClone(event));
      await settle();
    },
    async history(filter) {
      await settle();
      const entries = chained
        .slice(removed)
        .map(({ sequence, hash }, index) => ({ sequence, hash, event: eventAt(events, removed + index) }));
      const fitting = entries.filter(({ event }) => fitsFilter(event, filter));
      return { entries: structuredClone(fitting.toReversed().slice(0, filter.limit)), complete: true };
    },
    async ofProposal(proposalId) {
      await settle();
      return structuredClone(events.filter((event) => event.proposalId === proposalId));
    },
    async *records() {
      yield* structuredClone(chained.slice(removed));
    },
    head: async () => headOf(chained.at(-1)),
    async keepSince(oldest, now) {
      await settle();
      const stays = events.findIndex(({ at }, index) => index >= removed && at >= oldest);
      const through = stays < 0 ? chained.length : stays;
      if (through <= removed) return 0;
      const count = through - removed;
      const last = headOf(chained[through - 1]);
      const outcome = `records up to ${last.sequence} are older than the configuration keeps them`;
      const gone = { through: last.sequence, hash: last.hash };
      events.push({ at: now, actor: { kind: 'headroom' }, action: 'retention', result: 'done', outcome, removed: gone });
      await settle();
      removed = through;
      return count;
    },
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function headOf(record: ChainRecord | undefined): ChainHead {
  return record === undefined ? GENESIS : { sequence: record.sequence, hash: record.hash };
}

function eventAt(events: readonly AuditEvent[], index: number): AuditEvent {
  const event = events[index];
  if (event === undefined) throw new RangeError(`there is no event ${index}`);
  return event;
}

/** `audit`: where every stored version is recorded. */
export function fakeProposals(audit: Pick<FakeAudit, 'events'> = fakeAudit()): ProposalStore {
  const proposals = new Map<string, Proposal>();
  return {
    async create(draft) {
      const proposal = draft(`P-${proposals.size + 1}`);
      proposals.set(proposal.id, structuredClone(proposal));
      audit.events.push(proposalEvent(proposal));
      return proposal;
    },
    get: async (id) => structuredClone(proposals.get(id)),
    async replace(next) {
      const current = proposals.get(next.id);
      if (current === undefined) throw new PermanentError(`proposal ${next.id} is not there`, { code: 'OOM_STORE_CONTENT' });
      if (current.version !== next.version - 1) return { kind: 'conflict', current: structuredClone(current) };
      proposals.set(next.id, structuredClone(next));
      audit.events.push(proposalEvent(next));
      return { kind: 'stored', proposal: next };
    },
    listActive: async () => structuredClone([...proposals.values()].filter(({ state }) => !ENDED.includes(state.kind))),
  };
}

export function fakeMutes(now: () => number): MuteStore {
  const mutes = new Map<string, Mute>();
  return {
    get: async (key) => structuredClone(mutes.get(key)),
    async put(mute) {
      mutes.set(muteKey(mute), structuredClone(mute));
    },
    async remove(key) {
      const old = mutes.get(key);
      mutes.delete(key);
      return old;
    },
    list: async () => structuredClone([...mutes.values()].filter(({ until }) => until > now())),
  };
}

export function fakeLedger(now: () => number): Ledger {
  const subjects = new Map<string, LedgerSubject>();
  const pages = new Map<string, LedgerPage>();
  const pageOf = (key: string): LedgerPage => pages.get(key) ?? EMPTY_PAGE;
  return {
    async noteKill(subject, kill) {
      subjects.delete(subject.key);
      subjects.set(subject.key, structuredClone(subject));
      const kills = [...pageOf(subject.key).kills.filter(({ at }) => at !== kill.at), kill].toSorted((a, b) => a.at - b.at);
      pages.set(
        subject.key,
        structuredClone({ ...pageOf(subject.key), kills: kills.filter(({ at }) => at >= rememberedSince(toInstant(now()))) }),
      );
    },
    async noteChange(key, change) {
      const old = pageOf(key).change;
      if (!subjects.has(key) || old?.proposalId === change.proposalId || (old !== undefined && old.at > change.at)) return;
      pages.set(key, structuredClone({ ...pageOf(key), change }));
    },
    async noteTold(key, { proposalId, stage }) {
      const { change } = pageOf(key);
      if (change?.proposalId !== proposalId || change.told.includes(stage)) return;
      pages.set(key, { ...pageOf(key), change: { ...change, told: [...change.told, stage] } });
    },
    async notePeaks(key, peaks) {
      const kept = merged([...pageOf(key).peaks, ...peaks]).filter(({ at }) => at >= rememberedSince(toInstant(now())));
      pages.set(key, structuredClone({ ...pageOf(key), peaks: kept }));
    },
    read: async (key) => structuredClone(pageOf(key)),
    list: async (cluster) =>
      structuredClone([...subjects.values()].filter(({ workload }) => workload.cluster === cluster).toReversed()),
  };
}

export function fakePresence(): PresenceBoard {
  const there = new Map<string, Presence>();
  return {
    async say(presence) {
      there.set(presence.process, structuredClone(presence));
    },
    async leave(process) {
      there.delete(process);
    },
    list: async () => structuredClone([...there.values()]),
  };
}

export function fakeOnce(now: () => number): Once {
  const until = new Map<string, number>();
  return {
    async claim(key, ttlMs) {
      if ((until.get(key) ?? 0) > now()) return 'again';
      until.set(key, now() + ttlMs);
      return 'first';
    },
  };
}

/** Whoever holds it never dies. */
export function fakeLock(): Lock {
  const held = new Set<string>();
  const { signal } = new AbortController();
  return {
    async holding(name, _ttlMs, work) {
      if (held.has(name)) return 'held-elsewhere';
      held.add(name);
      try {
        return await work(signal);
      } finally {
        held.delete(name);
      }
    },
  };
}
