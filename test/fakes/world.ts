// A whole bot on fakes: every port in memory, a cluster with one template, a Slack that keeps messages by their key, and a switch that makes the
// n-th port call crash, before or after it did its work.

import { known, unavailable } from '../../src/domain/base/piece.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import { DAY, toInstant } from '../../src/domain/base/time.ts';
import type { TemplateState } from '../../src/domain/change/change.ts';
import type { RolloutStatus } from '../../src/domain/change/verdict.ts';
import type { WatchScope } from '../../src/domain/coverage/watched.ts';
import { PAUSE_MS } from '../../src/domain/coverage/watched.ts';
import type { PostedMessage } from '../../src/domain/incident/incident.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { EvidenceReader, UsageReader } from '../../src/ports/evidence-reader.ts';
import type { Message, Messenger } from '../../src/ports/messenger.ts';
import type { People, Person } from '../../src/ports/people.ts';
import type { WorkloadEditor, WriteResult } from '../../src/ports/workload-editor.ts';
import { ago, digest, evidence, NOW, size, surroundings, templateContainer, templateState, workload } from '../support/build.ts';
import { testKeys } from '../support/keys.ts';
import { fakeIntake } from './intake.ts';
import { fakeRepositories } from './repositories.ts';
import type { FakeQueue } from './stores.ts';
import {
  fakeAudit,
  fakeIncidents,
  fakeKernelReports,
  fakeLedger,
  fakeLock,
  fakeMutes,
  fakeOnce,
  fakeProposals,
  fakeQueue,
  fakeStorms,
} from './stores.ts';
import { silentLog, silentMeter } from './telemetry.ts';
import { fakeWatchRecord } from './watch-record.ts';

export type FakeClock = Clock & { advance(lengthMs: number): void };

/** Notes that it watches those scopes all the time, but while it is away. */
type FakeWatcher = { away: boolean; scopes: readonly WatchScope[] };

export type FakeSlack = Messenger & {
  readonly sent: { readonly key: string; readonly kind: Message['kind']; text: string }[];
  edits: number;
};

export type FakeEditor = WorkloadEditor & {
  template: TemplateState;
  writes: number;
  /** What dry run and write answer instead of doing it. */
  refusal: Exclude<WriteResult, { readonly kind: 'written' }> | undefined;
  status: RolloutStatus;
};

export function fakeClock(): FakeClock {
  let now: number = NOW;
  return {
    now: () => toInstant(now),
    advance(lengthMs) {
      now += lengthMs;
    },
  };
}

/** What a reader would see of it: without the thread, which holds earlier fingerprints, and without the version. */
function shown(message: Message): string {
  return JSON.stringify(message, (name, value: unknown) => (name === 'thread' || name === 'version' ? undefined : value));
}

function fakeSlack(): FakeSlack {
  const slack: FakeSlack = {
    sent: [],
    edits: 0,
    fingerprint: shown,
    async post(message, place): Promise<PostedMessage> {
      slack.sent.push({ key: place.key, kind: message.kind, text: shown(message) });
      return { channel: place.channel, id: String(slack.sent.length), fingerprint: shown(message) };
    },
    async edit(message, posted) {
      slack.edits += 1;
      const sent = slack.sent[Number(posted.id) - 1];
      if (sent !== undefined) sent.text = shown(message);
      return { ...posted, fingerprint: shown(message) };
    },
    async find(place) {
      const index = slack.sent.findIndex(({ key }) => key === place.key);
      const found = slack.sent[index];
      return found === undefined ? undefined : { channel: place.channel, id: String(index + 1), fingerprint: 'unknown' };
    },
  };
  return slack;
}

function fakeEditor(): FakeEditor {
  const editor: FakeEditor = {
    template: templateState(),
    writes: 0,
    refusal: undefined,
    status: { kind: 'complete', message: '3 pods run with it' },
    read: async () => structuredClone(editor.template),
    dryRun: async () => editor.refusal ?? { kind: 'written', generation: editor.template.generation + 1 },
    async apply({ after }) {
      if (editor.refusal !== undefined) return editor.refusal;
      editor.writes += 1;
      const [container = templateContainer()] = editor.template.containers;
      const sized = (bytes: number | undefined) => (bytes === undefined ? undefined : size(bytes / 2 ** 20));
      const resources = { limit: sized(after.limit), request: sized(after.request) };
      editor.template = {
        ...editor.template,
        generation: editor.template.generation + 1,
        containers: [{ ...container, resources }],
      };
      return { kind: 'written', generation: editor.template.generation };
    },
    pods: async () => [],
    rehearsePod: async () => ({ kind: 'passed' }),
    proceed: async () => [],
    note: async () => undefined,
    rollout: async () => editor.status,
  };
  return editor;
}

