// The chain that makes the audit tamper-evident: each record's hash covers its number, its event and the hash before it, so that a record that
// was changed, removed, added or moved later shows itself. Whoever can rewrite everything can rewrite the chain as well: therefore a hash that was
// noted elsewhere (a log line, an export) can be asked for. Hashes are 64 hexadecimal digits; the digest is given by the caller.

import { canonicalJson } from '../base/canonical-json.ts';

export type ChainRecord = {
  /** 1, 2, 3 … without a gap. */
  readonly sequence: number;
  /** Hash of the record before; GENESIS for the first. */
  readonly previous: string;
  readonly hash: string;
  /** As it was stored: fields that this version does not know count as well. */
  readonly event: unknown;
};

/** SHA-256 in hexadecimal. */
export type Digest = (text: string) => string;

export type ChainHead = { readonly sequence: number; readonly hash: string };

export const GENESIS: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

export type ChainVerdict =
  | { readonly kind: 'intact'; readonly records: number; readonly first: number; readonly head: ChainHead }
  | { readonly kind: 'empty' }
  | { readonly kind: 'broken'; readonly sequence: number; readonly problem: string };

/** The record that follows the head. */
export function linkAfter(head: ChainHead, event: unknown, digest: Digest): ChainRecord {
  const sequence = head.sequence + 1;
  return { sequence, previous: head.hash, hash: hashOf({ sequence, previous: head.hash, event }, digest), event };
}

function hashOf({ sequence, previous, event }: Omit<ChainRecord, 'hash'>, digest: Digest): string {
  return digest(`${previous}\n${canonicalJson({ sequence, event })}`);
}

export type ChainCheck = {
  /** The next record, oldest first. After a problem everything else is ignored: the first one is the answer. */
  accept(record: ChainRecord): void;
  /** `storedHead`: what the store says is the newest; undefined for an export, which has none. */
  finish(storedHead: ChainHead | undefined): ChainVerdict;
};

/** Checks a chain record by record; `noted`: hashes that were seen earlier and kept elsewhere. */
export function checkChain(digest: Digest, noted: readonly ChainHead[]): ChainCheck {
  let first: ChainRecord | undefined;
  let last: ChainRecord | undefined;
  let records = 0;
  let broken: Extract<ChainVerdict, { readonly kind: 'broken' }> | undefined;
  const removals: ChainHead[] = [];
  return {
    accept(record) {
      if (broken !== undefined) return;
      const problem = problemWith(record, last, { digest, noted });
      if (problem !== undefined) broken = { kind: 'broken', sequence: record.sequence, problem };
      first ??= record;
      last = record;
      records += 1;
      const removed = removalOf(record.event);
      if (removed !== undefined) removals.push(removed);
    },
    finish(storedHead) {
      if (broken !== undefined) return broken;
      return judge({ first, last, records, removals, storedHead, noted });
    },
  };
}

type Context = { readonly digest: Digest; readonly noted: readonly ChainHead[] };

function problemWith(record: ChainRecord, last: ChainRecord | undefined, { digest, noted }: Context): string | undefined {
  if (last !== undefined && record.sequence !== last.sequence + 1)
    return `it follows record ${last.sequence}: those between are missing`;
  if (last !== undefined && record.previous !== last.hash) return `it does not follow from record ${last.sequence}`;
  if (record.hash !== hashOf(record, digest)) return 'its content does not fit its hash';
  const seen = noted.find(({ sequence }) => sequence === record.sequence);
  if (seen !== undefined && seen.hash !== record.hash) return 'its hash is not the one that was noted';
  return undefined;
}

type Read = {
  readonly first: ChainRecord | undefined;
  readonly last: ChainRecord | undefined;
  readonly records: number;
  readonly removals: readonly ChainHead[];
  readonly storedHead: ChainHead | undefined;
  readonly noted: readonly ChainHead[];
};

function judge({ first, last, records, removals, storedHead, noted }: Read): ChainVerdict {
  const broken = (sequence: number, problem: string): ChainVerdict => ({ kind: 'broken', sequence, problem });
  const beyond = [...noted, ...(storedHead === undefined ? [] : [storedHead])].find(
    ({ sequence }) => sequence > (last?.sequence ?? 0),
  );
  if (beyond !== undefined) return broken(beyond.sequence, 'it was written, and is missing');
  if (first === undefined || last === undefined) return { kind: 'empty' };
  if (!startsWell(first, removals))
    return broken(first.sequence, 'those before it are missing, and no record says that retention removed them');
  if (storedHead !== undefined && (storedHead.sequence !== last.sequence || storedHead.hash !== last.hash))
    return broken(last.sequence, 'it is newer than what the store calls the newest');
  return { kind: 'intact', records, first: first.sequence, head: { sequence: last.sequence, hash: last.hash } };
}

/** A chain begins with its first record, or right after what retention says it removed. */
function startsWell(first: ChainRecord, removals: readonly ChainHead[]): boolean {
  if (first.sequence === 1) return first.previous === GENESIS.hash;
  return removals.some(({ sequence, hash }) => sequence === first.sequence - 1 && hash === first.previous);
}

/** What a retention record says it removed. */
function removalOf(event: unknown): ChainHead | undefined {
  if (typeof event !== 'object' || event === null || !('removed' in event)) return undefined;
  const { removed } = event;
  if (typeof removed !== 'object' || removed === null || !('through' in removed) || !('hash' in removed)) return undefined;
  const { through, hash } = removed;
  return typeof through === 'number' && typeof hash === 'string' ? { sequence: through, hash } : undefined;
}
