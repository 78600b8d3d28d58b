// What a store of storms promises, whoever keeps it; part of the stores' contract.

import { expect, it } from 'vitest';
import { DAY, toInstant, toMillis } from '../../../src/domain/base/time.ts';
import type { StormStore } from '../../../src/ports/storm-store.ts';
import { NOW } from '../../support/build.ts';

const TWENTY = Array.from({ length: 20 }, (_, index) => index);

export function stormsContract(storms: () => { readonly storms: StormStore }): void {
  const rules = { incidents: 3, within: toMillis(60_000), overAfter: toMillis(60_000) };
  const ask = (incidentId: string, channel: string) => storms().storms.place({ incidentId, channel, now: NOW, rules });

  it('lets as many of twenty at once stand alone as the rules say, and puts the others into one storm', async () => {
    const placed = await Promise.all(TWENTY.map((index) => ask(`storm/${index}`, 'C-STORM')));
    expect(placed.filter(({ kind }) => kind === 'alone')).toHaveLength(3);
    const ids = new Set(placed.flatMap((place) => (place.kind === 'storm' ? [place.stormId] : [])));
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    expect(await storms().storms.members(id)).toHaveLength(17);
    expect((await storms().storms.recent(NOW)).map((storm) => storm.id)).toContain(id);
    expect(await Promise.all(TWENTY.map((index) => ask(`storm/${index}`, 'C-STORM')))).toEqual(placed);
  });

  it('remembers storms for ninety days, whatever channel a newer one is in', async () => {
    const storm = async (channel: string, at: number): Promise<string> => {
      const questions = [0, 1, 2, 3].map((index) => ({ incidentId: `${channel}/${index}`, channel, now: toInstant(at), rules }));
      const placed = await Promise.all(questions.map((question) => storms().storms.place(question)));
      return placed.flatMap((place) => (place.kind === 'storm' ? [place.stormId] : []))[0] ?? 'no storm';
    };
    const ids = async () => (await storms().storms.recent(toInstant(0))).map(({ id }) => id);
    const long = NOW - 1000 * DAY;
    const [first, second] = [await storm('C-FIRST', long), await storm('C-SECOND', long + 90 * DAY)];
    expect(await ids()).toEqual(expect.arrayContaining([first, second]));
    const third = await storm('C-THIRD', long + 90 * DAY + 1);
    expect(await ids()).toEqual(expect.arrayContaining([second, third]));
    expect(await ids()).not.toContain(first);
  });

  it('does not count what a clock that was ahead noted', async () => {
    const ahead = toInstant(NOW + DAY);
    for (const index of [0, 1, 2])
      await storms().storms.place({ incidentId: `ahead/${index}`, channel: 'C-AHEAD', now: ahead, rules });
    expect(await ask('ahead/now', 'C-AHEAD')).toEqual({ kind: 'alone' });
  });

  it('does not mix channels', async () => {
    expect(await ask('other/1', 'C-OTHER')).toEqual({ kind: 'alone' });
  });

  it('loses no change of ten at once', async () => {
    for (const index of [0, 1, 2, 3]) await ask(`many/${index}`, 'C-MANY');
    const id = `C-MANY-${NOW}`;
    await Promise.all(
      TWENTY.slice(0, 10).map(() =>
        storms().storms.update(id, (storm) => ({ ...storm, entry: { ...storm.entry, lost: (storm.entry.lost ?? 0) + 1 } })),
      ),
    );
    expect((await storms().storms.get(id))?.entry.lost).toBe(10);
  });
}