export function fakePeople(standing: Person['standing'] = 'full'): People {
  return {
    person: async (id) => ({ id, name: id, standing }),
    members: async () => known([], 'fake', NOW),
  };
}

/** Throws at the n-th call of any method of the wrapped ports: 'before' it does anything, or 'after' it did it and its answer was lost. */
export type Crash = { readonly at: number; readonly when: 'before' | 'after' };

export class Crashed extends Error {
  override readonly name = 'Crashed';
}

/** After its crash nothing of the process reaches a port any more, until it is started again. */
function crashing(crash: Crash | undefined) {
  let calls = 0;
  let dead = false;
  const die = (where: string): never => {
    dead = true;
    throw new Crashed(where);
  };
  return {
    calls: () => calls,
    revive(): void {
      dead = false;
    },
    /** The same port, with every asynchronous method counted. */
    wrap<Port extends object>(port: Port): Port {
      return new Proxy(port, {
        get(target, name, receiver): unknown {
          const method: unknown = Reflect.get(target, name, receiver);
          if (typeof method !== 'function' || name === 'now' || name === 'fingerprint') return method;
          return async (...args: readonly unknown[]): Promise<unknown> => {
            if (dead) throw new Crashed(`${String(name)} of a dead process`);
            calls += 1;
            const mine = calls;
            if (crash?.at === mine && crash.when === 'before') die(`before ${String(name)}`);
            const result: unknown = await Reflect.apply(method, target, args);
            if (crash?.at === mine && crash.when === 'after') die(`after ${String(name)}`);
            return result;
          };
        },
      });
    },
  };
}

export type FakeWorld = ReturnType<typeof createFakeWorld>;

/** A clock by which a watcher watches, and what it notes. */
function watchedClock(cluster: string) {
  const watcher: FakeWatcher = { away: false, scopes: [cluster] };
  const watched = fakeWatchRecord();
  const clock = fakeClock();
  const note = (at: Instant): void => {
    if (!watcher.away) for (const scope of watcher.scopes) void watched.note(scope, at);
  };
  const pass = (from: Instant, to: Instant): void => {
    for (let at: number = from; at < to; at += PAUSE_MS) note(toInstant(at));
    note(to);
  };
  pass(ago(DAY), NOW);
  return {
    watcher,
    watched,
    clock: {
      now: clock.now,
      advance(lengthMs: number) {
        const from = clock.now();
        clock.advance(lengthMs);
        pass(from, clock.now());
      },
    },
  };
}

export function createFakeWorld(crash?: Crash) {
  const { wrap, calls, revive } = crashing(crash);
  const { watcher, watched, clock } = watchedClock(workload().cluster);
  const queue: FakeQueue = fakeQueue();
  const slack = fakeSlack();
  const editor = fakeEditor();
  const wrappedQueue = wrap({ enqueue: queue.enqueue });
  const reader: EvidenceReader = { owner: async () => evidence().owner, read: async () => evidence() };
  const audit = fakeAudit();
  const repositories = fakeRepositories();
  const proposals = fakeProposals(audit);
  const usage: UsageReader = { read: async () => evidence().usage };
  return {
    clock,
    jobs: queue.jobs,
    slack,
    editor,
    repositories,
    audit,
    /** The store itself: a look at it is no call that may crash. */
    proposals,
    watcher,
    calls,
    revive,
    ports: {
      clock,
      queue: wrappedQueue,
      intake: wrap(fakeIntake(wrappedQueue)),
      kernel: wrap(fakeKernelReports()),
      incidents: wrap(fakeIncidents()),
      proposals: wrap(proposals),
      audit: wrap(audit),
      repositories: wrap(repositories),
      storms: wrap(fakeStorms()),
      watched: wrap(watched),
      messenger: wrap(slack),
      editor: wrap(editor),
      mutes: wrap(fakeMutes(() => clock.now())),
      ledger: wrap(fakeLedger(() => clock.now())),
      people: wrap(fakePeople()),
      namespaces: { annotations: async () => ({}) },
      directory: {
        pods: async () => ({ pods: [], truncated: false }),
        node: async () => unavailable('there is no node'),
        nodeLoad: async () => unavailable('there is no node'),
      },
      peaks: { peaks: async () => unavailable('there is no Prometheus') },
      evidence: reader,
      usage,
      once: fakeOnce(() => clock.now()),
      lock: fakeLock(),
      surroundings: { read: async () => surroundings() },
      bounds: { read: async () => unavailable('not asked') },
      digest,
      keys: testKeys(),
      log: silentLog,
      meter: silentMeter,
    },
  };
}
