// What every store promises, whoever keeps it: the suite runs on the fakes of the handler tests and on a real Redis.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBytes } from '../../../src/domain/base/memory.ts';
import { after, DAY, toInstant, toMillis } from '../../../src/domain/base/time.ts';
import { advance } from '../../../src/domain/change/proposal.ts';
import type { Incident } from '../../../src/domain/incident/incident.ts';
import { addKill, openIncident, reopenIncident } from '../../../src/domain/incident/incident.ts';
import type { Audit, AuditKeeping } from '../../../src/ports/audit.ts';
import type { DigestTurns } from '../../../src/ports/digest-turns.ts';
import type { IncidentStore } from '../../../src/ports/incident-store.ts';
import type { Job } from '../../../src/ports/job-queue.ts';
import type { KernelReports } from '../../../src/ports/kernel-reports.ts';
import type { KillIntake } from '../../../src/ports/kill-intake.ts';
import type { Ledger } from '../../../src/ports/ledger.ts';
import type { Lock } from '../../../src/ports/lock.ts';
import type { MuteStore } from '../../../src/ports/mute-store.ts';
import type { Once } from '../../../src/ports/once.ts';
import type { ProposalStore } from '../../../src/ports/proposal-store.ts';
import type { StormStore } from '../../../src/ports/storm-store.ts';
import type { WatchRecord } from '../../../src/ports/watch-record.ts';
import { dossier, kill, NOW, proposal, series, withUsage, workload } from '../../support/build.ts';
import { openFor } from '../../support/open-incident.ts';
import { auditContract } from './audit-trail.ts';
import { countedKillsContract } from './counted-kills.ts';
import { digestTurnsContract } from './digest-turns.ts';
import { killedSinceContract } from './killed-since.ts';
import { ledgerContract } from './ledger.ts';
import { mutesContract } from './mutes.ts';
import { stormsContract } from './storms.ts';
import { watchRecordContract } from './watch-record.ts';

/** By NOW, where a store asks what time it is. */
export type StoresUnderTest = {
  readonly intake: KillIntake;
  /** An intake whose queue is away: it records, and then fails. */
  readonly intakeWithoutQueue: KillIntake;
  readonly kernel: KernelReports;
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly audit: Audit & AuditKeeping;
  readonly mutes: MuteStore;
  readonly storms: StormStore;
  readonly watched: WatchRecord;
  readonly ledger: Ledger;
  readonly turns: DigestTurns;
  readonly once: Once;
  readonly lock: Lock;
  /** Jobs handed on so far. */
  jobs(): Promise<readonly Job[]>;
  stop(): Promise<void>;
};

const TWENTY = Array.from({ length: 20 }, (_, index) => index);

