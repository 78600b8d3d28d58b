// How a connection is read: what comes in one turn is handed on once, and after it nobody reads for a while, the longer the more comes.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTurns, FIRST_PACE, nextPace } from '../../../../src/adapters/kubernetes/turns.ts';

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
  const turns = createTurns({
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

  it('that floods has no rest after it', () => {
    const { comes, turnEnds, said } = connection();
    for (let count = 0; count < 24; count += 1) comes('x'.repeat(16 * KIB));
    turnEnds();
    expect(said).toEqual([]);
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

describe('the rest', () => {
  const rests = (broughtKib: readonly number[]): readonly number[] => {
    let pace = FIRST_PACE;
    return broughtKib.map((kib) => {
      pace = nextPace(pace, kib * KIB);
      return pace.restMs;
    });
  };

  it.each([
    { name: 'is short where little happens', brought: [10, 16, 3], rest: [5, 5, 5] },
    { name: 'grows while more than little comes', brought: [17, 20, 30, 17, 17], rest: [10, 20, 40, 80, 80] },
    {
      name: 'shrinks again little by little',
      brought: [20, 20, 20, 20, 0, 20, 9, 9, 9, 9, 9],
      rest: [10, 20, 40, 80, 40, 80, 40, 20, 10, 5, 5],
    },
    {
      name: 'is short after much, and long once that was all',
      brought: [20, 20, 90, 9, 300, 0, 9],
      rest: [10, 20, 5, 40, 5, 80, 40],
    },
    { name: 'stays short while much comes each time', brought: [60, 60, 60, 60], rest: [5, 5, 5, 5] },
    { name: 'is none while more comes than is read in a turn', brought: [400, 500, 50, 9], rest: [0, 0, 5, 40] },
  ])('$name', ({ brought, rest }) => {
    expect(rests(brought)).toEqual(rest);
  });
});
