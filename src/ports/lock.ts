// One of many replicas does it: a lock that is kept for as long as the work takes, and frees itself when its holder dies.

export interface Lock {
  /**
   * Runs the work while holding the lock, or says 'held-elsewhere' without running it. The lock is renewed while the work goes on; a holder that dies
   * frees it after the time to live. `lost` is aborted when it could not be renewed, so that somebody else may be at the same work by now.
   */
  holding<Result>(name: string, ttlMs: number, work: (lost: AbortSignal) => Promise<Result>): Promise<Result | 'held-elsewhere'>;
}
