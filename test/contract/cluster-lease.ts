// The part of the cluster contract about who leads: one at a time, handed over after a clean stop, taken over after a crash, given up when lost.

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClusterConnection } from '../../src/adapters/kubernetes/connection.ts';
import type { Election, Timings } from '../../src/adapters/kubernetes/election.ts';
import { createElection } from '../../src/adapters/kubernetes/election.ts';
import { TransientError } from '../../src/ports/fault.ts';
import type { ClusterUnderTest } from './cluster-support.ts';
import { clock, countingMeter, eventually, silent, soon } from './cluster-support.ts';

/** As usual, five times as fast. */
const TIMINGS: Timings = { lengthMs: 3000, renewWithinMs: 2000, retryMs: 400 };
const HAND_OVER_WITHIN_MS = 5000;

const lease = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  spec: z.looseObject({ holderIdentity: z.string(), leaseTransitions: z.number() }),
});

export function leaseContract(target: () => ClusterUnderTest): void {
  describe('the watchers of a cluster', () => {
    it('lead one at a time, and hand over within five seconds of a clean stop', async () => {
      const board = scoreboard(target());
      const first = board.candidate('first');
      expect(await first.election.start()).toBe('leading');
      const second = board.candidate('second');
      expect(await second.election.start()).toBe('standing-by');
      const stoppedAt = performance.now();
      await first.election.stop();
      await board.led('second');
      expect(performance.now() - stoppedAt).toBeLessThan(HAND_OVER_WITHIN_MS);
      expect((await board.read()).spec.leaseTransitions).toBeGreaterThan(0);
      await second.election.stop();
      expect((await board.read()).spec.holderIdentity).toBe('');
      expect(board.mostAtOnce()).toBe(1);
    });

    it('take over within the Lease’s time from one that has lost the API server, which gives up first', async () => {
      const board = scoreboard(target());
      const cut = severable(target().connection);
      const first = board.candidate('first', cut.connection);
      expect(await first.election.start()).toBe('leading');
      const second = board.candidate('second');
      expect(await second.election.start()).toBe('standing-by');
      cut.sever();
      const cutAt = performance.now();
      await board.led('second');
      // The Lease runs out by the second's own clock; then it is taken like one that was let go.
      expect(performance.now() - cutAt).toBeLessThan(TIMINGS.lengthMs + HAND_OVER_WITHIN_MS);
      expect(first.election.standing()).toBe('standing-by');
      cut.mend();
      await second.election.stop();
      await board.led('first');
      await first.election.stop();
      expect(board.mostAtOnce()).toBe(1);
      expect(board.terms).toEqual(['first', 'second', 'first']);
    });

    it('give up when somebody else has written the Lease', async () => {
      const board = scoreboard(target());
      const only = board.candidate('only');
      await only.election.start();
      await board.seize('somebody-else');
      await eventually('the end of its term', 10_000, () => only.election.standing() === 'standing-by' || undefined);
      expect(board.leading()).toBe(0);
      // Who never renews loses it by the local clock, whatever times stand in the object.
      await board.led('only', 2);
      await only.election.stop();
    });
  });
}

type Candidate = { readonly election: Election };

function scoreboard({ connection, restless }: ClusterUnderTest) {
  const name = `headroom-test-${randomUUID().slice(0, 8)}`;
  const { namespace } = restless;
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
  const terms: string[] = [];
  let atOnce = 0;
  let most = 0;
  const read = async () => lease.parse(await connection.json({ path, signal: soon() }));
  return {
    terms,
    read,
    mostAtOnce: () => most,
    leading: () => atOnce,
    candidate(identity: string, by: ClusterConnection = connection): Candidate {
      const election = createElection({
        connection: by,
        namespace,
        name,
        identity,
        now: clock.now,
        ticks: () => performance.now(),
        timings: TIMINGS,
        log: silent,
        meter: countingMeter(),
        random: () => 0.5,
        async lead(signal) {
          terms.push(identity);
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
          atOnce -= 1;
        },
      });
      return { election };
    },
    async led(identity: string, times = 1): Promise<void> {
      const seen = terms.length;
      await eventually(`${identity} to lead`, 20_000, () => {
        const ofIt = terms.filter((each) => each === identity).length;
        return (times === 1 ? terms.slice(Math.max(0, seen - 1)).at(-1) === identity : ofIt >= times) || undefined;
      });
    },
    async seize(identity: string): Promise<void> {
      await eventually('a write that nobody was faster than', 10_000, async () => {
        const { metadata, spec, ...rest } = await read();
        const body = { ...rest, metadata, spec: { ...spec, holderIdentity: identity } };
        const { status } = await connection.answer({ method: 'PUT', path, body, signal: soon() });
        return status === 200 || undefined;
      });
    },
  };
}

function severable(connection: ClusterConnection) {
  let severed = false;
  return {
    sever: () => {
      severed = true;
    },
    mend: () => {
      severed = false;
    },
    connection: {
      ...connection,
      answer: (call) =>
        severed
          ? Promise.reject(new TransientError('the network is cut', { code: 'OOM_CLUSTER_UNREACHABLE' }))
          : connection.answer(call),
    } satisfies ClusterConnection,
  };
}
