// Incidents in Redis: one JSON value each, changed by compare-and-set on its version; the open one of a key found through a mapping that the
// same scripts keep; all of them in one index by the time they were opened and in one by their last kill. Which incident counts a kill stands in a key
// of its own for each kill, written with the count (docs/decisions/0021).

import type { Redis } from 'ioredis';
import type { Dossier, Incident } from '../../../domain/incident/incident.ts';
import { happenedAt } from '../../../domain/kill/oom-kill.ts';
import { PermanentError, TransientError } from '../../../ports/fault.ts';
import type { Counted, Counting, IncidentStore } from '../../../ports/incident-store.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { parseStored } from '../schema/basic.ts';
import { dossierSchema, incidentSchema } from '../schema/incident.ts';
import { REMEMBERED_MS } from './kill-intake.ts';

/**
 * KEYS: 1 open mapping, 2 the new incident, 3 index of all, 4 index of unresolved, 5 index by last kill, 6 who counts the kill. ARGV: 1 id, 2 JSON,
 * 3 when it was opened, 4 its last kill, 5 how long a kill is remembered in ms.
 * Returns 1 when it was stored, 0 when another is open under the key or the kill is counted.
 */
const OPEN = `
if redis.call('EXISTS', KEYS[1]) == 1 or redis.call('EXISTS', KEYS[6]) == 1 then return 0 end
redis.call('SET', KEYS[6], ARGV[1], 'PX', ARGV[5])
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[5], ARGV[4], ARGV[1])
return 1`;

/**
 * KEYS: 1 the incident, 2 open mapping, 3 last resolved of the key, 4 index of unresolved, 5 index by last kill, 6 who counts a kill, where one is counted.
 * ARGV: 1 expected JSON, 2 next JSON, 3 id, 4 "1" when the next is resolved, 5 its last kill, 6 how long a kill is remembered in ms. Returns 1 when it was
 * stored, 0 when the stored one is another or the kill is counted.
 */
