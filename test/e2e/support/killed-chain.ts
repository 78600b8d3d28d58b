// One program (its worker) with a Redis and a Slack of its own and the shared API server, killed at one effect of a change after the other: a proposal is
// made and approved, the process dies, another is started, and what came of it is looked at from outside.

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDecide } from '../../../handlers/fix/decide.ts';
import { createPropose } from '../../../handlers/fix/propose.ts';
import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { startLocalSlack } from '../../../packages/slack-sim/src/start.ts';
import type { Message } from '../../../packages/slack-sim/src/world.ts';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { createWorkloadEditor } from '../../../src/adapters/kubernetes/editor/workload-editor.ts';
import type { RedisConnection } from '../../../src/adapters/redis/connection.ts';
import { connectRedis } from '../../../src/adapters/redis/connection.ts';
import { redisJobQueue } from '../../../src/adapters/redis/job-queue.ts';
import { redisAudit } from '../../../src/adapters/redis/stores/audit.ts';
import { redisIncidentStore } from '../../../src/adapters/redis/stores/incident-store.ts';
import { redisProposalStore } from '../../../src/adapters/redis/stores/proposal-store.ts';
import { redisWatchRecord } from '../../../src/adapters/redis/watch-record.ts';
import { startLocalRedis } from '../../../src/app/embedded/redis.ts';
import { before, MINUTE, toInstant, toMillis } from '../../../src/domain/base/time.ts';
import type { WorkloadRef } from '../../../src/domain/base/workload.ts';
import type { Proposal } from '../../../src/domain/change/proposal.ts';
import { incidentKey, openIncident } from '../../../src/domain/incident/incident.ts';
import { fakeRepositories } from '../../fakes/repositories.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { fakePeople } from '../../fakes/world.ts';
import { policy as anyPolicy, dossier, kill, surroundings } from '../../support/build.ts';
import { testKeys } from '../../support/keys.ts';
import { openFor } from '../../support/open-incident.ts';
import type { Headroom } from './headroom.ts';
import { startHeadroom } from './headroom.ts';
import { createTrap } from './trap.ts';
import { wireCluster, wireRedis, wireSlack } from './wires.ts';

export type Ending = {
  /** False: the change was over before there were so many effects. */
  readonly wasKilled: boolean;
  /** The effects until then, the last of them the one that was not let through. */
  readonly effects: readonly string[];
  readonly proposal: Proposal | undefined;
  /** How often the API server took a patch of the workload. */
  readonly writes: number;
  readonly root: Message | undefined;
  readonly replies: readonly Message[];
  /** What the audit says of the proposal, oldest first. */
  readonly audit: readonly string[];
};

export type KilledChain = {
  /** A raise of that Deployment's container app to 200Mi, the process killed at the n-th effect after the approval. 0: right after the approval was stored. */
  raise(name: string, at: number): Promise<Ending>;
  stop(): Promise<void>;
};

const CLUSTER = 'killed';
const BUILT = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));
const WITHIN_MS = 90_000;
const LOOK_MS = 50;
const WATCHED_MS = 200;
const clock = { now: () => toInstant(Date.now()) };

export async function startKilledChain(connection: ClusterConnection, namespace: string): Promise<KilledChain> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-killed-'));
  const redis = await startLocalRedis({ dataDir: folder });
  const slack = await startLocalSlack({ port: 0, limits: 'off' });
  const trap = createTrap();
  const wires = {
    cluster: await wireCluster(trap, connection),
    redis: await wireRedis(trap, redis.url),
    slack: await wireSlack(trap, slack.apiUrl),
  };
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(wires.cluster.port));
  const store = connectRedis({ url: redis.url, log: silentLog });
  const desk = createDesk(store, connection, slack);
  const start = async (): Promise<Headroom> => {
    const headroom = await startHeadroom({
      target: { kubeconfig, prometheusUrl: undefined, namespaces: [namespace], watch: '1s' },
      redisUrl: `redis://127.0.0.1:${wires.redis.port}/0`,
      slack: { ...slack, apiUrl: `http://127.0.0.1:${wires.slack.port}/api/` },
      role: 'worker',
      main: BUILT,
      environment: { CLUSTER_NAME: CLUSTER },
    });
    running = headroom;
    await headroom.ready;
    return headroom;
  };
  let running: Headroom | undefined;

  async function until(words: string, look: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + WITHIN_MS;
    while (!(await look())) {
      if (performance.now() > deadline)
        throw new Error(
          `waited in vain for ${words}\n${trap.effects().join('\n')}\n${await desk.standing()}\n${running?.output() ?? ''}`,
        );
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  const messages = (): readonly Message[] => slack.control.messages(slack.channelId);
  const rootOf = (name: string): Message | undefined =>
    messages().find(({ threadTs, text }) => threadTs === undefined && text.includes(`${namespace}/${name}`));

  return {
    async raise(name, at) {
      const workload: WorkloadRef = { cluster: CLUSTER, namespace, apiVersion: 'apps/v1', kind: 'Deployment', name, uid: '' };
      const headroom = running ?? (await start());
      const { incidentId, proposalId } = await desk.propose(workload);
      const repliesOf = () => messages().filter(({ threadTs }) => threadTs !== undefined && threadTs === rootOf(name)?.ts);
      await until('the proposal in Slack', () => repliesOf().some(({ text }) => text.includes('asks to change')));
      await until('an empty queue', () => desk.isIdle());
      const isOver = async (): Promise<boolean> =>
        (await desk.proposal(proposalId))?.state.kind === 'closed' &&
        rootOf(name)?.text.startsWith('Resolved') === true &&
        repliesOf().some(({ text }) => text.startsWith('Quiet')) &&
        (await desk.isIdle());
      const names = [proposalId, incidentId];
      if (at === 0) {
        // Stored, and the process that took the click died before it handed the job on.
        await headroom.crash();
        await desk.approveOnly(proposalId);
        await desk.forgetTheDead();
        await start();
      } else {
        trap.arm({ at, victim: headroom, names });
        await desk.approve(proposalId);
        await until('the trap or the end', async () => trap.isSprung() || (await isOver()));
      }
      const effects = [...trap.effects()];
      const wasKilled = at === 0 || (await trap.disarm());
      if (wasKilled && at > 0) {
        await desk.forgetTheDead();
        await start();
      }
      await until(`the end of ${proposalId}, killed at ${at}`, isOver);
      return {
        wasKilled,
        effects,
        proposal: await desk.proposal(proposalId),
        writes: wires.cluster.patched.filter((path) => path.endsWith(`/${name}`)).length,
        root: rootOf(name),
        replies: repliesOf(),
        audit: await desk.audit(proposalId),
      };
    },
    async stop() {
      await running?.crash();
      await desk.stop();
      for (const each of Object.values(wires)) await each.stop();
      await slack.stop();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function kubeconfigOf(port: number): string {
  const server = `http://127.0.0.1:${port}`;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: CLUSTER, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token: 'none' } }],
    contexts: [{ name: CLUSTER, context: { cluster: CLUSTER, user: 'test' } }],
    'current-context': CLUSTER,
  });
}

