// Incidents in Redis: one JSON value each, changed by compare-and-set on its version; the open one of a key found through a mapping that the
// same scripts keep; all of them in one index by the time they were opened and in one by their last kill.

import type { Redis } from 'ioredis';
import type { Dossier, Incident } from '../../../domain/incident/incident.ts';
import { happenedAt } from '../../../domain/kill/oom-kill.ts';
import { PermanentError, TransientError } from '../../../ports/fault.ts';
import type { IncidentDraft, IncidentStore, Opened, Reopening } from '../../../ports/incident-store.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { parseStored } from '../schema/basic.ts';
import { dossierSchema, incidentSchema } from '../schema/incident.ts';

/**
 * KEYS: 1 open mapping, 2 the new incident, 3 index of all, 4 index of unresolved, 5 index by last kill. ARGV: 1 id, 2 JSON, 3 when it was opened,
 * 4 its last kill.
 * Returns false when it was stored, else the id of the incident that is open under the key.
 */
const OPEN = `
local open = redis.call('GET', KEYS[1])
if open then return open end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[5], ARGV[4], ARGV[1])
return false`;

/**
 * KEYS: 1 the incident, 2 open mapping, 3 last resolved of the key, 4 index of unresolved, 5 index by last kill. ARGV: 1 expected JSON, 2 next JSON,
 * 3 id, 4 "1" when the next is resolved, 5 its last kill. Returns 1 when it was stored, 0 when the stored one is another.
 */
const REPLACE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[5], ARGV[5], ARGV[3])
if ARGV[4] == '1' then
  if redis.call('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end
  redis.call('SET', KEYS[3], ARGV[3])
  redis.call('ZREM', KEYS[4], ARGV[3])
end
return 1`;

/**
 * KEYS: 1 open mapping, 2 the incident, 3 index of unresolved, 4 index by last kill. ARGV: 1 expected JSON, 2 next JSON, 3 id, 4 when it was opened,
 * 5 its last kill. Returns 1 when it is open again, 0 when another is open or the stored one is another.
 */
const REOPEN = `
if redis.call('EXISTS', KEYS[1]) == 1 or redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
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
    findOpen: (key) => storing(() => openUnder(client, key)),
    openOrFind: (key, draft, reopen) => storing(() => openOrFind(client, { key, draft, reopen })),
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

async function openUnder(client: Redis, key: string): Promise<Incident | undefined> {
  const id = await client.get(keys.open(key));
  return id === null ? undefined : (await readIncident(client, id))?.incident;
}

type Opening = {
  readonly key: string;
  readonly draft: IncidentDraft;
  readonly reopen: Reopening | undefined;
};

async function openOrFind(client: Redis, opening: Opening): Promise<Opened> {
  const { key, draft, reopen } = opening;
  const open = await openUnder(client, key);
  if (open !== undefined) return { kind: 'found', incident: open };
  const previous = (await client.get(keys.last(key))) ?? undefined;
  const last = previous === undefined || reopen === undefined ? undefined : await readIncident(client, previous);
  const again = last === undefined ? undefined : reopen?.(last.incident);
  if (last !== undefined && again !== undefined) {
    const next = { ...again, version: last.incident.version + 1 };
    // Whoever was faster opened it, or a new one, under the same key.
    return (await reopened(client, last, next)) ? { kind: 'reopened', incident: next } : openOrFind(client, opening);
  }
  const id = `OOM-${FIRST + (await client.incr(keys.number))}`;
  const incident = draft(id, previous);
  const names = [keys.open(key), keys.incident(id), keys.all, keys.unresolved, keys.killed];
  const times = [incident.openedAt, happenedAt(incident.lastKill)];
  const other = await client.eval(OPEN, names.length, ...names, id, JSON.stringify(incident), ...times);
  if (typeof other !== 'string') return { kind: 'opened', incident };
  const found = (await readIncident(client, other))?.incident;
  if (found === undefined)
    throw new PermanentError(`incident ${other} is named as open and is not stored`, { code: 'OOM_STORE_CONTENT' });
  return { kind: 'found', incident: found };
}

async function reopened(client: Redis, last: Stored, next: Incident): Promise<boolean> {
  const names = [keys.open(next.key), keys.incident(next.id), keys.unresolved, keys.killed];
  const values = [last.text, JSON.stringify(next), next.id, next.openedAt, happenedAt(next.lastKill)];
  return (await client.eval(REOPEN, names.length, ...names, ...values)) === 1;
}

async function update(client: Redis, id: string, change: (incident: Incident) => Incident): Promise<Incident> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const stored = await readIncident(client, id);
    if (stored === undefined) throw new PermanentError(`incident ${id} is not stored`, { code: 'OOM_STORE_CONTENT' });
    const changed = change(stored.incident);
    if (changed === stored.incident) return stored.incident;
    const next = { ...changed, version: stored.incident.version + 1 };
    if (await replace(client, stored, next)) return next;
  }
  throw new TransientError(`incident ${id} is changed by too many at once`, { code: 'OOM_STORE_CONTENDED' });
}

async function replace(client: Redis, stored: Stored, next: Incident): Promise<boolean> {
  const resolved = next.state === 'resolved' ? '1' : '0';
  const names = [keys.incident(next.id), keys.open(next.key), keys.last(next.key), keys.unresolved, keys.killed];
  const values = [stored.text, JSON.stringify(next), next.id, resolved, happenedAt(next.lastKill)];
  return (await client.eval(REPLACE, names.length, ...names, ...values)) === 1;
}
