// Proposals, decisions and writes as they are in a running bot, but for Slack: a real Redis with its queue and workers, and a real API server. What is
// told in threads is nobody's business here, and everybody is a full member.

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApply } from '../../handlers/fix/apply.ts';
import { createDecide } from '../../handlers/fix/decide.ts';
import { createPropose } from '../../handlers/fix/propose.ts';
import type { ClusterConnection } from '../../src/adapters/kubernetes/client/connection.ts';
import { inTurn } from '../../src/adapters/kubernetes/client/gentle.ts';
import { createWorkloadEditor } from '../../src/adapters/kubernetes/editor/workload-editor.ts';
import { connectRedis } from '../../src/adapters/redis/connection.ts';
import { redisJobQueue } from '../../src/adapters/redis/job-queue.ts';
import { startWorkers } from '../../src/adapters/redis/job-worker.ts';
import { redisAudit } from '../../src/adapters/redis/stores/audit.ts';
import { redisIncidentStore } from '../../src/adapters/redis/stores/incident-store.ts';
import { redisLedger } from '../../src/adapters/redis/stores/ledger.ts';
import { redisProposalStore } from '../../src/adapters/redis/stores/proposal-store.ts';
import type { DecideOutcome } from '../../src/api/conversation.ts';
import { startLocalRedis } from '../../src/app/embedded/redis.ts';
import { GENTLE } from '../../src/app/parts.ts';
import { toInstant } from '../../src/domain/base/time.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { incidentKey, openIncident } from '../../src/domain/incident/incident.ts';
import type { People } from '../../src/ports/people.ts';
import type { WorkloadEditor } from '../../src/ports/workload-editor.ts';
import { fakeRepositories } from '../fakes/repositories.ts';
import { silentLog, silentMeter } from '../fakes/telemetry.ts';
import { fakePeople } from '../fakes/world.ts';
import { policy as anyPolicy, kill, surroundings } from './build.ts';
import { testKeys } from './keys.ts';
import { openFor } from './open-incident.ts';

export type ChangeLab = {
  /** A proposal of that limit for the container app; throws when there is none. Resolves to its id. */
  propose(workload: WorkloadRef, limit: string): Promise<string>;
  approve(proposalId: string, by: string): Promise<DecideOutcome>;
  /** The job again, as a queue may hand it out twice. */
  redeliver(proposalId: string): Promise<unknown>;
  /** When the patch was accepted or given up, by proposal: milliseconds of performance.now(). */
  readonly appliedAt: ReadonlyMap<string, number>;
  state(proposalId: string): Promise<string | undefined>;
  stop(): Promise<void>;
};

const CLUSTER = 'lab';
const clock = { now: () => toInstant(Date.now()) };

function soon(): AbortSignal {
  return AbortSignal.timeout(60_000);
}

export async function startChangeLab(
  connection: ClusterConnection,
  rules: Partial<Policy> = {},
  people: People = fakePeople(),
): Promise<ChangeLab> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-lab-'));
  const redis = await startLocalRedis({ dataDir });
  const store = connectRedis({ url: redis.url, log: silentLog });
  const { client } = store;
  const keys = testKeys();
  const queue = redisJobQueue(store);
  const proposals = redisProposalStore({ client, seal: keys.seal });
  const incidents = redisIncidentStore({ client });
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  const appliedAt = new Map<string, number>();
  const editor = timed(
    createWorkloadEditor({ connection: inTurn(connection, GENTLE), cluster: CLUSTER, clock, log: silentLog }),
    appliedAt,
  );
  const ports = {
    ...{ queue, proposals, incidents, editor, digest, clock, log: silentLog, meter: silentMeter },
    audit: redisAudit({ client, log: silentLog, seal: keys.seal }),
    ledger: redisLedger({ client, clock }),
    people,
    repositories: fakeRepositories(),
    keys,
    surroundings: { read: async () => surroundings() },
  };
  const settings = { policy: anyPolicy(rules), cluster: CLUSTER };
  const [propose, decide, apply] = [createPropose(ports, settings), createDecide(ports, settings), createApply(ports, settings)];
  const nothing = async (): Promise<{ readonly kind: string }> => ({ kind: 'nothing' });
  const workers = startWorkers({
    connection: store,
    cluster: CLUSTER,
    handlers: {
      enrich: nothing,
      post: nothing,
      verify: nothing,
      storm: nothing,
      digest: nothing,
      async apply(job, signal) {
        const outcome = await apply(job, signal);
        if (outcome.kind === 'not-applied') note(appliedAt, job.proposalId);
        return outcome;
      },
    },
    log: silentLog,
    meter: silentMeter,
  });
  return {
    appliedAt,
    async propose(workload, limit) {
      const { incident } = await openFor(incidents, incidentKey(workload, 'app'), (id) =>
        openIncident({ id, kill: kill(), workload, channel: 'C1', now: clock.now() }),
      );
      const asked = {
        incidentId: incident.id,
        requester: 'UALICE',
        limit,
        request: undefined,
        reason: 'It needs more than that.',
      };
      const outcome = await propose.propose(asked, soon());
      if (outcome.kind !== 'proposed') throw new Error(`not proposed: ${JSON.stringify(outcome)}`);
      return outcome.proposalId;
    },
    async approve(proposalId, by) {
      const { hash = '' } = (await proposals.get(proposalId)) ?? {};
      return decide.decide({ proposalId, version: 1, decider: by, decision: { kind: 'approve', hash } }, soon());
    },
    redeliver: (proposalId) => apply({ proposalId }, soon()),
    state: async (proposalId) => (await proposals.get(proposalId))?.state.kind,
    async stop() {
      await workers.stop();
      await queue.close();
      await store.close();
      await redis.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Notes when each patch was accepted, under the proposal that its mark names. */
function timed(editor: WorkloadEditor, at: Map<string, number>): WorkloadEditor {
  return {
    ...editor,
    async apply(change, signal) {
      const result = await editor.apply(change, signal);
      const proposal = /P-\d+/.exec(change.mark ?? '')?.[0];
      if (result.kind === 'written' && proposal !== undefined) note(at, proposal);
      return result;
    },
  };
}

function note(at: Map<string, number>, proposalId: string): void {
  if (!at.has(proposalId)) at.set(proposalId, performance.now());
}

export function labWorkload(namespace: string, name: string): WorkloadRef {
  return { cluster: CLUSTER, namespace, apiVersion: 'apps/v1', kind: 'Deployment', name, uid: '' };
}
