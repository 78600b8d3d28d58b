// The counters of OOM kills as Prometheus answers: what is a rise, and what has stood there for long. On a real Prometheus in test/e2e/detection-real.test.ts.

import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { connectPrometheus } from '../../../src/adapters/prometheus/endpoint.ts';
import { readOomCounterRises } from '../../../src/adapters/prometheus/oom-counters.ts';
import { toInstant } from '../../../src/domain/base/time.ts';

const ID = '0123456789abcdef'.repeat(4);
const NOW = toInstant(Date.UTC(2026, 10, 24, 3, 0, 0));
const MINUTES = 10;
const PATIENCE_MS = 20_000;

/** One value for each step of 15 s up to now; undefined where there was no sample. */
async function risesOf(
  values: readonly (number | undefined)[],
  id = `/kubepods/burstable/pod4f2c1a7e-9f0b-4d3a-8f57-0d6c2f3b9a11/${ID}`,
) {
  const begin = NOW / 1000 - (values.length - 1) * 15;
  const points = values.flatMap((value, index) => (value === undefined ? [] : [[begin + index * 15, String(value)]]));
  const metric = { namespace: 'shop', pod: 'api-1', container: 'app', id };
  const body = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric, values: points }] } });
  const server = createServer((_, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    const endpoint = connectPrometheus({ url: `http://127.0.0.1:${address.port}` }, PATIENCE_MS);
    const rises = await readOomCounterRises(endpoint, { now: NOW, lengthMs: MINUTES * 60_000 }, AbortSignal.timeout(PATIENCE_MS));
    return rises.map(({ value, at, rose, containerId }) => {
      expect(containerId).toBe(ID);
      return { value, agoSeconds: (NOW - at) / 1000, rose };
    });
  } finally {
    server.close();
  }
}

const STEPS = MINUTES * 4 + 1;
const flat = (value: number | undefined, length = STEPS): readonly (number | undefined)[] => Array.from({ length }, () => value);

describe('a counter', () => {
  it.each([
    { name: 'that stands at nothing', values: flat(0), rises: [] },
    { name: 'that has stood there for long, who knows since when', values: flat(3), rises: [] },
    { name: 'that rose', values: [...flat(0, 39), 1, 1], rises: [{ value: 1, agoSeconds: 15, rose: true }] },
    {
      name: 'that rose twice from where it stood',
      values: [...flat(4, 38), 5, 5, 7],
      rises: [
        { value: 5, agoSeconds: 30, rose: true },
        { value: 7, agoSeconds: 0, rose: true },
      ],
    },
    {
      name: 'that begins with a kill',
      values: [...flat(undefined, 30), ...flat(1, 11)],
      rises: [{ value: 1, agoSeconds: 150, rose: false }],
    },
    { name: 'that stands where it stood before a gap', values: [...flat(2, 20), ...flat(undefined, 20), 2], rises: [] },
    {
      name: 'that rose within a gap',
      values: [...flat(0, 20), ...flat(undefined, 20), 1],
      rises: [{ value: 1, agoSeconds: 0, rose: true }],
    },
  ])('$name', async ({ values, rises }) => {
    expect(await risesOf(values)).toEqual(rises);
  });

  it('of what is no container is nobody’s', async () => {
    expect(await risesOf([...flat(0, 40), 1], '/system.slice/sshd.service')).toEqual([]);
  });
});
