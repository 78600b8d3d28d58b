// Lengths of time as they come (computed, said by the other side, past their end) on their way to the platform: whole, bounded, and never thrown at.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DAY, wholeMs } from '../../../src/domain/base/time.ts';
import { TransientError } from '../../../src/ports/fault.ts';
import { callAfter, callEvery, timeoutAfter } from '../../../src/ports/timers.ts';

const LENGTHS = [
  { name: 'a fraction', lengthMs: 1999.3, whole: 2000 },
  { name: 'a fraction of one', lengthMs: 0.0001, whole: 1 },
  { name: 'what is whole', lengthMs: 10_000, whole: 10_000 },
  { name: 'nothing', lengthMs: 0, whole: 0 },
  { name: 'what is past its end', lengthMs: -12.5, whole: 0 },
  { name: 'for ever', lengthMs: Number.POSITIVE_INFINITY, whole: 366 * DAY },
];

describe('a length of time', () => {
  it.each(LENGTHS)('is whole and bounded: $name', ({ lengthMs, whole }) => {
    expect(wholeMs(lengthMs)).toBe(whole);
  });

  it('is a number', () => {
    expect(() => wholeMs(Number.NaN)).toThrow(RangeError);
  });

  it.each([
    { name: 'a fraction', saidMs: 1500.5, waitMs: 1501 },
    { name: 'a negative one', saidMs: -1000, waitMs: 0 },
    { name: 'no number', saidMs: Number.NaN, waitMs: undefined },
    { name: 'none', saidMs: undefined, waitMs: undefined },
  ])('is waited for as the other side said it, made whole: $name', ({ saidMs, waitMs }) => {
    expect(new TransientError('wait', { code: 'OOM_SLACK_RATE_LIMITED', retryAfterMs: saidMs }).retryAfterMs).toBe(waitMs);
  });
});

describe('a timer', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it.each(LENGTHS)('takes $name as a timeout', ({ lengthMs }) => {
    expect(timeoutAfter(lengthMs).aborted).toBe(false);
  });

  it('fires after the rounded length, not before', () => {
    const call = vi.fn();
    callAfter(99.5, call);
    vi.advanceTimersByTime(99);
    expect(call).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(call).toHaveBeenCalledOnce();
  });

  it('does not fire at once when it is longer than the platform can count', () => {
    const call = vi.fn();
    callAfter(100 * DAY, call);
    callEvery(100 * DAY, call);
    vi.advanceTimersByTime(DAY);
    expect(call).not.toHaveBeenCalled();
  });

  it('that repeats rests for a millisecond at least', () => {
    const call = vi.fn();
    const timer = callEvery(0, call);
    vi.advanceTimersByTime(5);
    expect(call).toHaveBeenCalledTimes(5);
    clearInterval(timer);
  });
});
