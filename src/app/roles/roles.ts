// What each role runs: the steps get their ports here, and nowhere else.

import { createHash, randomBytes } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import { distance } from 'fastest-levenshtein';
import { createEnrich } from '../../../handlers/explain/enrich.ts';
import { createAttachOutput, createExplain } from '../../../handlers/explain/explain.ts';
import type { RouteSettings } from '../../../handlers/explain/route.ts';
import { createApply } from '../../../handlers/fix/apply.ts';
import { createDecide } from '../../../handlers/fix/decide.ts';
import { createPropose } from '../../../handlers/fix/propose.ts';
import { createUndo } from '../../../handlers/fix/undo.ts';
import { createVerify } from '../../../handlers/fix/verify.ts';
import { createTellDigest } from '../../../handlers/notify/digest.ts';
import { createPost } from '../../../handlers/notify/post.ts';
import { createTellStorm } from '../../../handlers/notify/post-storm.ts';
import { createExplainMessage } from '../../../handlers/query/explain-message.ts';
import { createQuery } from '../../../handlers/query/query.ts';
import { createRemember } from '../../../handlers/schedule/record-usage.ts';
import { createSweep } from '../../../handlers/schedule/sweep.ts';
import { createHome } from '../../../handlers/triage/home.ts';
import { createCare } from '../../../handlers/triage/triage.ts';
import { startSchedule } from '../../adapters/cron/schedule.ts';
import { startWorkers } from '../../adapters/redis/job-worker.ts';
import { createWebClient } from '../../adapters/slack/client/client.ts';
import { createPeople } from '../../adapters/slack/client/people.ts';
import type { Self } from '../../adapters/slack/client/self.ts';
import { whoAmI } from '../../adapters/slack/client/self.ts';
import type { Desk } from '../../adapters/slack/listeners/desk.ts';
import { createMessenger } from '../../adapters/slack/messenger.ts';
import type { SlackSocket } from '../../adapters/slack/socket/socket.ts';
import { createSocket } from '../../adapters/slack/socket/socket.ts';
import type { Rules } from '../../config/rules/rules.ts';
import { before, SECOND, toMillis } from '../../domain/base/time.ts';
import type { Keys } from '../../ports/keys.ts';
import type { People } from '../../ports/people.ts';
import type { Repositories } from '../../ports/repositories.ts';
import type { SlackPlace } from '../embedded/embedded.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Cluster, Stores, Telemetry } from '../parts.ts';
import { systemClock } from '../parts.ts';
import { startDigests } from './digests.ts';

/** What a message may wait for evidence, and a second look at what came too late. */
const DEADLINES = { evidenceDeadline: toMillis(3 * SECOND), lateDeadline: toMillis(10 * SECOND) };
const ROLLOUT_POLL = toMillis(2 * SECOND);
const SWEEP_EVERY = '*/10 * * * * *';
/** Once a day, when few look. */
const RETENTION_AT = '17 3 * * *';
/** Often enough for instants of metrics.k8s.io to be worth something. */
const REMEMBER_EVERY = '*/5 * * * *';
const REMEMBER_LOCK_MS = 240 * SECOND;
const SWEEP_LOCK_MS = 60 * SECOND;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export type World = {
  readonly rules: Rules;
  readonly repositories: Repositories;
  readonly stores: Stores;
  readonly keys: Keys;
  readonly cluster: Cluster;
  readonly slack: SlackPlace & {
    readonly client: WebClient;
    readonly self: Self;
  };
  readonly telemetry: Telemetry;
  readonly lifecycle: Lifecycle;
  readonly stopping: AbortSignal;
};

export async function openSlack(place: SlackPlace, { log, meter }: Telemetry, stopping: AbortSignal) {
  const client = createWebClient(place.credentials);
  return { ...place, client, self: await whoAmI({ client, log, meter, stopping }) };
}

export async function startWorker(world: World): Promise<void> {
  const { rules, repositories, stores, keys, cluster, slack, telemetry, lifecycle } = world;
  const { policy } = rules;
  const common = { ...stores, ...telemetry, repositories, people: peopleOf(world), keys, digest: sha256, clock: systemClock };
  const messenger = createMessenger({ client: slack.client, ...telemetry });
  const settings = settingsOf(world);
  const workers = startWorkers({
    connection: stores.connection,
    cluster: cluster.name,
    handlers: {
      enrich: createEnrich({ ...common, ...cluster }, settings),
      digest: createTellDigest({ ...common, ...cluster, messenger }, routed(world, { cluster: cluster.name })),
      post: createPost({ ...common, messenger }, settings),
      storm: createTellStorm({ ...common, messenger }, settings),
      apply: createApply({ ...common, editor: cluster.editor }, { policy }),
      verify: createVerify(
        { ...common, editor: cluster.editor },
        {
          policy,
          get pullRequests() {
            return rules.pullRequests;
          },
          pollEvery: ROLLOUT_POLL,
        },
      ),
    },
    ...telemetry,
  });
  lifecycle.onStopWork('workers', () => workers.stop());
  await startSchedules(world);
}

async function startSchedules(world: World): Promise<void> {
  const { rules, stores, slack, telemetry, lifecycle } = world;
  startDigests({ rules, channel: slack.channel, stores, telemetry, lifecycle, clock: systemClock });
  await startSweep(world);
  startRemembering(world);
}

