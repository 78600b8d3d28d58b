// The line before Slack: a burst, then one after the other, each keeping its turn; a refusal moves everybody by as much as Slack said.

import { describe, expect, it } from 'vitest';
import { createPace } from '../../../../../src/adapters/slack/client/pace.ts';
import { TransientError } from '../../../../../src/ports/fault.ts';

type Pace = ReturnType<typeof createPace>;

/** How long it has to wait; zero when it is its turn. */
function ask(pace: Pace, turn: string, nowMs: number): number {
  const [key = '', ticket = ''] = turn.includes('/') ? turn.split('/') : ['C1', turn];
  try {
    pace.take({ key, ticket }, nowMs);
    return 0;
  } catch (error) {
    if (error instanceof TransientError) return error.retryAfterMs ?? -1;
    throw error;
  }
}

/** Everybody comes back when told; what happened when. Each ask costs one. */
function run(pace: Pace, count: number, refuse: (at: number) => number) {
  const asking = Array.from({ length: count }, (_, index) => ({ ticket: `t${index}`, at: 0 }));
  const sent: [ticket: string, at: number][] = [];
  let asks = 0;
  while (asking.length > 0) {
    asking.sort((a, b) => a.at - b.at);
    const next = asking.shift();
    if (next === undefined) break;
    asks += 1;
    const wait = ask(pace, next.ticket, next.at);
    if (wait > 0) asking.push({ ticket: next.ticket, at: next.at + wait });
    else {
      const refusedFor = refuse(next.at);
      if (refusedFor === 0) sent.push([next.ticket, next.at]);
      else {
        const untilMs = next.at + refusedFor;
        pace.hold({ key: 'C1', ticket: next.ticket }, { nowMs: next.at, untilMs });
        asking.push({ ticket: next.ticket, at: untilMs });
      }
    }
  }
  return { sent, asks };
}

describe('the pace of a channel', () => {
  it('lets a burst through, then one a second in the order they came, each asking twice at most', () => {
    const { sent, asks } = run(createPace({ perSecond: 1, burst: 4 }), 100, () => 0);
    expect(sent.map(([ticket]) => ticket)).toEqual(Array.from({ length: 100 }, (_, index) => `t${index}`));
    expect(sent.slice(0, 4).every(([, at]) => at === 0)).toBe(true);
    expect(sent.at(-1)?.[1]).toBe(96_000);
    expect(asks).toBeLessThanOrEqual(200);
  });

  it('loses no time but what Slack asks for', () => {
    let refusals = 0;
    const { sent } = run(createPace({ perSecond: 1, burst: 4 }), 60, (at) => {
      if (at < refusals * 10_000 + 5000 || refusals === 3) return 0;
      refusals += 1;
      return 2000;
    });
    expect(sent).toHaveLength(60);
    expect(sent.at(-1)?.[1]).toBeLessThanOrEqual(56_000 + 3 * 3000);
  });

  it('does not stop another channel', () => {
    const pace = createPace({ perSecond: 1, burst: 1 });
    ask(pace, 'a', 0);
    pace.hold({ key: 'C1', ticket: 'a' }, { nowMs: 0, untilMs: 30_000 });
    expect(ask(pace, 'b', 0)).toBeGreaterThan(0);
    expect(ask(pace, 'C2/c', 0)).toBe(0);
  });

  it('moves everybody once when several are refused together', () => {
    const pace = createPace({ perSecond: 1, burst: 2 });
    expect([ask(pace, 'a', 0), ask(pace, 'b', 0), ask(pace, 'c', 0)]).toEqual([0, 0, 1000]);
    for (const ticket of ['a', 'b']) pace.hold({ key: 'C1', ticket }, { nowMs: 100, untilMs: 5100 });
    expect(ask(pace, 'a', 5100)).toBe(0);
    expect(ask(pace, 'c', 6000)).toBe(0);
    expect(ask(pace, 'b', 7200)).toBe(0);
  });
});
