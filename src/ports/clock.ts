// The only source of time for handlers and adapters that decide something by it.

import type { Instant } from '../domain/base/time.ts';

export interface Clock {
  now(): Instant;
}
