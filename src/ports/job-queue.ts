// Work that must happen even if this process dies now. What needs a cluster is done by that cluster's workers; several share one Redis. A job is handed to
// a worker at least once; every step may run twice.

import type { Instant } from '../domain/base/time.ts';
import type { DigestPeriod } from '../domain/incident/digest.ts';

export type Job =
  /**
   * `marked`: a suspected kill turned out to be one, and is looked at again. `late`: what came too late is asked for again, with more time; `kernel`:
   * because the kernel's report came later.
   */
  | {
      readonly step: 'enrich';
      readonly cluster: string;
      readonly killId: string;
      readonly marked?: boolean | undefined;
      readonly late?: boolean | undefined;
      readonly kernel?: boolean | undefined;
    }
  /** `afterMs`: what may wait; other changes that come meanwhile do not wait with it. */
  | { readonly step: 'post'; readonly incidentId: string; readonly afterMs?: number | undefined }
  | { readonly step: 'storm'; readonly stormId: string; readonly afterMs?: number | undefined }
  | { readonly step: 'digest'; readonly period: DigestPeriod; readonly channel: string; readonly at: Instant }
  | { readonly step: 'apply'; readonly cluster: string; readonly proposalId: string }
  | { readonly step: 'verify'; readonly cluster: string; readonly proposalId: string };

export interface JobQueue {
  enqueue(job: Job): Promise<void>;
}

/** What a step says when it has to be called again for the same job: the queue waits, no worker does. */
export type Later = { readonly kind: 'later'; readonly afterMs: number; readonly reason: string };
