// Points in time and lengths of time. Both are whole milliseconds; the brands keep one from being used as the other.

declare const instant: unique symbol;
declare const millis: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [instant]: true };

/** A length of time in milliseconds, never negative. */
export type Millis = number & { readonly [millis]: true };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function isInstant(value: unknown): value is Instant {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

export function isMillis(value: unknown): value is Millis {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Brands a number as an instant. Throws RangeError for anything but a whole number: a programming fault. */
export function toInstant(epochMs: number): Instant {
  if (!isInstant(epochMs)) throw new RangeError(`not a point in time: ${epochMs}`);
  return epochMs;
}

/** Brands a number as a length of time. Throws RangeError when it is negative or not whole: a programming fault. */
export function toMillis(lengthMs: number): Millis {
  if (!isMillis(lengthMs)) throw new RangeError(`not a length of time: ${lengthMs}`);
  return lengthMs;
}

/** Nothing is waited for or kept by a clock for longer than a year: what says so is wrong. */
const LONGEST_MS = 366 * DAY;

/**
 * A length of time as timers, queues and stores take it: whole milliseconds from 0 to a year, fractions rounded up. Computed lengths come as fractions
 * (performance.now() counts them) and, past their end, as negative numbers. Throws RangeError for NaN: a programming fault.
 */
export function wholeMs(lengthMs: number): Millis {
  return toMillis(Math.ceil(Math.min(Math.max(lengthMs, 0), LONGEST_MS)));
}

/** The instant an RFC 3339 text names; undefined when it is absent, unreadable, or before 1971 (the kubelet's "never"). */
export function parseInstant(text: string | null | undefined): Instant | undefined {
  if (text === undefined || text === null) return undefined;
  const epochMs = Date.parse(text);
  return isInstant(epochMs) && epochMs > 365 * DAY ? epochMs : undefined;
}

export function after(start: Instant, length: Millis): Instant {
  return toInstant(start + length);
}

export function before(end: Instant, length: Millis): Instant {
  return toInstant(end - length);
}

/** From start to end, zero when the clocks disagree and end comes first. */
export function between(start: Instant, end: Instant): Millis {
  return toMillis(Math.max(0, end - start));
}

/**
 * Whether something that was noted at an instant is less than that long ago. What was noted by a clock that was ahead, and lies further ahead than that, is not:
 * it would else stay recent for as long as the clock was ahead.
 */
export function isRecentlyNoted(at: Instant, now: Instant, lengthMs: number): boolean {
  return Math.abs(now - at) < lengthMs;
}

/** For people: "42 seconds", "7 minutes", "3 hours", "2 days". */
export function formatDuration(length: Millis): string {
  for (const [unit, name] of [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
  ] as const) {
    if (length >= 2 * unit || (length >= unit && length % unit === 0)) return counted(Math.round(length / unit), name);
  }
  return counted(Math.round(length / SECOND), 'second');
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