/** What another process does: the one that people click in. */
function createDesk(store: RedisConnection, connection: ClusterConnection, { channelId: channel, people }: LocalSlack) {
  const { client } = store;
  const queue = redisJobQueue(store);
  const keys = testKeys();
  const proposals = redisProposalStore({ client, seal: keys.seal });
  const incidents = redisIncidentStore({ client });
  const audit = redisAudit({ client, log: silentLog, seal: keys.seal });
  const watched = redisWatchRecord({ client });
  // As the watcher says all the time; there is no kill to be seen.
  const watching = setInterval(() => void watched.note(CLUSTER, clock.now()).catch(() => undefined), WATCHED_MS);
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  const ports = {
    ...{ queue, proposals, incidents, audit, keys, digest, clock, log: silentLog, meter: silentMeter },
    editor: createWorkloadEditor({ connection, cluster: CLUSTER, clock, log: silentLog }),
    people: fakePeople(),
    repositories: fakeRepositories(),
    surroundings: { read: async () => surroundings() },
  };
  const settings = {
    policy: anyPolicy({ maxFactor: 16, approvers: [{ namespaces: ['*'], users: [people.bob], groups: [] }] }),
    cluster: CLUSTER,
  };
  const propose = createPropose(ports, settings);
  const decide = createDecide(ports, settings);
  const nothingOnTheWay = createDecide({ ...ports, queue: { enqueue: async () => undefined } }, settings);
  const soon = (): AbortSignal => AbortSignal.timeout(20_000);
  const approval = async (proposalId: string) => {
    const { hash = '' } = (await proposals.get(proposalId)) ?? {};
    return { proposalId, version: 1, decider: people.bob, decision: { kind: 'approve', hash } } as const;
  };
  const mustBeApproved = ({ kind }: { readonly kind: string }): void => {
    if (kind !== 'approved') throw new Error(`not approved: ${kind}`);
  };
  return {
    async propose(workload: WorkloadRef) {
      const now = clock.now();
      const dead = kill({ finishedAt: before(now, toMillis(MINUTE)), seenAt: now });
      const { incident } = await openFor(incidents, incidentKey(workload, 'app'), (id) =>
        openIncident({ id, kill: dead, workload, channel, now }),
      );
      await incidents.saveDossier(incident.id, dossier());
      const asked = {
        incidentId: incident.id,
        requester: people.alice,
        limit: '200Mi',
        request: undefined,
        reason: 'It needs more.',
      };
      const outcome = await propose.propose(asked, soon());
      if (outcome.kind !== 'proposed') throw new Error(`not proposed: ${JSON.stringify(outcome)}`);
      return { incidentId: incident.id, proposalId: outcome.proposalId };
    },
    approve: async (proposalId: string) => mustBeApproved(await decide.decide(await approval(proposalId), soon())),
    approveOnly: async (proposalId: string) => mustBeApproved(await nothingOnTheWay.decide(await approval(proposalId), soon())),
    proposal: (id: string) => proposals.get(id),
    async isIdle() {
      const { waiting, running } = await queue.counts(CLUSTER);
      return waiting + running === 0;
    },
    /** What there is, to read when a test fails. */
    async standing() {
      const all = await incidents.list({ state: 'all', limit: 3 });
      const latest = await Promise.all(all.map(async ({ proposalId }) => (await proposals.get(proposalId ?? ''))?.state));
      return JSON.stringify({ queue: await queue.counts(CLUSTER), incidents: all.map(({ id, state }) => [id, state]), latest });
    },
    /** As if the locks of the dead had run out, of its jobs (ten seconds) and of its sweep (a minute): that is nothing but waiting. */
    async forgetTheDead() {
      const locks = [...(await client.keys('headroom:queue:*:lock')), ...(await client.keys('headroom:lock:*'))];
      if (locks.length > 0) await client.del(locks);
    },
    async audit(proposalId: string) {
      const { entries } = await audit.history({ proposalId, limit: 100 });
      return entries.map(({ event }) => event.action).toReversed();
    },
    async stop() {
      clearInterval(watching);
      await queue.close();
      await store.close();
    },
  };
}
