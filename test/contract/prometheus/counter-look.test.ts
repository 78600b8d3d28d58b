// A look at the counters whose watcher is to stop, while the API server does not answer.

import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { aborted } from '../../../src/adapters/pause.ts';
import { connectPrometheus } from '../../../src/adapters/prometheus/endpoint.ts';
import { systemClock } from '../../../src/app/parts.ts';
import { createCounterLook } from '../../../src/app/roles/counters.ts';
import { HOUR } from '../../../src/domain/base/time.ts';

const STEP = 15;

function answer(): string {
  const end = Math.floor(systemClock.now() / 1000 / STEP) * STEP;
  const id = `/kubepods/burstable/pod4f2c1a7e-9f0b-4d3a-8f57-0d6c2f3b9a11/${'0123456789abcdef'.repeat(4)}`;
  const values = [
    [end - 2 * STEP, '0'],
    [end - STEP, '1'],
  ];
  const result = [{ metric: { namespace: 'shop', pod: 'api-1', container: 'app', id }, values }];
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

it('leaves at once, and not only when its own time is up', async () => {
  const server = createServer((_, response) => response.end(answer()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const prometheus = connectPrometheus({ url: `http://127.0.0.1:${address.port}` }, 10_000);
  const asked = Promise.withResolvers<void>();
  const look = createCounterLook({
    prometheus,
    reportWithin: HOUR,
    watchCounter: async (_rise, signal) => {
      asked.resolve();
      await aborted(signal);
      return 'gone';
    },
  });
  const leave = new AbortController();
  const looking = look(systemClock.now(), leave.signal);
  await asked.promise;
  const begun = performance.now();
  leave.abort();
  await looking;
  expect(performance.now() - begun).toBeLessThan(5000);
  await prometheus.close();
  server.close();
});
