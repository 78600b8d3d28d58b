// The steps from a proposal to a write, as the processes run them: a real Redis, the demo cluster, real keys. No job runs by itself, so that an attacker
// who holds Redis has all the time in the world between two steps; what leaves for the cluster is counted on the wire.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { createApply } from '../../../handlers/fix/apply.ts';
import { createDecide } from '../../../handlers/fix/decide.ts';
import { createPropose } from '../../../handlers/fix/propose.ts';
import { createVerify } from '../../../handlers/fix/verify.ts';
import { createSweep } from '../../../handlers/schedule/sweep.ts';
import { startDemoCluster } from '../../../packages/kube-sim/src/start.ts';
import type { Call, ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { createWorkloadEditor } from '../../../src/adapters/kubernetes/editor/workload-editor.ts';
import { connectRedis } from '../../../src/adapters/redis/connection.ts';
import { proposalSchema } from '../../../src/adapters/redis/schema/proposal.ts';
import { redisAudit } from '../../../src/adapters/redis/stores/audit.ts';
import { redisIncidentStore } from '../../../src/adapters/redis/stores/incident-store.ts';
import { redisKillIntake } from '../../../src/adapters/redis/stores/kill-intake.ts';
import { redisLedger } from '../../../src/adapters/redis/stores/ledger.ts';
import { redisProposalStore } from '../../../src/adapters/redis/stores/proposal-store.ts';
import { redisStormStore } from '../../../src/adapters/redis/stores/storm-store.ts';
import { redisWatchRecord } from '../../../src/adapters/redis/watch-record.ts';
import { startLocalRedis } from '../../../src/app/embedded/redis.ts';
import { DAY, HOUR, SECOND, toInstant, toMillis } from '../../../src/domain/base/time.ts';
import type { WorkloadRef } from '../../../src/domain/base/workload.ts';
import type { Policy } from '../../../src/domain/change/policy/policy.ts';
import type { PersonId, Proposal } from '../../../src/domain/change/proposal.ts';
import { reviewedText } from '../../../src/domain/change/reviewed-text.ts';
import { incidentKey, openIncident } from '../../../src/domain/incident/incident.ts';
import type { Keys } from '../../../src/ports/keys.ts';
import { fakeRepositories } from '../../fakes/repositories.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { fakePeople } from '../../fakes/world.ts';
import { digest, kill, policy, surroundings } from '../../support/build.ts';
import { testKeys } from '../../support/keys.ts';
import { openFor } from '../../support/open-incident.ts';

export type Lab = Awaited<ReturnType<typeof startLab>>;

const CLUSTER = 'lab';
const CONTAINER = 'identity';
const PULL_REQUESTS = { lookEvery: toMillis(HOUR), closeAfter: toMillis(14 * DAY), syncWithin: toMillis(2 * HOUR) };

export function soon(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

/** `rules`: on top of those of test/support/build.ts, where Bob approves. */
export async function startLab(rules: Partial<Policy> = {}, keys: Keys = testKeys()) {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-attack-'));
  const redis = await startLocalRedis({ dataDir });
  const store = connectRedis({ url: redis.url, log: silentLog });
  const demo = await startDemoCluster({ port: 0, automatic: false, workloads: ['auth/identity'], seed: 1 });
  const connection = connectCluster({ kind: 'text', kubeconfig: demo.kubeconfig });
  const writes: Call[] = [];
  const { ports, shift, carriedOn } = portsOn(store.client, counting(connection, writes), keys);
  const settings = { policy: policy({ maxFactor: 16, ...rules }), cluster: CLUSTER };
  const [propose, decide] = [createPropose(ports, settings), createDecide(ports, settings)];
  const apply = createApply(ports, settings);
  const verify = createVerify(ports, { ...settings, pullRequests: PULL_REQUESTS, pollEvery: toMillis(SECOND) });
  const stored = async (id: string): Promise<Proposal> => {
    const found = await ports.proposals.get(id);
    if (found === undefined) throw new Error(`${id} is not stored`);
    return found;
  };
  return {
    ...{ client: store.client, connection, writes, ports, stored, shift, carriedOn },
    sweep: createSweep(ports, settings),
    /** A raise by Alice; resolves to the proposal. */
    async ask(limit: string, more: { readonly edits?: Proposal; readonly way?: 'resize' } = {}): Promise<Proposal> {
      const { incident } = await openFor(ports.incidents, incidentKey(WORKLOAD, CONTAINER), (id) =>
        openIncident({ id, kill: killed(), workload: WORKLOAD, channel: 'C1', now: ports.clock.now() }),
      );
      const asked = {
        incidentId: incident.id,
        requester: 'UALICE',
        limit,
        request: undefined,
        reason: 'It needs more than that.',
      };
      const edits = more.edits === undefined ? undefined : { proposalId: more.edits.id, revision: more.edits.revision };
      const outcome = await propose.propose({ ...asked, edits, way: more.way ?? 'template' }, soon());
      if (outcome.kind !== 'proposed') throw new Error(`not proposed: ${JSON.stringify(outcome)}`);
      return stored(outcome.proposalId);
    },
    /** The form opens, and shows what it resolves to; throws with the reason where it does not. */
    async open({ id }: Proposal, by: PersonId): Promise<Proposal> {
      const { revision } = await stored(id);
      const draft = await decide.draft({ proposalId: id, version: revision, person: by });
      if (draft.kind === 'refused') throw new Error(draft.reason);
      return draft.proposal;
    },
    /** The form comes back as it was shown. */
    approve: ({ id, revision, hash }: Proposal, by: PersonId) =>
      decide.decide({ proposalId: id, version: revision, decider: by, decision: { kind: 'approve', hash } }, soon()),
    reject: ({ id, revision }: Proposal, by: PersonId) =>
      decide.decide(
        { proposalId: id, version: revision, decider: by, decision: { kind: 'refuse', reason: 'Not this time.' } },
        soon(),
      ),
    apply: ({ id }: Proposal) => apply({ proposalId: id }, soon()),
    verify: ({ id }: Proposal) => verify({ proposalId: id }, soon()),
    /** Raw Redis commands on what is stored; the hash is made to fit unless it is kept. */
    async tamper({ id }: Proposal, change: (proposal: Proposal) => Proposal, { keepsHash = false } = {}): Promise<void> {
      const key = `headroom:proposal:${id}`;
      const forged = change(proposalSchema.parse(JSON.parse((await store.client.get(key)) ?? '')));
      await store.client.set(key, JSON.stringify(keepsHash ? forged : { ...forged, hash: digest(reviewedText(forged)) }));
      await store.client.sadd('headroom:proposals-active', id);
    },
    /** The Deployment's own spec. */
    live: (): Promise<unknown> => connection.json({ path: DEPLOYMENT, signal: soon() }),
    async stop() {
      await connection.close();
      await demo.stop();
      await store.close();
      await redis.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const WORKLOAD: WorkloadRef = {
  ...{ cluster: CLUSTER, namespace: 'auth', apiVersion: 'apps/v1', kind: 'Deployment', name: 'identity', uid: '' },
};
const DEPLOYMENT = '/apis/apps/v1/namespaces/auth/deployments/identity';

function killed() {
  const dead = kill();
  return { ...dead, ref: { ...dead.ref, container: CONTAINER } };
}

/** No queue hands anything on: each step is called by the test. */
function portsOn(client: Redis, connection: ClusterConnection, keys: Keys) {
  let ahead = 0;
  const clock = { now: () => toInstant(Date.now() + ahead) };
  const editor = createWorkloadEditor({ connection, cluster: CLUSTER, clock, log: silentLog });
  const carriedOn: string[] = [];
  const proceed: typeof editor.proceed = (change, signal) => {
    carriedOn.push(change.workload.name);
    return editor.proceed(change, signal);
  };
  const seal = keys.seal.kind === 'seal' ? keys.seal : undefined;
  const queue = { enqueue: async () => undefined };
  const ports = {
    ...{ queue, keys, digest, clock, log: silentLog, meter: silentMeter, people: fakePeople() },
    intake: redisKillIntake({ client, queue }),
    incidents: redisIncidentStore({ client }),
    proposals: redisProposalStore({ client, seal }),
    audit: redisAudit({ client, log: silentLog, seal }),
    storms: redisStormStore({ client }),
    watched: redisWatchRecord({ client }),
    ledger: redisLedger({ client, clock }),
    repositories: fakeRepositories(),
    editor: { ...editor, proceed },
    surroundings: { read: async () => surroundings() },
  };
  return {
    ports,
    /** Workloads whose pods would have been deleted, or Jobs started. */
    carriedOn,
    shift(lengthMs: number): void {
      ahead += lengthMs;
    },
  };
}

/** Keeps what would change something. */
function counting(connection: ClusterConnection, writes: Call[]): ClusterConnection {
  const note = (call: Call): void => {
    const isEvent = call.path.endsWith('/events');
    if (!isEvent && call.method !== undefined && call.method !== 'GET' && call.query?.['dryRun'] !== 'All') writes.push(call);
  };
  return {
    ...connection,
    answer(call) {
      note(call);
      return connection.answer(call);
    },
    json(call) {
      note(call);
      return connection.json(call);
    },
  };
}
