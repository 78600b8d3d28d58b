// The part of the cluster contract about who leads: one at a time, handed over after a clean stop, taken over after a crash, given up when lost.

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import type { Election, Timings } from '../../../src/adapters/kubernetes/lease/election.ts';
import { createElection, TIMINGS as USUAL } from '../../../src/adapters/kubernetes/lease/election.ts';
import { TransientError } from '../../../src/ports/fault.ts';
import type { ClusterUnderTest } from './cluster-support.ts';
import { clock, countingMeter, eventually, silent, soon } from './cluster-support.ts';

/** Five times as many tries as usual; the machine may stand still for seconds without a leader giving up. */
const TIMINGS: Timings = { lengthMs: 9000, renewWithinMs: 7000, retryMs: 400, releaseWithinMs: 20_000 };
const PATIENCE_MS = 60_000;
/** Client-go's jitter, at its longest. */
const LONGEST_RETRY = 1.2;
/** One may be under way when the Lease is let go; the next one finds it. */
const LOOKS_TO_HAND_OVER = 2;
/** More looks than fit between a renewal and giving up, and ten renewals at least. */
const HELD_FOR = Math.max(10, Math.ceil((2 * TIMINGS.renewWithinMs) / TIMINGS.retryMs));
/** Until a Lease that nobody renews is over: the first of them may still see a renewal, the last one takes it. */
const LOOKS_TO_TAKE_OVER = Math.ceil(TIMINGS.lengthMs / TIMINGS.retryMs) + 2;

const lease = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  spec: z.looseObject({
    holderIdentity: z.string(),
    leaseTransitions: z.number(),
    acquireTime: z.string(),
    renewTime: z.string(),
  }),
});

export function leaseContract(target: () => ClusterUnderTest): void {
  describe('the watchers of a cluster', () => {
    it('lead one at a time, and hand over within five seconds of a clean stop', async () => {
      // Told in looks: how long a look takes is the machine's business.
      expect(LOOKS_TO_HAND_OVER * LONGEST_RETRY * USUAL.retryMs).toBeLessThan(5000);
      const board = scoreboard(target());
      const first = board.candidate('first');
      expect(await first.election.start()).toBe('leading');
      const second = board.candidate('second');
      expect(await second.election.start()).toBe('standing-by');
      await first.election.stop();
      const stoppedAt = second.looks();
      await board.led('second');
      expect(second.ledAt() - stoppedAt).toBeLessThanOrEqual(LOOKS_TO_HAND_OVER);
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
      const cutAt = second.looks();
      await board.led('second');
      // The Lease runs out by the second's own clock; the next look takes it.
      expect(second.ledAt() - cutAt).toBeLessThanOrEqual(LOOKS_TO_TAKE_OVER);
      expect(first.election.standing()).toBe('standing-by');
      cut.mend();
      await second.election.stop();
      await board.led('first');
      await first.election.stop();
      expect(board.mostAtOnce()).toBe(1);
      expect(board.terms).toEqual(['first', 'second', 'first']);
    });

    it('hold it for ten renewals and more, on the machine’s own clock', async () => {
      const board = scoreboard(target());
      const only = board.candidate('only');
      await only.election.start();
      const { spec: taken } = await board.read();
      // One length of a Lease that nobody renews would have room for fewer.
      await eventually('ten renewals', PATIENCE_MS, () => only.looks() > HELD_FOR || undefined);
      expect(only.election.standing()).toBe('leading');
      expect(board.terms).toEqual(['only']);
      const { spec: held } = await board.read();
      expect(held).toMatchObject({
        holderIdentity: 'only',
        acquireTime: taken.acquireTime,
        leaseTransitions: taken.leaseTransitions,
      });
      expect(held.renewTime > taken.renewTime).toBe(true);
      await only.election.stop();
    });

    it('give up when somebody else has written the Lease', async () => {
      const board = scoreboard(target());
      const only = board.candidate('only');
      await only.election.start();
      await board.seize('somebody-else');
      await eventually('the end of its term', PATIENCE_MS, () => only.election.standing() === 'standing-by' || undefined);
      expect(board.leading()).toBe(0);
      // Who never renews loses it by the local clock, whatever times stand in the object.
      await board.led('only', 2);
      await only.election.stop();
    });
  });
}

type Candidate = {
  readonly election: Election;
  /** How often it has looked at the Lease so far. */
  readonly looks: () => number;
  /** How often it had looked when it began to lead the last time. */
  readonly ledAt: () => number;
};

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
      let looks = 0;
      let ledAt = 0;
      const answer: ClusterConnection['answer'] = (call) => {
        if (call.method === undefined) looks += 1;
        return by.answer(call);
      };
      const election = createElection({
        connection: { ...by, answer },
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
          ledAt = looks;
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
          atOnce -= 1;
        },
      });
      return { election, looks: () => looks, ledAt: () => ledAt };
    },
    async led(identity: string, times = 1): Promise<void> {
      const seen = terms.length;
      await eventually(`${identity} to lead`, PATIENCE_MS, () => {
        const ofIt = terms.filter((each) => each === identity).length;
        return (times === 1 ? terms.slice(Math.max(0, seen - 1)).at(-1) === identity : ofIt >= times) || undefined;
      });
    },
    async seize(identity: string): Promise<void> {
      await eventually('a write that nobody was faster than', PATIENCE_MS, async () => {
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
