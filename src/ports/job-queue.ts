// Work that must happen even if this process dies now. A job is handed to a worker at least once; every step may run twice.

export type Job =
  | { readonly step: 'enrich'; readonly killId: string }
  | { readonly step: 'post'; readonly incidentId: string }
  | { readonly step: 'apply'; readonly proposalId: string }
  | { readonly step: 'verify'; readonly proposalId: string };

export interface JobQueue {
  enqueue(job: Job): Promise<void>;
}

/** What a step says when it has to be called again for the same job: the queue waits, no worker does. */
export type Later = { readonly kind: 'later'; readonly afterMs: number; readonly reason: string };
