// The record of who did what: append-only, kept for as long as the configuration says. What a proposal does is written together with the
// proposal itself (ports/proposal-store.ts); `append` is for what changes no proposal: attempts, policies, pull requests.

import type { AuditAction, AuditEvent } from '../domain/audit/audit.ts';
import type { ChainHead, ChainRecord } from '../domain/audit/chain.ts';
import type { Instant } from '../domain/base/time.ts';

export type AuditEntry = { readonly sequence: number; readonly hash: string; readonly event: AuditEvent };

/** All that is given must fit. */
export type AuditFilter = {
  readonly namespace?: string | undefined;
  /** Name of the workload. */
  readonly workload?: string | undefined;
  readonly incidentId?: string | undefined;
  readonly proposalId?: string | undefined;
  readonly action?: AuditAction | undefined;
  readonly container?: string | undefined;
  readonly since?: Instant | undefined;
  readonly limit: number;
};

export function fitsFilter({ at, action, target, incidentId, proposalId }: AuditEvent, filter: AuditFilter): boolean {
  const { namespace, name, container } = target ?? {};
  const wanted: readonly (readonly [wanted: string | undefined, found: string | undefined])[] = [
    [filter.namespace, namespace],
    [filter.workload, name],
    [filter.container, container],
    [filter.action, action],
    [filter.incidentId, incidentId],
    [filter.proposalId, proposalId],
  ];
  return (
    (filter.since === undefined || at >= filter.since) && wanted.every(([asked, found]) => asked === undefined || asked === found)
  );
}

export type AuditHistory = {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** False when older records were not looked at, because there are too many. */
  readonly complete: boolean;
};

export interface Audit {
  /** Recorded when it resolves, even if this process dies now. Throws TransientError when the store cannot be reached: then nothing was. */
  append(event: AuditEvent): Promise<void>;
  history(filter: AuditFilter): Promise<AuditHistory>;
  /**
   * What happened to a proposal, oldest first, by the records that Headroom itself sealed: a record that somebody else put there is not among them, and
   * without a key none is.
   */
  ofProposal(proposalId: string): Promise<readonly AuditEvent[]>;
}

export interface AuditKeeping {
  /** Chains whatever was recorded and not yet chained. Returns how many. */
  settle(): Promise<number>;
  /** Removes what is older, and says so in a record. Returns how many were removed. */
  keepSince(oldest: Instant, now: Instant): Promise<number>;
  /** Every record as it is stored, oldest first. */
  records(): AsyncIterable<ChainRecord>;
  /** The newest, as the store remembers it apart from the records. */
  head(): Promise<ChainHead>;
}
