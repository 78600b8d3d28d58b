// Who else was killed on the node: also those whose pods do not show it any more.

import { describe, expect, it, vi } from 'vitest';
import type { RecordPorts } from '../../../../handlers/explain/recorded-nearby.ts';
import { withRecordedNearby } from '../../../../handlers/explain/recorded-nearby.ts';
import { known, unavailable, valueOf } from '../../../../src/domain/base/piece.ts';
import { DAY, MINUTE, SECOND, toInstant, toMillis } from '../../../../src/domain/base/time.ts';
import type { Evidence } from '../../../../src/domain/evidence/evidence.ts';
import { addKill, openIncident } from '../../../../src/domain/incident/incident.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { PermanentError } from '../../../../src/ports/fault.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { ago, evidence, kill, mi, NOW, workload } from '../../../support/build.ts';
import { openFor } from '../../../support/open-incident.ts';
import { soon } from '../support/bot.ts';

const AT = kill().finishedAt ?? NOW;

function other(name: string, over: Partial<Kill> = {}): Kill {
  return kill({
    id: `prod/${name}-uid/app/${name}`,
    ref: { ...kill().ref, namespace: 'web', pod: name, podUid: `${name}-uid` },
    finishedAt: toInstant(AT - MINUTE),
    ...over,
  });
}

function shown(kills: readonly { readonly pod: string; readonly at: number }[]): Evidence {
  const seen = kills.map(({ pod, at }) => ({ namespace: 'web', pod, container: 'app', at: toInstant(at) }));
  const value = { running: 3, requested: mi(1), limited: mi(1), withoutLimit: 0, kills: seen };
  return evidence({ nodePods: known(value, 'pods of the node', NOW) });
}

/** Each list is one incident, its kills in order. */
async function recorded(...incidents: readonly (readonly Kill[])[]) {
  const { ports } = createFakeWorld();
  for (const [index, kills] of incidents.entries()) {
    const [first = kill(), ...more] = kills;
    for (const each of kills) await ports.intake.claim(each, 'report');
    const { incident } = await openFor(ports.incidents, `key-${index}`, (id) =>
      openIncident({ id, kill: first, workload: workload(), channel: 'C1', now: NOW }),
    );
    await ports.incidents.update(incident.id, (current) => more.reduce(addKill, current));
  }
  return ports;
}

async function nearby(given: Evidence, ...incidents: readonly (readonly Kill[])[]) {
  return lookedAt(await recorded(...incidents), given);
}

async function lookedAt(ports: RecordPorts, given: Evidence, deadline = toMillis(5000)) {
  const found = await withRecordedNearby(ports, { kill: kill(), evidence: given, signal: soon(), deadline });
  return valueOf(found.nodePods);
}

function elsewhere(name: string, count: number): readonly Kill[] {
  return Array.from({ length: count }, (_, index) =>
    other(`${name}-${index}`, { node: 'node-9', finishedAt: toInstant(AT + index) }),
  );
}

describe('kills near another', () => {
  it('are those of pods that are gone, beside those that pods still show', async () => {
    const found = await nearby(shown([{ pod: 'cart', at: AT - 2 * MINUTE }]), [kill()], [other('eater')]);
    expect(found?.recorded).toBe(true);
    expect(found?.kills.map(({ pod }) => pod)).toEqual(['eater', 'cart']);
  });

  it('are told once, also when both say so a second apart', async () => {
    const found = await nearby(shown([{ pod: 'eater', at: AT - MINUTE + SECOND }]), [other('eater')]);
    expect(found?.kills).toHaveLength(1);
  });

  it('are found also when the same incident was killed on another node since', async () => {
    const moved = other('eater-2', { node: 'node-9', finishedAt: toInstant(AT) });
    expect((await nearby(shown([]), [other('eater'), moved]))?.kills.map(({ pod }) => pod)).toEqual(['eater']);
  });

  it.each([
    { name: 'on another node', over: { node: 'node-9' } },
    { name: 'long before', over: { finishedAt: toInstant(AT - 11 * MINUTE) } },
    { name: 'not sure', over: { how: 'suspected' as const } },
    { name: 'in another cluster', over: { ref: { ...other('x').ref, cluster: 'test' } } },
    { name: 'of the same pod', over: { ref: kill().ref } },
  ])('are not those $name', async ({ over }) => {
    const found = await nearby(shown([]), [other('eater', over)]);
    expect(found).toMatchObject({ kills: [], recorded: true });
  });

  it('are not told at all where the node’s pods could not be read', async () => {
    expect(await nearby(evidence({ nodePods: unavailable('no right') }), [other('eater')])).toBeUndefined();
  });
});

describe('that nobody else was killed', () => {
  it.each([
    { name: 'a kill behind more than ten of its incident', incidents: [[other('eater'), ...elsewhere('eater', 12)]] },
    {
      name: 'more incidents than are looked at',
      incidents: Array.from({ length: 60 }, (_, index) => elsewhere(`web-${index}`, 1)),
    },
    { name: 'more kills than are looked up', incidents: Array.from({ length: 20 }, (_, index) => elsewhere(`web-${index}`, 5)) },
    { name: 'an incident that remembers no kill before the last fifty', incidents: [elsewhere('eater', 52)] },
  ])('is not claimed with $name', async ({ incidents }) => {
    const ports = await recorded(...incidents);
    const look = vi.spyOn(ports.intake, 'kill');
    const found = await lookedAt(ports, shown([]));
    expect(found?.kills).toEqual([]);
    expect(found?.recorded).toBeUndefined();
    expect(look.mock.calls.length).toBeLessThanOrEqual(50);
  });

  it('is claimed of a container that was killed often, but not lately', async () => {
    const before = Array.from({ length: 20 }, (_, day) =>
      kill({ id: `prod/pod-1/app/${day}`, finishedAt: ago((20 - day) * DAY) }),
    );
    expect(await nearby(shown([]), [...before, kill()])).toMatchObject({ kills: [], recorded: true });
  });

  it.each([
    { name: 'incidents cannot be read', port: 'incidents' as const },
    { name: 'a kill cannot be read', port: 'intake' as const },
  ])('is not claimed where $name, which is logged', async ({ port }) => {
    const ports = await recorded([other('eater'), ...elsewhere('eater', 1)]);
    const warn = vi.fn();
    const broken = async (): Promise<never> => {
      throw new PermanentError('it does not fit', { code: 'OOM_STORE_CONTENT' });
    };
    const incidents = port === 'incidents' ? { killedSince: broken } : ports.incidents;
    const intake = port === 'intake' ? { kill: broken } : ports.intake;
    expect(await lookedAt({ incidents, intake, log: { warn } }, shown([]))).toEqual(valueOf(shown([]).nodePods));
    expect(warn).toHaveBeenCalledOnce();
  });

  it('is not waited for longer than a part of the deadline', async () => {
    const { intake, log } = await recorded();
    const incidents = { killedSince: () => new Promise<never>(() => undefined) };
    expect(await lookedAt({ incidents, intake, log }, shown([]), toMillis(50))).toMatchObject({ kills: [] });
  });
});
