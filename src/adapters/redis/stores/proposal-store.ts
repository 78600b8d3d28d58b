// Proposals in Redis: one JSON value each, changed by compare-and-set on the version; the active ones in a set. What is stored is recorded for the
// audit in the same atomic step: there is no change without its record, and no record without its change.

import type { Redis } from 'ioredis';
import { proposalEvent } from '../../../domain/audit/audit.ts';
import type { Proposal } from '../../../domain/change/proposal.ts';
import { isFinal } from '../../../domain/change/proposal.ts';
import { PermanentError } from '../../../ports/fault.ts';
import type { Seal } from '../../../ports/keys.ts';
import type { ProposalStore } from '../../../ports/proposal-store.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { parseStored } from '../schema/basic.ts';
import { proposalSchema } from '../schema/proposal.ts';
import { AUDIT_PENDING } from './audit.ts';
import { sealedText } from './sealed-event.ts';

/**
 * KEYS: 1 the proposal, 2 the active set, 3 what the audit still has to chain. ARGV: 1 expected version, 2 next JSON, 3 id, 4 "1" when the next is
 * final, 5 the audit's event.
 * Returns false when it was stored, else the stored JSON of another version.
 */
const REPLACE = `
local stored = redis.call('GET', KEYS[1])
if not stored or cjson.decode(stored)['version'] ~= tonumber(ARGV[1]) then return stored or '' end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('RPUSH', KEYS[3], ARGV[5])
if ARGV[4] == '1' then redis.call('SREM', KEYS[2], ARGV[3]) end
return false`;

const ACTIVE = `${PREFIX}:proposals-active`;
const NUMBER = `${PREFIX}:proposal-number`;

export type ProposalStoreOptions = {
  readonly client: Redis;
  /** Of the audit's events that are stored with each change; undefined where this process has no key. */
  readonly seal?: Seal | undefined;
};

export function redisProposalStore({ client, seal }: ProposalStoreOptions): ProposalStore {
  return {
    create: (draft) =>
      storing(async () => {
        const proposal = draft(`P-${await client.incr(NUMBER)}`);
        await client
          .multi()
          .set(keyOf(proposal.id), JSON.stringify(proposal))
          .sadd(ACTIVE, proposal.id)
          .rpush(AUDIT_PENDING, sealedText(proposalEvent(proposal), seal))
          .exec();
        return proposal;
      }),
    get: (id) => storing(() => read(client, id)),
    replace: (next) =>
      storing(async () => {
        const final = isFinal(next.state) ? '1' : '0';
        const other = await client.eval(
          REPLACE,
          3,
          ...[keyOf(next.id), ACTIVE, AUDIT_PENDING],
          ...[next.version - 1, JSON.stringify(next), next.id, final, sealedText(proposalEvent(next), seal)],
        );
        if (typeof other !== 'string') return { kind: 'stored', proposal: next };
        if (other === '') throw new PermanentError(`proposal ${next.id} is not stored`, { code: 'OOM_STORE_CONTENT' });
        return { kind: 'conflict', current: parseStored(proposalSchema, keyOf(next.id), other) };
      }),
    listActive: () =>
      storing(async () => {
        const found = await Promise.all((await client.smembers(ACTIVE)).map((id) => read(client, id)));
        return found.flatMap((proposal) => (proposal === undefined ? [] : [proposal]));
      }),
  };
}

async function read(client: Redis, id: string): Promise<Proposal | undefined> {
  const text = await client.get(keyOf(id));
  return text === null ? undefined : parseStored(proposalSchema, keyOf(id), text);
}

function keyOf(id: string): string {
  return `${PREFIX}:proposal:${id}`;
}
