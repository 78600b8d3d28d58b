// How long a job waits between its tries, and which errors end it.

import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { backoffAfter, endOfTry, LONGEST_BACKOFF_MS, MOST_TRIES } from '../../../../src/adapters/redis/retries.ts';
import { HOUR } from '../../../../src/domain/base/time.ts';
import { PermanentError, TransientError, UnknownResultError } from '../../../../src/ports/fault.ts';
import { STEP_NAMES, STEPS } from '../../../../src/ports/steps.ts';

describe('the wait between two tries', () => {
  it.each([
    { tries: 1, random: 0, waitMs: 500 },
    { tries: 2, random: 0, waitMs: 1000 },
    { tries: 3, random: 0.5, waitMs: 1700 },
    { tries: 4, random: 0, waitMs: 4000 },
    { tries: 5, random: 0, waitMs: 5000 },
    { tries: 5, random: 1, waitMs: 3500 },
    { tries: 10_000, random: 0, waitMs: 5000 },
  ])('is $waitMs ms after $tries tries, by a chance of $random', ({ tries, random, waitMs }) => {
    expect(backoffAfter(tries, 500, random)).toBe(waitMs);
  });

  it.each(STEP_NAMES)('never grows beyond five seconds: %s', (step) => {
    for (let tries = 1; tries <= 60; tries += 1) expect(backoffAfter(tries, STEPS[step].backoffMs, 0)).toBeLessThanOrEqual(5000);
  });
});

describe('an error of a job', () => {
  it('of what is away is tried again for most of a day', () => {
    const shortestMs = LONGEST_BACKOFF_MS * 0.7;
    expect(MOST_TRIES * shortestMs).toBeGreaterThan(12 * HOUR);
    for (const away of [
      new TransientError('no way to Slack', { code: 'OOM_SLACK_UNREACHABLE' }),
      new UnknownResultError('no answer', { code: 'OOM_SLACK_UNREACHABLE' }),
    ])
      expect(endOfTry(away, MOST_TRIES, 8)).toBe(away);
  });

  it('that nobody expects gets the tries of its step', () => {
    const error = new TypeError('of nothing');
    expect(endOfTry(error, 7, 8)).toBe(error);
    expect(endOfTry(error, 8, 8)).toBeInstanceOf(UnrecoverableError);
    expect(endOfTry('words', 8, 8)).toMatchObject({ message: 'words' });
  });

  it('that will come again ends it, and is named', () => {
    const refused = endOfTry(new PermanentError('invalid_blocks', { code: 'OOM_SLACK_REFUSED' }), 1, 8);
    expect(refused).toBeInstanceOf(UnrecoverableError);
    expect(refused).toMatchObject({ message: 'OOM_SLACK_REFUSED: invalid_blocks' });
  });
});
