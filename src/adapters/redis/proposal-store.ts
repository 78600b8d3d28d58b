// Proposals in Redis: one JSON value each, changed by compare-and-set on the version; the active ones in a set.

import type { Redis } from 'ioredis';
import type { Proposal } from '../../domain/proposal.ts';
import { isFinal } from '../../domain/proposal.ts';
import { PermanentError } from '../../ports/fault.ts';
import type { ProposalStore } from '../../ports/proposal-store.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';
import { parseStored } from './schema/basic.ts';
import { proposalSchema } from './schema/incident.ts';

/**
 * KEYS: 1 the proposal, 2 the active set. ARGV: 1 expected version, 2 next JSON, 3 id, 4 "1" when the next is final.
 * Returns false when it was stored, else the stored JSON of another version.
 */
const REPLACE = `
local stored = redis.call('GET', KEYS[1])
if not stored or cjson.decode(stored)['version'] ~= tonumber(ARGV[1]) then return stored or '' end
redis.call('SET', KEYS[1], ARGV[2])
if ARGV[4] == '1' then redis.call('SREM', KEYS[2], ARGV[3]) end
return false`;

const ACTIVE = `${PREFIX}:proposals-active`;
const NUMBER = `${PREFIX}:proposal-number`;

export function redisProposalStore({ client }: { readonly client: Redis }): ProposalStore {
  return {
    create: (draft) =>
      storing(async () => {
        const proposal = draft(`P-${await client.incr(NUMBER)}`);
        await client.multi().set(keyOf(proposal.id), JSON.stringify(proposal)).sadd(ACTIVE, proposal.id).exec();
        return proposal;
      }),
    get: (id) => storing(() => read(client, id)),
    replace: (next) =>
      storing(async () => {
        const final = isFinal(next.state) ? '1' : '0';
        const other = await client.eval(
          REPLACE,
          2,
          keyOf(next.id),
          ACTIVE,
          next.version - 1,
          JSON.stringify(next),
          next.id,
          final,
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
