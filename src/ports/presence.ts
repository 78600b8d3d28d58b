// Where the processes of the bot say that they live, and what is asked about how it is.

import type { Presence, QueueCounts } from '../domain/coverage/presence.ts';

export interface PresenceBoard {
  say(presence: Presence): Promise<void>;
  /** Said before it ends. */
  leave(process: string): Promise<void>;
  /** Those who are there. */
  list(): Promise<readonly Presence[]>;
}

export interface Vitals {
  /** Milliseconds until the store answered. Throws when it does not. */
  storeAnswersInMs(): Promise<number>;
  queue(): Promise<QueueCounts>;
}
