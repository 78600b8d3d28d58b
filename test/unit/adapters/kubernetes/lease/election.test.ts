// When a leader that cannot renew its Lease gives up: by what it was told last, and before anybody else may take it.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Answer, Call } from '../../../../../src/adapters/kubernetes/client/connection.ts';
import type { Election, ElectionOptions } from '../../../../../src/adapters/kubernetes/lease/election.ts';
import { createElection } from '../../../../../src/adapters/kubernetes/lease/election.ts';
import { aborted } from '../../../../../src/adapters/pause.ts';
import { toInstant } from '../../../../../src/domain/base/time.ts';
import { TransientError } from '../../../../../src/ports/fault.ts';
import { silentLog, silentMeter } from '../../../../fakes/telemetry.ts';

const TIMINGS = { lengthMs: 15_000, renewWithinMs: 10_000, retryMs: 3000, releaseWithinMs: 3000 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A dozen Leases' worth of them. */
const RENEWALS = 60;

/** Answers what `delayMs` says later, until it is cut. */
function apiServer(delayMs: number) {
  let stored: unknown;
  let version = 0;
  const server = {
    cut: false,
    writes: () => version,
    async answer({ method = 'GET', body }: Call): Promise<Answer> {
      if (server.cut) throw new TransientError('the network is cut', { code: 'OOM_CLUSTER_UNREACHABLE' });
      if (method === 'GET') return stored === undefined ? { status: 404, body: {} } : { status: 200, body: stored };
      version += 1;
      stored = { ...Object(body), metadata: { name: 'lease', resourceVersion: String(version) } };
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      return { status: 200, body: stored };
    },
  };
  return server;
}

function electionOn(connection: ElectionOptions['connection'], differing: Partial<ElectionOptions>): Election {
  return createElection({
    connection,
    ...{ namespace: 'headroom', name: 'lease', identity: 'only', timings: TIMINGS },
    ...{ now: () => toInstant(0), ticks: () => performance.now(), random: () => 0, log: silentLog, meter: silentMeter },
    lead: aborted,
    ...differing,
  });
}

/** Cut after `cutAfterMs` at which it led; resolves to when it stopped leading, counted from its first question. */
async function ledUntil({ delayMs, cutAfterMs }: { readonly delayMs: number; readonly cutAfterMs: number }): Promise<number> {
  const server = apiServer(delayMs);
  const begun = performance.now();
  let endedAt = Number.NaN;
  const election = electionOn(server, {
    async lead(signal) {
      await aborted(signal);
      endedAt = performance.now() - begun;
    },
  });
  void election.start();
  await vi.advanceTimersByTimeAsync(cutAfterMs);
  expect(election.standing()).toBe('leading');
  server.cut = true;
  await vi.advanceTimersByTimeAsync(TIMINGS.lengthMs);
  await election.stop();
  return endedAt;
}

it('gives up at the moment by which it had to renew, not at its next try', async () => {
  const renewedAt = TIMINGS.retryMs;
  expect(await ledUntil({ delayMs: 0, cutAfterMs: renewedAt + 1 })).toBe(renewedAt + TIMINGS.renewWithinMs);
});

it('renews by a clock that counts fractions of a millisecond', async () => {
  const server = apiServer(0);
  const said: string[] = [];
  const note = (message: string): void => void said.push(message);
  // As performance.now() is on a real machine; a fake one is whole.
  const election = electionOn(server, {
    ticks: () => performance.now() / 1.0007,
    log: { ...silentLog, warn: note, error: note },
  });
  void election.start();
  await vi.advanceTimersByTimeAsync(RENEWALS * TIMINGS.retryMs + 1);
  expect(election.standing()).toBe('leading');
  expect(server.writes()).toBeGreaterThanOrEqual(RENEWALS);
  expect(said).toEqual([]);
  server.cut = true;
  await election.stop();
});

it.each([
  {
    name: 'the API server that it does not answer',
    error: new TransientError('the network is cut', { code: 'OOM_CLUSTER_UNREACHABLE' }),
    said: ['warn: the Lease could not be read or written; trying again'],
  },
  {
    name: 'itself for its own mistake',
    error: new RangeError('The value of "delay" is out of range.'),
    said: ['error: the Lease was not asked for, by a mistake in Headroom itself; trying again'],
  },
])('blames $name', async ({ error, said: expected }) => {
  const said: string[] = [];
  const log = {
    ...silentLog,
    warn: (message: string): void => void said.push(`warn: ${message}`),
    error: (message: string): void => void said.push(`error: ${message}`),
  };
  const election = electionOn({ answer: () => Promise.reject(error) }, { log });
  election.start().catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1);
  await election.stop();
  expect(said).toEqual(expected);
});

it('counts from when it asked for the Lease, however late the answer came', async () => {
  expect(await ledUntil({ delayMs: 4000, cutAfterMs: 4000 })).toBe(TIMINGS.renewWithinMs);
});
