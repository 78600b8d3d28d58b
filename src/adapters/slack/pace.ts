// Slack's posting limits kept on our side, so that one busy channel does not stop another: one message a second in a channel, about fifty edits
// a minute in all (slack.md 6.1). A call that would wait long goes back to the job queue instead of holding a worker.

import { TransientError } from '../../ports/fault.ts';

export type Pace = {
  /** Takes a turn; throws TransientError with the time to wait when there is none soon. `nowMs` is monotonic. */
  take(key: string, nowMs: number): void;
  /** Slack said to wait. */
  hold(key: string, untilMs: number): void;
};

export type PaceLimits = { readonly perSecond: number; readonly burst: number };

type Bucket = { tokens: number; at: number; heldUntil: number };

/** At most so many keys are remembered; a forgotten one starts with a full bucket. */
const REMEMBERED = 10_000;

export function createPace({ perSecond, burst }: PaceLimits): Pace {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (key: string, nowMs: number): Bucket => {
    const known = buckets.get(key);
    if (known !== undefined) return known;
    if (buckets.size >= REMEMBERED) buckets.clear();
    const fresh = { tokens: burst, at: nowMs, heldUntil: 0 };
    buckets.set(key, fresh);
    return fresh;
  };
  return {
    take(key, nowMs) {
      const bucket = bucketOf(key, nowMs);
      bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.at) / 1000) * perSecond);
      bucket.at = nowMs;
      const wait = Math.max(bucket.heldUntil - nowMs, ((1 - bucket.tokens) / perSecond) * 1000);
      if (wait > 0)
        throw new TransientError('waiting for a turn to call Slack', {
          code: 'OOM_SLACK_RATE_LIMITED',
          retryAfterMs: Math.ceil(wait),
        });
      bucket.tokens -= 1;
    },
    hold(key, untilMs) {
      const bucket = bucketOf(key, untilMs);
      bucket.heldUntil = Math.max(bucket.heldUntil, untilMs);
    },
  };
}