function startRemembering({ rules, stores, cluster, telemetry, lifecycle }: World): void {
  const remember = createRemember(
    { ...stores, log: telemetry.log, clock: systemClock, usage: cluster.usage, directory: cluster.directory, uses: cluster.use },
    { cluster: cluster.name, policy: rules.policy },
  );
  const schedule = startSchedule({
    expression: REMEMBER_EVERY,
    timezone: 'UTC',
    // Each cluster has its own.
    name: `remember-${cluster.name}`,
    // What became due while nobody ran is said at once; nothing waits for it.
    atOnce: systemClock.now(),
    run: (_dueAt, leave) => remember(leave),
    lock: stores.lock,
    lockMs: REMEMBER_LOCK_MS,
    log: telemetry.log,
  });
  lifecycle.onStopWork('daily peaks', () => schedule.stop());
}

/** Routes are read anew at each step: headroom.yaml may have changed meanwhile. */
function routed<Settings extends object>({ rules, slack }: World, settings: Settings): Settings & RouteSettings {
  return Object.defineProperty({ ...settings, routes: rules.routes, channel: slack.channel }, 'routes', {
    get: () => rules.routes,
  });
}

/** Read anew at each step: headroom.yaml may have changed meanwhile. */
function settingsOf({ rules, slack: { channel, fallbackChannel } }: World) {
  return {
    get routes() {
      return rules.routes;
    },
    get storm() {
      return rules.alerts.storm;
    },
    get remindAfter() {
      return rules.alerts.remindAfter;
    },
    get reopenWithin() {
      return rules.alerts.reopenWithin;
    },
    policy: rules.policy,
    channel,
    fallbackChannel,
    ...DEADLINES,
  };
}

/** Once at the start, for whatever was left half-way, then on a schedule. */
async function startSweep(world: World): Promise<void> {
  const { rules, stores, keys, telemetry, lifecycle } = world;
  const parts = { people: peopleOf(world), keys, clock: systemClock, log: telemetry.log, digest: sha256 };
  const sweep = createSweep({ ...stores, ...parts }, rules);
  await stores.lock.holding('sweep', SWEEP_LOCK_MS, sweep);
  const schedule = startSchedule({
    expression: SWEEP_EVERY,
    timezone: 'UTC',
    name: 'sweep',
    run: sweep,
    lock: stores.lock,
    lockMs: SWEEP_LOCK_MS,
    log: telemetry.log,
  });
  lifecycle.onStopWork('sweep', () => schedule.stop());
  const retention = startSchedule({
    expression: RETENTION_AT,
    timezone: 'UTC',
    name: 'audit-retention',
    async run() {
      const now = systemClock.now();
      const removed = await stores.audit.keepSince(before(now, rules.auditKept), now);
      telemetry.log.info('audit retention', { removed });
    },
    lock: stores.lock,
    lockMs: SWEEP_LOCK_MS,
    log: telemetry.log,
  });
  lifecycle.onStopWork('audit retention', () => retention.stop());
}

function peopleOf({ slack, telemetry: { meter } }: World): People {
  return createPeople({ client: slack.client, teamId: () => slack.self.teamId, clock: systemClock, meter });
}

export async function startSlack(world: World): Promise<SlackSocket> {
  const { slack, stores, telemetry, lifecycle, stopping } = world;
  const people = peopleOf(world);
  const desk: Desk = {
    conversation: conversation(world, people),
    client: slack.client,
    workspace: slack.self.workspace,
    once: stores.once,
    newReference: () => randomBytes(4).toString('hex').toUpperCase(),
    stopping,
    ...telemetry,
  };
  const socket = createSocket({ credentials: slack.credentials, desk, identity: slack.self, ...telemetry });
  lifecycle.onStopWork('Slack connections', () => socket.stop());
  await socket.start();
  return socket;
}

function conversation({ rules, repositories, stores, keys, cluster, telemetry }: World, people: People): Desk['conversation'] {
  const { policy } = rules;
  const { editor, surroundings } = cluster;
  const around = { editor, surroundings, repositories, people, keys, clock: systemClock, digest: sha256 };
  const common = { ...stores, ...telemetry, ...around };
  const propose = createPropose(common, { policy, cluster: cluster.name });
  const decide = createDecide(common, { policy, cluster: cluster.name });
  const { pods, directory, evidence, usage, use } = cluster;
  const asking = { ...common, pods, directory, evidence, usage, use, distance };
  const answering = { cluster: cluster.name, watched: cluster.watchedNamespaces, policy, ...DEADLINES };
  return {
    reviewDraft: propose.draft,
    propose: propose.propose,
    decisionDraft: decide.draft,
    decide: decide.decide,
    undo: createUndo(common, { policy, cluster: cluster.name }),
    care: createCare(common),
    query: createQuery(asking, answering),
    explainMessage: createExplainMessage(asking, answering),
    explain: createExplain(common),
    attachOutput: createAttachOutput(common),
    home: createHome(
      {
        ...common,
        vitals: { storeAnswersInMs: () => stores.connection.answersInMs(), queue: () => stores.queue.counts(cluster.name) },
      },
      { policy },
    ),
  };
}
