// That a kill counts once, whoever keeps the incidents: by its identity, over all incidents, and in one step with the count. Part of the stores' contract.

import { expect, it } from 'vitest';
import type { Incident } from '../../../src/domain/incident/incident.ts';
import { addKill, incidentKey, openIncident, reopenIncident } from '../../../src/domain/incident/incident.ts';
import type { Counted, IncidentStore } from '../../../src/ports/incident-store.ts';
import { kill, NOW, workload } from '../../support/build.ts';

/** Six times as many as an incident remembers by itself. */
const KILLS = 300;
const AT_ONCE = 10;

export function countedKillsContract(stores: () => { readonly incidents: IncidentStore }): void {
  const count = (name: string, killId: string, { reopens = false } = {}): Promise<Counted> => {
    const of = workload({ name });
    const one = kill({ id: killId });
    return stores().incidents.count({
      key: incidentKey(of, one.ref.container),
      killId,
      add: (incident) => addKill(incident, one),
      draft: (id, previousIncidentId) =>
        openIncident({ id, kill: one, workload: of, channel: 'C1', now: NOW, previousIncidentId }),
      reopen: (last) => (reopens ? reopenIncident(last, one, NOW) : undefined),
    });
  };
  const countAll = async (name: string): Promise<readonly Counted[]> => {
    const all: Counted[] = [];
    for (let from = 0; from < KILLS; from += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, index) => count(name, `${name}/pod-${from + index}`));
      all.push(...(await Promise.all(some)));
    }
    return all;
  };
  const resolve = (id: string): Promise<Incident> =>
    stores().incidents.update(id, (current) => ({ ...current, state: 'resolved', resolvedAt: NOW }));
  const tally = (all: readonly Counted[], kind: Counted['kind']): number => all.filter((each) => each.kind === kind).length;

  it('counts each kill of a large workload once, however often and by how many it is told', async () => {
    const once = await countAll('large');
    expect([tally(once, 'opened'), tally(once, 'counted')]).toEqual([1, KILLS - 1]);
    const again = await countAll('large');
    expect(tally(again, 'known')).toBe(KILLS);
    expect(again.at(0)?.incident.killCount).toBe(KILLS);
    const twenty = await Promise.all(Array.from({ length: AT_ONCE }, () => count('large', 'large/one-more')));
    expect([tally(twenty, 'counted'), tally(twenty, 'known')]).toEqual([1, AT_ONCE - 1]);
    expect(twenty.at(-1)?.incident.killCount).toBe(KILLS + 1);
  });

  it('leaves an incident resolved when a kill that it counts is told again', async () => {
    const { incident } = await count('told-late', 'told-late/1');
    await resolve(incident.id);
    for (const reopens of [true, false]) {
      expect(await count('told-late', 'told-late/1', { reopens })).toMatchObject({
        kind: 'known',
        incident: { id: incident.id, state: 'resolved', killCount: 1 },
      });
    }
    expect(await count('told-late', 'told-late/2', { reopens: true })).toMatchObject({
      kind: 'reopened',
      incident: { killCount: 2 },
    });
    expect(await count('told-late', 'told-late/2', { reopens: true })).toMatchObject({
      kind: 'known',
      incident: { killCount: 2 },
    });
  });

  it('keeps a kill in its incident when its owner is found to be another', async () => {
    const { incident } = await count('replica-set', 'owned/1');
    expect(await count('deployment', 'owned/1')).toMatchObject({ kind: 'known', incident: { id: incident.id } });
    expect(await count('deployment', 'owned/2')).toMatchObject({ kind: 'opened', incident: { killCount: 1 } });
  });

  it('does not count again what an incident counts from before kills were written down', async () => {
    const { incident } = await count('older', 'older/1');
    await stores().incidents.update(incident.id, (current) => addKill(current, kill({ id: 'older/2' })));
    expect(await count('older', 'older/2')).toMatchObject({ kind: 'known', incident: { killCount: 2 } });
  });
}
