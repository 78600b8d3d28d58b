// The audit in Redis. An event is recorded by putting it among the pending (the proposal store does so in the script that stores the proposal);
// then it is chained: one script moves pending events to the stream, under the numbers and hashes that follow the head it still finds. A crash in
// between leaves them pending for the next who looks. The stream's ids are the numbers, which Redis accepts in rising order only.

import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { AuditEvent } from '../../../domain/audit/audit.ts';
import type { ChainHead } from '../../../domain/audit/chain.ts';
import { GENESIS, linkAfter } from '../../../domain/audit/chain.ts';
import type { Instant } from '../../../domain/base/time.ts';
import type { Audit, AuditEntry, AuditFilter, AuditHistory, AuditKeeping } from '../../../ports/audit.ts';
import { fitsFilter } from '../../../ports/audit.ts';
import type { Seal } from '../../../ports/keys.ts';
import type { Log } from '../../../ports/log.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { auditEntrySchema, auditEventSchema, chainHeadSchema, chainRecordSchema } from '../schema/audit.ts';
import { parseStored } from '../schema/basic.ts';
import { isGenuine, sealedText } from './sealed-event.ts';

export const AUDIT_PENDING = `${PREFIX}:audit:pending`;
const STREAM = `${PREFIX}:audit:records`;
const HEAD = `${PREFIX}:audit:head`;

/**
 * KEYS: 1 pending, 2 head, 3 stream. ARGV: 1 the head these links follow ("" for none), 2 the new head, 3 the first number, then for each link its
 * pending text and its record. Returns 1 when all were chained, 0 when somebody else was there in between.
 */
const LINK = `
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
local count = (#ARGV - 3) / 2
for i = 1, count do
  if redis.call('LINDEX', KEYS[1], i - 1) ~= ARGV[2 + 2 * i] then return 0 end
end
for i = 1, count do
  redis.call('XADD', KEYS[3], string.format('%d-0', ARGV[3] + i - 1), 'record', ARGV[3 + 2 * i])
end
redis.call('LTRIM', KEYS[1], count, -1)
redis.call('SET', KEYS[2], ARGV[2])
return 1`;

const LINKED_AT_ONCE = 100;
const READ_AT_ONCE = 500;
/** History looks back this far; an export reads everything. */
const LOOKED_AT = 20_000;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export type AuditOptions = {
  readonly client: Redis;
  readonly log: Log;
  /** Undefined where this process has no key: what it records proves nothing, and it can tell no record from a forged one. */
  readonly seal?: Seal | undefined;
};

export function redisAudit({ client, log, seal }: AuditOptions): Audit & AuditKeeping {
  const settle = oneAtATime(() => storing(() => chainPending(client, log)));
  return {
    settle,
    append: (event) =>
      storing(async () => {
        await client.rpush(AUDIT_PENDING, sealedText(event, seal));
        await settle();
      }),
    async ofProposal(proposalId) {
      await settle();
      return storing(() => genuineOf(client, { proposalId, seal }));
    },
    async history(filter) {
      await settle();
      return storing(() => search(client, filter));
    },
    async *records() {
      for (let from = '-'; ; ) {
        const page = await storing(() => client.xrange(STREAM, from, '+', 'COUNT', READ_AT_ONCE));
        for (const [, [, text]] of page) yield parseStored(chainRecordSchema, STREAM, text ?? '');
        const last = page.at(-1);
        if (last === undefined) return;
        from = `(${last[0]}`;
      }
    },
    head: () => storing(() => readHead(client)),
    async keepSince(oldest, now) {
      await settle();
      return storing(() => removeBefore(client, { oldest, now, settle, seal }));
    },
  };
}

/** Whoever asks while a run is under way gets the next one, together with all others who wait. */
function oneAtATime(work: () => Promise<number>): () => Promise<number> {
  let running: Promise<number> | undefined;
  let next: Promise<number> | undefined;
  const start = (): Promise<number> => {
    const run = work().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  };
  const startNext = (): Promise<number> => {
    next = undefined;
    return start();
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(startNext, startNext);
    return next;
  };
}

async function readHead(client: Redis): Promise<ChainHead> {
  const text = await client.get(HEAD);
  return text === null ? GENESIS : parseStored(chainHeadSchema, HEAD, text);
}

