// How a connection is read: what comes in one turn is handed on once, and after it nobody reads for a while, the longer the more comes.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTurns, restFor } from '../../../../../../src/adapters/kubernetes/client/stream/turns.ts';

const KIB = 1024;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A socket as node reads it: it asks where to read to, reads there, says how much, and asks again at once. */
function connection() {
  const said: string[] = [];
  const read: string[] = [];
  let nowMs = 0;
  const turns = createTurns({
    now: () => nowMs,
    pause: () => said.push('pause'),
    resume: () => said.push('resume'),
    read: (bytes) => read.push(bytes.toString('latin1')),
  });
  let memory = turns.onread.buffer();
  return {
    turns,
    said,
    read,
    comes(text: string): void {
      expect(memory.length).toBeGreaterThanOrEqual(text.length);
      memory.write(text, 'latin1');
      expect(turns.onread.callback(text.length)).toBe(true);
      memory = turns.onread.buffer();
    },
    turnEnds: () => vi.advanceTimersByTime(0),
    passes(lengthMs: number): void {
      nowMs += lengthMs;
      vi.advanceTimersByTime(lengthMs);
    },
  };
}

describe('a turn', () => {
  it('is handed on as one, then rests', () => {
    const { comes, turnEnds, read, said } = connection();
    comes('one ');
    comes('two');
    expect(read).toEqual([]);
    turnEnds();
    expect([read, said]).toEqual([['one two'], ['pause']]);
    vi.advanceTimersByTime(5);
    expect(said).toEqual(['pause', 'resume']);
  });

  it('is read to where node was told before, though what came was handed on meanwhile', () => {
    const { comes, turnEnds, read } = connection();
    for (const text of ['one', 'two', 'three']) {
      comes(text);
      turnEnds();
    }
    expect(read).toEqual(['one', 'two', 'three']);
  });

  it('of more than the memory holds is handed on in parts, in order and whole', () => {
    const { comes, turnEnds, read } = connection();
    const parts = Array.from({ length: 40 }, (_, index) => String.fromCharCode(65 + index).repeat(16 * KIB));
    for (const part of parts) comes(part);
    turnEnds();
    expect(read.length).toBeGreaterThan(1);
    expect(read.join('') === parts.join('')).toBe(true);
  });
});

describe('whoever reads', () => {
  it('may hold the connection beyond its rest', () => {
    const { turns, comes, turnEnds, said } = connection();
    comes('one');
    turnEnds();
    turns.hold();
    vi.advanceTimersByTime(100);
    expect(said).toEqual(['pause']);
    turns.release();
    expect(said).toEqual(['pause', 'resume']);
  });

  it('may ask for what has come so far, and gets it once', () => {
    const { turns, comes, turnEnds, read } = connection();
    comes('one');
    turns.flush();
    expect(read).toEqual(['one']);
    turnEnds();
    expect(read).toEqual(['one']);
  });
});

it.each(['during the rest', 'before the turn ended'])('leaves no timer behind when the connection closes %s', (when) => {
  const { turns, comes, turnEnds, said } = connection();
  comes('one');
  if (when === 'during the rest') turnEnds();
  turns.end();
  turnEnds();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(100);
  expect(said).not.toContain('resume');
});

describe('a rest', () => {
  it('does not follow what comes right after another: whoever sends it was waiting', () => {
    const { comes, turnEnds, said, passes } = connection();
    passes(50);
    comes('one');
    turnEnds();
    passes(5);
    expect(said).toEqual(['pause', 'resume']);
    for (let count = 0; count < 20; count += 1) {
      comes('x'.repeat(16 * KIB));
      turnEnds();
      passes(0.5);
    }
    expect(said).toEqual(['pause', 'resume']);
    passes(3);
    comes('by itself');
    turnEnds();
    expect(said).toEqual(['pause', 'resume', 'pause']);
  });

  it('leaves the first turn after it to whoever was waiting', () => {
    const { comes, turnEnds, said, passes } = connection();
    passes(50);
    for (const text of ['one', 'two', 'three']) {
      comes(text);
      turnEnds();
      passes(50);
    }
    expect(said).toEqual(['pause', 'resume', 'pause', 'resume']);
  });

  it('is longer while much comes, and short again when little does', () => {
    const { comes, turnEnds, said, passes } = connection();
    const rest = (): number => {
      const before = said.length;
      let lengthMs = 0;
      while (said.length === before && lengthMs < 100) {
        passes(1);
        lengthMs += 1;
      }
      return lengthMs;
    };
    const second = (changes: number): number => {
      for (let count = 0; count < changes; count += 1) {
        comes('x'.repeat(10 * KIB));
        turnEnds();
        if (said.at(-1) === 'pause') rest();
        passes(1000 / changes);
      }
      while (said.at(-1) !== 'pause') {
        passes(20);
        comes('one');
        turnEnds();
      }
      return rest();
    };
    expect(second(20)).toBe(5);
    expect(second(800)).toBeGreaterThan(50);
    expect(second(20)).toBe(5);
  });

  it.each([
    { rate: 0, restMs: 5 },
    { rate: 1500, restMs: 5 },
    { rate: 2250, restMs: 42.5 },
    { rate: 3000, restMs: 80 },
    { rate: 90_000, restMs: 80 },
  ])('is $restMs ms at $rate bytes a millisecond', ({ rate, restMs }) => {
    expect(restFor(rate)).toBe(restMs);
  });
});
