// Slack's posting limits kept on our side, so that one busy channel does not stop another: one message a second in a channel, about fifty edits
// a minute in all. A call that would wait goes back to the job queue instead of holding a worker: it is given a turn, keeps it, and is told
// when it comes, so that a thousand that wait do not ask a thousand times a second. Times are monotonic, in ms.

import { TransientError } from '../../../ports/fault.ts';

export type Turn = {
  /** What is limited: a channel. */
  readonly key: string;
  /** Who waits: keeps its place in line when it comes back. */
  readonly ticket: string;
};

export type Pace = {
  /** Takes a turn; throws TransientError with the time to wait when it is not there yet. */
  take(turn: Turn, nowMs: number): void;
  /** Slack refused this one and said until when: it comes first then, and everybody else so much later. */
  hold(turn: Turn, times: { readonly nowMs: number; readonly untilMs: number }): void;
};

export type PaceLimits = { readonly perSecond: number; readonly burst: number };

type Bucket = {
  /** When the last turn given would be taken if all came evenly: in the past while there is a burst left. */
  last: number;
  heldUntil: number;
  /** The turn of each that waits. */
  line: Map<string, number>;
};

/** At most so many keys are remembered; a forgotten one starts with a full bucket. */
const REMEMBERED = 10_000;
/** Whoever has not come for its turn after this long has lost it. */
const LOST_AFTER_MS = 60_000;

export function createPace({ perSecond, burst }: PaceLimits): Pace {
  const every = 1000 / perSecond;
  const buckets = new Map<string, Bucket>();
  const bucketOf = (key: string): Bucket => {
    const known = buckets.get(key);
    if (known !== undefined) return known;
    if (buckets.size >= REMEMBERED) buckets.clear();
    const fresh = { last: Number.NEGATIVE_INFINITY, heldUntil: 0, line: new Map<string, number>() };
    buckets.set(key, fresh);
    return fresh;
  };
  const newTurn = (bucket: Bucket, nowMs: number): number => {
    bucket.last = Math.max(bucket.last, nowMs - burst * every) + every;
    return Math.max(bucket.last, nowMs, bucket.heldUntil);
  };
  return {
    take({ key, ticket }, nowMs) {
      const bucket = bucketOf(key);
      const turn = bucket.line.get(ticket) ?? newTurn(bucket, nowMs);
      if (turn <= nowMs) {
        bucket.line.delete(ticket);
        return;
      }
      bucket.line.set(ticket, turn);
      forgetLost(bucket, nowMs);
      throw new TransientError('waiting for a turn to call Slack', {
        code: 'OOM_SLACK_RATE_LIMITED',
        retryAfterMs: Math.ceil(turn - nowMs),
      });
    },
    hold({ key, ticket }, { nowMs, untilMs }) {
      const bucket = bucketOf(key);
      const later = Math.max(0, untilMs - Math.max(nowMs, bucket.heldUntil));
      bucket.heldUntil = Math.max(bucket.heldUntil, untilMs);
      bucket.line = new Map([...bucket.line].map(([other, turn]) => [other, turn + later]));
      // No burst right after a refusal: Slack counts otherwise than we do.
      bucket.last = Math.max(bucket.last + later, untilMs);
      bucket.line.set(ticket, later > 0 ? untilMs : newTurn(bucket, nowMs));
    },
  };
}

function forgetLost({ line }: Bucket, nowMs: number): void {
  for (const [ticket, turn] of line) if (turn < nowMs - LOST_AFTER_MS) line.delete(ticket);
}
