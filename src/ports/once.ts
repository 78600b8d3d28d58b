// Redelivered events, commands and clicks run once.

export interface Once {
  /** 'first' for the first call with that key within the time to live, 'again' for every other. */
  claim(key: string, ttlMs: number): Promise<'first' | 'again'>;
}