async function chainPending(client: Redis, log: Log): Promise<number> {
  for (let chained = 0; ; ) {
    const [headText, waiting] = await Promise.all([client.get(HEAD), client.lrange(AUDIT_PENDING, 0, LINKED_AT_ONCE - 1)]);
    if (waiting.length === 0) return chained;
    let head = headText === null ? GENESIS : parseStored(chainHeadSchema, HEAD, headText);
    const first = head.sequence + 1;
    const links: string[] = [];
    for (const text of waiting) {
      parseStored(auditEventSchema, AUDIT_PENDING, text);
      // As it is stored: its seal covers what this version does not know as well.
      const event: unknown = JSON.parse(text);
      const record = linkAfter(head, event, sha256);
      head = { sequence: record.sequence, hash: record.hash };
      links.push(text, JSON.stringify(record));
    }
    const keys = [AUDIT_PENDING, HEAD, STREAM];
    const done = await client.eval(LINK, keys.length, ...keys, headText ?? '', JSON.stringify(head), first, ...links);
    if (done !== 1) continue;
    chained += waiting.length;
    // Kept with the logs, a hash shows later whether the chain is still the same.
    log.info('audit', { sequence: head.sequence, hash: head.hash });
  }
}

async function search(client: Redis, filter: AuditFilter): Promise<AuditHistory> {
  const entries: AuditEntry[] = [];
  let until = '+';
  for (let looked = 0; looked < LOOKED_AT; looked += READ_AT_ONCE) {
    const page = await client.xrevrange(STREAM, until, '-', 'COUNT', READ_AT_ONCE);
    for (const [, [, text]] of page) {
      const entry = parseStored(auditEntrySchema, STREAM, text ?? '');
      if (fitsFilter(entry.event, filter)) entries.push(entry);
      if (entries.length >= filter.limit) return { entries, complete: true };
    }
    const last = page.at(-1);
    if (last === undefined) return { entries, complete: true };
    until = `(${last[0]}`;
  }
  return { entries, complete: false };
}

type OfProposal = { readonly proposalId: string; readonly seal: Seal | undefined };

/** Oldest first, from the record of its asking on: nothing of a proposal is older than that. */
async function genuineOf(client: Redis, { proposalId, seal }: OfProposal): Promise<readonly AuditEvent[]> {
  const found: AuditEvent[] = [];
  let until = '+';
  for (let looked = 0; looked < LOOKED_AT; looked += READ_AT_ONCE) {
    const page = await client.xrevrange(STREAM, until, '-', 'COUNT', READ_AT_ONCE);
    for (const [, [, text = '']] of page) {
      // Most are about others: told without reading them.
      if (!text.includes(JSON.stringify(proposalId))) continue;
      const { event } = parseStored(chainRecordSchema, STREAM, text);
      const read = auditEventSchema.safeParse(event);
      if (!read.success || read.data.proposalId !== proposalId || !isGenuine(event, seal)) continue;
      found.unshift(read.data);
      if (read.data.action === 'propose' || read.data.action === 'undo') return found;
    }
    const last = page.at(-1);
    if (last === undefined) return found;
    until = `(${last[0]}`;
  }
  return found;
}

type Removing = {
  readonly oldest: Instant;
  readonly now: Instant;
  readonly settle: () => Promise<number>;
  readonly seal: Seal | undefined;
};

/** First the record that says so, then the removal: a crash in between removes nothing, and the next run says it again. */
async function removeBefore(client: Redis, { oldest, now, settle, seal }: Removing): Promise<number> {
  const last = await lastBefore(client, oldest);
  if (last === undefined) return 0;
  const [first] = await client.xrange(STREAM, '-', '+', 'COUNT', 1);
  const event: AuditEvent = {
    at: now,
    actor: { kind: 'headroom' },
    action: 'retention',
    result: 'done',
    outcome: `records up to ${last.sequence} are older than the configuration keeps them`,
    removed: { through: last.sequence, hash: last.hash },
  };
  await client.rpush(AUDIT_PENDING, sealedText(event, seal));
  await settle();
  await client.xtrim(STREAM, 'MINID', `${last.sequence + 1}-0`);
  return last.sequence - Number.parseInt(first?.[0] ?? '1', 10) + 1;
}

async function lastBefore(client: Redis, oldest: Instant): Promise<ChainHead | undefined> {
  let last: ChainHead | undefined;
  for (let from = '-'; ; ) {
    const page = await client.xrange(STREAM, from, '+', 'COUNT', READ_AT_ONCE);
    for (const [, [, text]] of page) {
      const record = parseStored(auditEntrySchema, STREAM, text ?? '');
      if (record.event.at >= oldest) return last;
      last = { sequence: record.sequence, hash: record.hash };
    }
    const newest = page.at(-1);
    if (newest === undefined) return last;
    from = `(${newest[0]}`;
  }
}