export function storesContract(name: string, start: () => Promise<StoresUnderTest>): void {
  describe(`stores contract: ${name}`, () => {
    let stores: StoresUnderTest;

    beforeAll(async () => {
      stores = await start();
    });

    afterAll(async () => {
      await stores.stop();
    });

    const draft =
      (key: string) =>
      (id: string, previousIncidentId: string | undefined): Incident => ({
        ...openIncident({
          id,
          kill: kill({ id: `${key}/first` }),
          workload: workload(),
          channel: 'C1',
          now: NOW,
          previousIncidentId,
        }),
        key,
      });

    const opening = (key: string) => ({ key, add: (incident: Incident) => incident, draft: draft(key) });

    describe('kill intake', () => {
      it('tells a node’s kill once though it is told of on both sides of midnight, and another one of that process number', async () => {
        const midnight = toInstant(Math.floor(NOW / DAY) * DAY);
        const day = midnight / DAY;
        const onDay = (of: number, at: number) =>
          kill({ id: `k/node-1/node/pid-7-day-${of}`, how: 'node', finishedAt: toInstant(midnight + at) });
        const claims = await Promise.all(
          [onDay(day - 1, -1000), onDay(day, 1000)].map((each) => stores.intake.claim(each, 'report')),
        );
        expect(claims.map(({ kind }) => kind).toSorted()).toEqual(['already-seen', 'first-seen']);
        expect((await stores.intake.claim(onDay(day + 1, DAY + 3_600_000), 'report')).kind).toBe('first-seen');
      });

      it('lets one of twenty claims of the same kill be the first, with one job', async () => {
        const claims = await Promise.all(TWENTY.map(() => stores.intake.claim(kill({ id: 'k/same' }), 'report')));
        expect(claims.filter(({ kind }) => kind === 'first-seen')).toHaveLength(1);
        expect((await stores.jobs()).filter((job) => job.step === 'enrich' && job.killId === 'k/same')).toHaveLength(1);
      });

      it('gives a kill back as it was', async () => {
        const told = kill({ id: 'k/round-trip', message: 'with “quotes” and \u0000' });
        await stores.intake.claim(told, 'report');
        expect(await stores.intake.kill('k/round-trip')).toEqual(told);
      });

      it('records silently without a job, and never reports that kill afterwards', async () => {
        expect((await stores.intake.claim(kill({ id: 'k/silent' }), 'record-silently')).kind).toBe('recorded-silently');
        expect((await stores.intake.claim(kill({ id: 'k/silent' }), 'report')).kind).toBe('already-seen');
        expect((await stores.jobs()).some((job) => job.step === 'enrich' && job.killId === 'k/silent')).toBe(false);
      });

      it('looks again at a suspected kill that the runtime marks later, and only once', async () => {
        const suspected = kill({ id: 'prod/pod-9/app/c9', how: 'suspected', reason: 'Error' });
        const marked = kill({ id: 'prod/pod-9/app/c9' });
        expect((await stores.intake.claim(suspected, 'report')).kind).toBe('first-seen');
        expect((await stores.intake.claim(suspected, 'report')).kind).toBe('already-seen');
        expect((await stores.intake.claim(marked, 'report')).kind).toBe('upgraded');
        expect((await stores.intake.claim(marked, 'report')).kind).toBe('already-seen');
        expect((await stores.intake.claim(suspected, 'report')).kind).toBe('already-seen');
        expect(await stores.intake.kill('prod/pod-9/app/c9')).toEqual(marked);
        const jobs = (await stores.jobs()).filter((job) => job.step === 'enrich' && job.killId === 'prod/pod-9/app/c9');
        expect(jobs).toEqual([
          { step: 'enrich', cluster: 'prod', killId: 'prod/pod-9/app/c9' },
          { step: 'enrich', cluster: 'prod', killId: 'prod/pod-9/app/c9', marked: true },
        ]);
      });

      it('does not report the late mark of a child’s kill that was reported when it happened', async () => {
        const child = kill({ id: 'prod/pod-8/app/c8/child-1', how: 'silent', exitCode: undefined, shownIn: 'kernel' });
        expect((await stores.intake.claim(child, 'report')).kind).toBe('first-seen');
        const late = kill({ id: 'prod/pod-8/app/c8', exitCode: 0 });
        expect((await stores.intake.claim(late, 'report')).kind).toBe('recorded-silently');
        const other = kill({ id: 'prod/pod-8/app/c8-next', exitCode: 0 });
        expect((await stores.intake.claim(other, 'report')).kind).toBe('first-seen');
      });

      it.each([
        { container: 'c7', shownIn: 'kernel', how: 'oom-killed', laterMs: 60_000, told: 'first-seen' },
        { container: 'c6', shownIn: 'kernel', how: 'oom-killed', laterMs: 2000, told: 'recorded-silently' },
        { container: 'c5', shownIn: 'kernel', how: 'suspected', laterMs: 0, told: 'recorded-silently' },
        { container: 'c4', shownIn: 'metric', how: 'oom-killed', laterMs: 0, told: 'first-seen' },
      ] as const)(
        'tells a death $laterMs ms after a child’s kill that was told by the $shownIn: $told',
        async ({ container, shownIn, how, laterMs, told }) => {
          const id = `prod/pod-7/app/${container}`;
          const child = kill({ id: `${id}/child-1`, how: 'silent', exitCode: undefined, finishedAt: NOW, shownIn });
          expect((await stores.intake.claim(child, 'report')).kind).toBe('first-seen');
          const death = kill({ id, how, finishedAt: after(NOW, toMillis(laterMs)) });
          expect((await stores.intake.claim(death, 'report')).kind).toBe(told);
          const marked = await stores.intake.claim({ ...death, how: 'oom-killed' }, 'report');
          expect(marked.kind).toBe(how === 'suspected' ? 'recorded-silently' : 'already-seen');
        },
      );

      it.each([
        { name: 'told', container: 'c3', how: 'report', secondsBefore: 20, told: 'recorded-silently' },
        { name: 'told long after', container: 'c2', how: 'report', secondsBefore: 600, told: 'first-seen' },
        { name: 'told before', container: 'c1', how: 'report', secondsBefore: -20, told: 'first-seen' },
        { name: 'left to the kernel', container: 'c0', how: 'record-silently', secondsBefore: 20, told: 'first-seen' },
      ] as const)('tells what an agent finds afterwards and a counter has $name: $told', async (given) => {
        const id = `prod/pod-6/app/${given.container}`;
        const counted = kill({
          id: `${id}/child-count-1`,
          how: 'silent',
          exitCode: undefined,
          finishedAt: NOW,
          shownIn: 'metric',
        });
        await stores.intake.claim(counted, given.how);
        const at = toInstant(NOW - given.secondsBefore * 1000);
        const found = await stores.intake.claim(
          { ...counted, id: `${id}/child-boot-1`, finishedAt: at, shownIn: 'kernel' },
          'report',
        );
        expect(found.kind).toBe(given.told);
      });

      it('hands on again what a crash left between recording and queueing, whoever comes upon it', async () => {
        const jobOf = async (killId: string) =>
          (await stores.jobs()).filter((job) => job.step === 'enrich' && job.killId === killId);
        for (const id of ['k/crashed', 'k/crashed-too']) {
          await expect(stores.intakeWithoutQueue.claim(kill({ id }), 'report')).rejects.toThrow();
          expect(await jobOf(id)).toEqual([]);
        }
        expect((await stores.intake.claim(kill({ id: 'k/crashed' }), 'report')).kind).toBe('already-seen');
        expect(await jobOf('k/crashed')).toHaveLength(1);
        expect(await stores.intake.resume()).toBe(1);
        expect(await jobOf('k/crashed-too')).toHaveLength(1);
        expect((await stores.intake.claim(kill({ id: 'k/crashed' }), 'report')).kind).toBe('already-seen');
        expect(await jobOf('k/crashed')).toHaveLength(1);
      });
    });

    it('keeps the kernel’s reports of a container, each as it first came, the newest first', async () => {
      const instance = { cluster: 'prod', podUid: 'p1', containerId: 'c1' };
      const victim = { pid: 1, command: 'café', resident: toBytes(1024) };
      const report = { key: 'boot-1', kill: { victim, scope: 'container', line: 'Killed process 1' }, at: NOW } as const;
      expect(await stores.kernel.find(instance)).toEqual([]);
      const later = { ...report, key: 'boot-2', at: after(NOW, toMillis(1000)) };
      for (const each of [later, report, { ...report, at: later.at }]) await stores.kernel.save(instance, each);
      expect(await stores.kernel.find(instance)).toEqual([later, report]);
      const sibling = { ...report, key: 'boot-3', at: after(NOW, toMillis(500)) };
      await stores.kernel.save({ ...instance, containerId: 'c2' }, sibling);
      expect(await stores.kernel.inPod(instance)).toEqual([later, sibling, report]);
      expect(await stores.kernel.inPod({ ...instance, podUid: 'p2' })).toEqual([]);
      expect(await stores.kernel.missedBy(instance)).toBeUndefined();
      await stores.kernel.missed(instance, 'prod/p1/app/c1');
      expect(await stores.kernel.missedBy(instance)).toBe('prod/p1/app/c1');
      expect(await stores.kernel.missedBy({ ...instance, containerId: 'c2' })).toBeUndefined();
      const many = Array.from({ length: 100 }, (_, index) => ({
        ...report,
        key: `many-${index}`,
        at: after(NOW, toMillis(2000 + index)),
      }));
      for (const each of many) await stores.kernel.save(instance, each);
      expect((await stores.kernel.find(instance)).map(({ key }) => key)).toEqual(
        many
          .slice(-64)
          .map(({ key }) => key)
          .toReversed(),
      );
    });

    describe('ledger', () => ledgerContract(() => stores));

    describe('incidents', () => {
      it('opens one for twenty who ask at once', async () => {
        const opened = await Promise.all(TWENTY.map(() => openFor(stores.incidents, 'key-1', draft('key-1'))));
        expect(new Set(opened.map(({ incident }) => incident.id)).size).toBe(1);
        expect(opened.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
      });

      it('loses no change of twenty at once', async () => {
        const { incident } = await openFor(stores.incidents, 'key-2', draft('key-2'));
        await Promise.all(
          TWENTY.slice(0, 10).map((index) =>
            stores.incidents.update(incident.id, (current) => addKill(current, kill({ id: `many/${index}` }))),
          ),
        );
        expect((await stores.incidents.get(incident.id))?.killCount).toBe(11);
      });

      it('gives one back as it was, and stores nothing when nothing changed', async () => {
        const { incident } = await openFor(stores.incidents, 'key-3', draft('key-3'));
        const posted = { channel: 'C1', id: '1', fingerprint: 'x', thread: '0', gist: 'g', killId: 'key-3/first', shownAt: NOW };
        const thread = incident.thread.map((entry) => ({ ...entry, posted }));
        const kept = await stores.incidents.update(incident.id, (current) => ({ ...current, thread }));
        expect(await stores.incidents.get(incident.id)).toEqual(kept);
        expect((await stores.incidents.update(incident.id, (current) => current)).version).toBe(kept.version);
      });

      it('frees the key when resolved, and the next names the one before', async () => {
        const { incident } = await openFor(stores.incidents, 'key-4', draft('key-4'));
        await stores.incidents.update(incident.id, (current) => ({ ...current, state: 'resolved', resolvedAt: NOW }));
        expect(await stores.incidents.findOpen('key-4')).toBeUndefined();
        const next = await stores.incidents.count({ ...opening('key-4'), killId: 'key-4/second' });
        expect(next).toMatchObject({ kind: 'opened', incident: { previousIncidentId: incident.id } });
        const unresolved = await stores.incidents.list({ state: 'unresolved', limit: 100 });
        expect(unresolved.map(({ id }) => id)).not.toContain(incident.id);
        expect((await stores.incidents.list({ state: 'all', limit: 100 })).map(({ id }) => id)).toContain(incident.id);
      });

      it('opens the last one again for twenty who ask at once, when it is to', async () => {
        const { incident } = await openFor(stores.incidents, 'key-5', draft('key-5'));
        await stores.incidents.update(incident.id, (current) => ({ ...current, state: 'resolved', resolvedAt: NOW }));
        const again = (last: Incident): Incident => reopenIncident(last, kill({ id: 'key-5/second' }), NOW);
        const opened = await Promise.all(
          TWENTY.map(() => stores.incidents.count({ ...opening('key-5'), killId: 'key-5/second', reopen: again })),
        );
        expect(new Set(opened.map((each) => each.incident.id))).toEqual(new Set([incident.id]));
        expect(opened.filter(({ kind }) => kind === 'reopened')).toHaveLength(1);
        expect(await stores.incidents.findOpen('key-5')).toMatchObject({ state: 'open', killCount: 2 });
        const unresolved = await stores.incidents.list({ state: 'unresolved', limit: 100 });
        expect(unresolved.map(({ id }) => id)).toContain(incident.id);
      });

      countedKillsContract(() => stores);
      killedSinceContract(() => stores);

      it('refuses to change one that is not there', async () => {
        await expect(stores.incidents.update('OOM-1', (current) => current)).rejects.toMatchObject({ name: 'PermanentError' });
      });

      it('gives a dossier back as it was', async () => {
        const { diagnosis } = dossier();
        const kept = dossier({ evidence: withUsage(series(2, () => 200)), diagnosis: { ...diagnosis, shown: diagnosis } });
        await stores.incidents.saveDossier('OOM-1', kept);
        expect(await stores.incidents.dossier('OOM-1')).toEqual(kept);
        expect(await stores.incidents.dossier('OOM-2')).toBeUndefined();
      });
    });

    describe('proposals', () => {
      it('lets one of two deciders win', async () => {
        const made = await stores.proposals.create((id) => proposal({ id }));
        const moves = ['UBOB', 'UCAROL'].map((by) => advance(made, { kind: 'approve', by, needed: 1, hash: 'h1' }, NOW));
        const results = await Promise.all(
          moves.map(async (move) => (move.kind === 'moved' ? stores.proposals.replace(move.proposal) : undefined)),
        );
        expect(results.filter((result) => result?.kind === 'stored')).toHaveLength(1);
        expect(results.filter((result) => result?.kind === 'conflict')).toHaveLength(1);
      });

      it('gives a proposal back as it was, and lists it until it has ended', async () => {
        const made = await stores.proposals.create((id) => proposal({ id, route: 'live-override', automatic: true }));
        expect(await stores.proposals.get(made.id)).toEqual(made);
        expect((await stores.proposals.listActive()).map(({ id }) => id)).toContain(made.id);
        const ended = advance(made, { kind: 'expire' }, NOW);
        if (ended.kind === 'moved') await stores.proposals.replace(ended.proposal);
        expect((await stores.proposals.listActive()).map(({ id }) => id)).not.toContain(made.id);
      });
    });

    describe('the audit', () => auditContract(() => stores));
    describe('mutes', () => mutesContract(() => stores));
    describe('storms', () => stormsContract(() => stores));
    describe('the watch record', () => watchRecordContract(() => stores));

    describe('turns of digests', () => digestTurnsContract(() => stores));

    it('claims a key once until its time is over', async () => {
      const claims = await Promise.all(TWENTY.map(() => stores.once.claim('click-1', 60_000)));
      expect(claims.filter((claim) => claim === 'first')).toHaveLength(1);
      expect(await stores.once.claim('click-2', 1)).toBe('first');
    });

    it('lets one hold a lock, and frees it afterwards', async () => {
      const inside = await stores.lock.holding('sweep', 60_000, () => stores.lock.holding('sweep', 60_000, async () => 'both'));
      expect(inside).toBe('held-elsewhere');
      expect(await stores.lock.holding('sweep', 60_000, async () => 'free again')).toBe('free again');
      await expect(stores.lock.holding('sweep', 60_000, () => Promise.reject(new Error('work failed')))).rejects.toThrow(
        'work failed',
      );
      expect(await stores.lock.holding('sweep', 60_000, async () => 'free after a failure')).toBe('free after a failure');
    });
  });
}
