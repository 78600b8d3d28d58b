// What is muted, one for each workload. Mutes whose time is over may be gone.

import type { Mute } from '../domain/incident/mute.ts';

export interface MuteStore {
  get(key: string): Promise<Mute | undefined>;
  /** In the place of an older one of the same workload. */
  put(mute: Mute): Promise<void>;
  /** The mute that was taken back; undefined when there was none. */
  remove(key: string): Promise<Mute | undefined>;
  list(): Promise<readonly Mute[]>;
}
