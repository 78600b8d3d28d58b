// How incidents are found by their last kill, whoever keeps them; part of the stores' contract.

import { expect, it } from 'vitest';
import { HOUR, MINUTE, toInstant } from '../../../src/domain/base/time.ts';
import { addKill, openIncident, reopenIncident } from '../../../src/domain/incident/incident.ts';
import type { IncidentStore } from '../../../src/ports/incident-store.ts';
import { kill, NOW, workload } from '../../support/build.ts';
import { openFor } from '../../support/open-incident.ts';

export function killedSinceContract(stores: () => { readonly incidents: IncidentStore }): void {
  /** After everything else in the store. */
  const at = (minutes: number) => toInstant(NOW + HOUR + minutes * MINUTE);
  const later = (key: string, minutes: number) => kill({ id: `${key}/${minutes}`, finishedAt: at(minutes) });
  const found = async (minutes: number, limit = 10) =>
    (await stores().incidents.killedSince(at(minutes), limit)).map(({ key }) => key);
  const opened = async (key: string) => {
    const given = { kill: kill({ id: `${key}/first` }), workload: workload(), channel: 'C1', now: NOW };
    const { incident } = await openFor(stores().incidents, key, (id) => ({ ...openIncident({ ...given, id }), key }));
    return incident;
  };

  it('finds those that were killed since, however long ago they were opened, the last killed first', async () => {
    for (const [index, key] of ['since-1', 'since-2', 'since-3'].entries()) {
      const { id } = await opened(key);
      await stores().incidents.update(id, (current) => addKill(current, later(key, 10 - index)));
    }
    expect(await found(8)).toEqual(['since-1', 'since-2', 'since-3']);
    expect(await found(9)).toEqual(['since-1', 'since-2']);
    expect(await found(8, 1)).toEqual(['since-1']);
    expect(await found(11)).toEqual([]);
  });

  it('finds one that was opened just so, and one that opens again', async () => {
    const given = { kill: later('since-4', 30), workload: workload(), channel: 'C1', now: NOW };
    const { incident } = await openFor(stores().incidents, 'since-4', (id) => ({
      ...openIncident({ ...given, id }),
      key: 'since-4',
    }));
    expect(await found(30)).toEqual(['since-4']);
    await stores().incidents.update(incident.id, (current) => ({ ...current, state: 'resolved', resolvedAt: NOW }));
    await stores().incidents.count({
      key: 'since-4',
      killId: 'since-4/40',
      add: (open) => open,
      draft: () => incident,
      reopen: (last) => reopenIncident(last, later('since-4', 40), NOW),
    });
    expect(await found(40)).toEqual(['since-4']);
  });
}
