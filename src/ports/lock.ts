// One of many replicas does it: a lock that frees itself when its holder dies.

export interface Lock {
  /** Runs the work while holding the lock, or says 'held-elsewhere' without running it. The lock frees itself after the time to live. */
  holding<Result>(name: string, ttlMs: number, work: () => Promise<Result>): Promise<Result | 'held-elsewhere'>;
}
