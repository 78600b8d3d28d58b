// What a record of watching promises, whoever keeps it; part of the stores' contract.

import { expect, it } from 'vitest';
import type { Instant } from '../../../src/domain/base/time.ts';
import { MINUTE, SECOND, toInstant } from '../../../src/domain/base/time.ts';
import { PAUSE_MS } from '../../../src/domain/coverage/watched.ts';
import type { WatchRecord } from '../../../src/ports/watch-record.ts';
import { KEPT_STRETCHES } from '../../../src/ports/watch-record.ts';
import { NOW } from '../../support/build.ts';

const ALWAYS = toInstant(0);

function at(minutes: number): Instant {
  return toInstant(NOW + minutes * MINUTE);
}

export function watchRecordContract(stores: () => { readonly watched: WatchRecord }): void {
  const note = async (cluster: string, ...moments: readonly Instant[]): Promise<void> => {
    for (const moment of moments) await stores().watched.note(cluster, moment);
  };

  it('makes one stretch of moments that follow each other, and another after an absence', async () => {
    await note('watched', at(0), toInstant(at(0) + PAUSE_MS), toInstant(at(0) + 2 * PAUSE_MS + 1), at(0.5), at(8));
    expect(await stores().watched.stretches('watched', ALWAYS)).toEqual([
      { from: at(0), until: at(0) + PAUSE_MS },
      { from: at(0) + 2 * PAUSE_MS + 1, until: at(0.5) },
      { from: at(8), until: at(8) },
    ]);
    expect(await stores().watched.stretches('watched', at(7))).toHaveLength(1);
    expect(await stores().watched.stretches('nobody-watched', ALWAYS)).toEqual([]);
  });

  it('takes moments twice, late, and of several watchers at once', async () => {
    const moments = Array.from({ length: 20 }, (_, index) => toInstant(NOW + (index * SECOND) / 4));
    await note('often', at(0));
    await Promise.all(moments.toReversed().map((moment) => stores().watched.note('often', moment)));
    expect(await stores().watched.stretches('often', ALWAYS)).toEqual([{ from: at(0), until: moments.at(-1) }]);
  });

  it('ends now what a clock that was ahead noted, so that nobody is said to watch until then', async () => {
    await note('ahead', at(0), at(0.1), at(60), at(0.2));
    const [first, second, ...others] = await stores().watched.stretches('ahead', ALWAYS);
    expect([first, second, others]).toEqual([{ from: at(0), until: at(0.1) }, { from: at(0.2), until: at(0.2) }, []]);
    await note('jumped', at(0), toInstant(at(0) + PAUSE_MS), toInstant(at(0) + 2 * PAUSE_MS), at(0.1));
    expect(await stores().watched.stretches('jumped', ALWAYS)).toEqual([{ from: at(0), until: at(0.1) }]);
  });

  it('forgets the oldest when there are too many', async () => {
    const moments = Array.from({ length: KEPT_STRETCHES + 3 }, (_, index) => at(index * 10));
    await note('flapping', ...moments);
    const kept = await stores().watched.stretches('flapping', ALWAYS);
    expect(kept).toHaveLength(KEPT_STRETCHES);
    expect(kept[0]?.from).toBe(moments[3]);
  });
}
