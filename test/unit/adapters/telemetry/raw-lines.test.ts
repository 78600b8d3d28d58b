// What libraries and Node would write to the terminal comes through the log, in its one format.

import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createLog } from '../../../../src/adapters/telemetry/logger.ts';
import { takeOverLines } from '../../../../src/adapters/telemetry/raw-lines.ts';

const logged = z.object({ level: z.number(), kind: z.string(), words: z.string(), msg: z.string() });

function taken() {
  const lines: string[] = [];
  const raw: unknown[] = [];
  const write = (...words: unknown[]): void => void raw.push(words);
  const console = { log: write, info: write, debug: write, warn: write, error: write, trace: write };
  const process = new EventEmitter();
  // As Node's own, which prints.
  process.on('warning', write);
  const clock = { ms: 0 };
  const log = createLog('info', { write: (line: string) => void lines.push(line) });
  takeOverLines({ console, process, log, ticks: () => clock.ms });
  const said = (): readonly unknown[] => lines.map((line) => logged.parse(JSON.parse(line)));
  return { console, process, clock, raw, said };
}

it.each([
  {
    name: 'a warning',
    words: ['IMPORTANT! Eviction policy is allkeys-lru.'],
    text: 'IMPORTANT! Eviction policy is allkeys-lru.',
  },
  { name: 'an error', words: ['[ioredis]', new Error('connect ECONNREFUSED')], text: '[ioredis] connect ECONNREFUSED' },
  { name: 'an address with a password', words: ['redis://user:hunter2@redis:6379'], text: 'redis://[redacted]@redis:6379' },
  { name: 'a token', words: ['xoxb-1-secret is old'], text: '[redacted] is old' },
  { name: 'a long line', words: ['x'.repeat(5000)], text: 'x'.repeat(300) },
])('$name of a library is a line of the log', ({ words, text }) => {
  const { console, raw, said } = taken();
  console.warn(...words);
  expect(said()).toEqual([{ level: 40, kind: 'warn', words: text, msg: 'a library says' }]);
  expect(raw).toEqual([]);
});

it('a warning of Node is a line of the log, and nothing else', () => {
  const { process, raw, said } = taken();
  process.emit('warning', Object.assign(new Error('11 listeners added'), { name: 'MaxListenersExceededWarning' }));
  expect(said()).toMatchObject([{ kind: 'MaxListenersExceededWarning', words: '11 listeners added' }]);
  expect(raw).toEqual([]);
});

it('what is said again and again is a line once a minute', () => {
  const { console, clock, said } = taken();
  for (clock.ms = 0; clock.ms < 120_000; clock.ms += 500) console.error('[ioredis] Unhandled error event');
  expect(said()).toHaveLength(2);
});
