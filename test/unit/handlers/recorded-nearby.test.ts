// Who else was killed on the node: also those whose pods do not show it any more.

import { describe, expect, it } from 'vitest';
import { withRecordedNearby } from '../../../handlers/recorded-nearby.ts';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { addKill, openIncident } from '../../../src/domain/incident.ts';
import type { Kill } from '../../../src/domain/oom-kill.ts';
import { known, unavailable, valueOf } from '../../../src/domain/piece.ts';
import { MINUTE, SECOND, toInstant } from '../../../src/domain/time.ts';
import { createFakeWorld } from '../../fakes/world.ts';
import { evidence, kill, mi, NOW, workload } from '../../support/build.ts';

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
async function nearby(given: Evidence, ...incidents: readonly (readonly Kill[])[]) {
  const { ports } = createFakeWorld();
  for (const [index, kills] of incidents.entries()) {
    const [first = kill(), ...more] = kills;
    for (const each of kills) await ports.intake.claim(each, 'report');
    const { incident } = await ports.incidents.openOrFind(`key-${index}`, (id) =>
      openIncident({ id, kill: first, workload: workload(), channel: 'C1', now: NOW }),
    );
    await ports.incidents.update(incident.id, (current) => more.reduce(addKill, current));
  }
  return valueOf((await withRecordedNearby(ports, kill(), given)).nodePods);
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