const REPLACE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if KEYS[6] and not redis.call('SET', KEYS[6], ARGV[3], 'PX', ARGV[6], 'NX') then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[5], ARGV[5], ARGV[3])
if ARGV[4] == '1' then
  if redis.call('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end
  redis.call('SET', KEYS[3], ARGV[3])
  redis.call('ZREM', KEYS[4], ARGV[3])
end
return 1`;

/**
 * KEYS: 1 open mapping, 2 the incident, 3 index of unresolved, 4 index by last kill, 5 who counts the kill. ARGV: 1 expected JSON, 2 next JSON, 3 id,
 * 4 when it was opened, 5 its last kill, 6 how long a kill is remembered in ms. Returns 1 when it is open again, 0 when another is open, the stored one is
 * another or the kill is counted.
 */
const REOPEN = `
if redis.call('EXISTS', KEYS[1]) == 1 or redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
if not redis.call('SET', KEYS[5], ARGV[3], 'PX', ARGV[6], 'NX') then return 0 end
redis.call('SET', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[3])
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[3])
return 1`;

const MOST_TRIES = 20;

const keys = {
  incident: (id: string) => `${PREFIX}:incident:${id}`,
  dossier: (id: string) => `${PREFIX}:dossier:${id}`,
  open: (key: string) => `${PREFIX}:incident-open:${key}`,
  last: (key: string) => `${PREFIX}:incident-last:${key}`,
  counted: (killId: string) => `${PREFIX}:kill-counted-by:${killId}`,
  number: `${PREFIX}:incident-number`,
  all: `${PREFIX}:incidents`,
  unresolved: `${PREFIX}:incidents-unresolved`,
  killed: `${PREFIX}:incidents-killed`,
};

/** Numbers start above a thousand, so that the first incident does not look like a toy. */
const FIRST = 1000;

export function redisIncidentStore({ client }: { readonly client: Redis }): IncidentStore {
  const read = (id: string) => readIncident(client, id);
  const readAll = async (ids: readonly string[]): Promise<readonly Incident[]> => {
    const found = await Promise.all(ids.map(read));
    return found.flatMap((stored) => (stored === undefined ? [] : [stored.incident]));
  };
  return {
    get: (id) => storing(async () => (await read(id))?.incident),
    findOpen: (key) => storing(async () => (await openUnder(client, key))?.incident),
    count: (counting) => storing(() => count(client, counting)),
    update: (id, change) => storing(() => update(client, id, change)),
    list: ({ state, limit }) =>
      storing(async () => readAll(await client.zrevrange(state === 'all' ? keys.all : keys.unresolved, 0, limit - 1))),
    killedSince: (since, limit) =>
      storing(async () => readAll(await client.zrevrangebyscore(keys.killed, '+inf', since, 'LIMIT', 0, limit))),
    saveDossier: (id, dossier) => storing(async () => void (await client.set(keys.dossier(id), JSON.stringify(dossier)))),
    dossier: (id) =>
      storing(async (): Promise<Dossier | undefined> => {
        const text = await client.get(keys.dossier(id));
        return text === null ? undefined : parseStored(dossierSchema, keys.dossier(id), text);
      }),
  };
}

type Stored = { readonly incident: Incident; readonly text: string };

async function readIncident(client: Redis, id: string): Promise<Stored | undefined> {
  const text = await client.get(keys.incident(id));
  return text === null ? undefined : { incident: parseStored(incidentSchema, keys.incident(id), text), text };
}

async function openUnder(client: Redis, key: string): Promise<Stored | undefined> {
  const id = await client.get(keys.open(key));
  return id === null ? undefined : named(client, id);
}

/** One that another key names. Throws PermanentError when it is not there. */
async function named(client: Redis, id: string): Promise<Stored> {
  const stored = await readIncident(client, id);
  if (stored !== undefined) return stored;
  throw new PermanentError(`incident ${id} is named and is not stored`, { code: 'OOM_STORE_CONTENT' });
}

async function count(client: Redis, counting: Counting): Promise<Counted> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const counted = await countOnce(client, counting);
    if (counted !== undefined) return counted;
  }
  throw new TransientError(`the incident of ${counting.key} is changed by too many at once`, { code: 'OOM_STORE_CONTENDED' });
}

/** Undefined when somebody else was faster: to count this kill, or to change or open the incident. */
async function countOnce(client: Redis, counting: Counting): Promise<Counted | undefined> {
  const { key, killId } = counting;
  const by = await client.get(keys.counted(killId));
  if (by !== null) return { kind: 'known', incident: (await named(client, by)).incident };
  const open = await openUnder(client, key);
  if (open === undefined) return openForIt(client, counting);
  const added = counting.add(open.incident);
  // Counted before who counts a kill was written down.
  if (added === open.incident) return { kind: 'known', incident: added };
  const next = { ...added, version: open.incident.version + 1 };
  return (await replace(client, { stored: open, next, killId })) ? { kind: 'counted', incident: next } : undefined;
}

async function openForIt(client: Redis, { key, killId, draft, reopen }: Counting): Promise<Counted | undefined> {
  const previous = (await client.get(keys.last(key))) ?? undefined;
  const last = previous === undefined || reopen === undefined ? undefined : await readIncident(client, previous);
  const again = last === undefined ? undefined : reopen?.(last.incident);
  if (last !== undefined && again !== undefined) {
    const reopened = { ...again, version: last.incident.version + 1 };
    return (await storeReopened(client, { stored: last, next: reopened, killId }))
      ? { kind: 'reopened', incident: reopened }
      : undefined;
  }
  const id = `OOM-${FIRST + (await client.incr(keys.number))}`;
  const incident = draft(id, previous);
  const names = [keys.open(key), keys.incident(id), keys.all, keys.unresolved, keys.killed, keys.counted(killId)];
  const values = [id, JSON.stringify(incident), incident.openedAt, happenedAt(incident.lastKill), REMEMBERED_MS];
  return (await client.eval(OPEN, names.length, ...names, ...values)) === 1 ? { kind: 'opened', incident } : undefined;
}

type Replacing = {
  readonly stored: Stored;
  readonly next: Incident;
  /** The kill that the next counts and the stored one does not. */
  readonly killId?: string | undefined;
};

async function storeReopened(client: Redis, { stored, next, killId }: Replacing & { readonly killId: string }): Promise<boolean> {
  const names = [keys.open(next.key), keys.incident(next.id), keys.unresolved, keys.killed, keys.counted(killId)];
  const values = [stored.text, JSON.stringify(next), next.id, next.openedAt, happenedAt(next.lastKill), REMEMBERED_MS];
  return (await client.eval(REOPEN, names.length, ...names, ...values)) === 1;
}

async function update(client: Redis, id: string, change: (incident: Incident) => Incident): Promise<Incident> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const stored = await readIncident(client, id);
    if (stored === undefined) throw new PermanentError(`incident ${id} is not stored`, { code: 'OOM_STORE_CONTENT' });
    const changed = change(stored.incident);
    if (changed === stored.incident) return stored.incident;
    const next = { ...changed, version: stored.incident.version + 1 };
    if (await replace(client, { stored, next })) return next;
  }
  throw new TransientError(`incident ${id} is changed by too many at once`, { code: 'OOM_STORE_CONTENDED' });
}

async function replace(client: Redis, { stored, next, killId }: Replacing): Promise<boolean> {
  const resolved = next.state === 'resolved' ? '1' : '0';
  const names = [keys.incident(next.id), keys.open(next.key), keys.last(next.key), keys.unresolved, keys.killed];
  if (killId !== undefined) names.push(keys.counted(killId));
  const values = [stored.text, JSON.stringify(next), next.id, resolved, happenedAt(next.lastKill), REMEMBERED_MS];
  return (await client.eval(REPLACE, names.length, ...names, ...values)) === 1;
}
