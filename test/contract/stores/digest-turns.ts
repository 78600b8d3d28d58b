// What the turns of digests promise, whoever keeps them; part of the stores' contract.

import { expect, it } from 'vitest';
import { after, HOUR, toMillis } from '../../../src/domain/base/time.ts';
import type { DigestTurns } from '../../../src/ports/digest-turns.ts';
import { NOW } from '../../support/build.ts';

export function digestTurnsContract(stores: () => { readonly turns: DigestTurns }): void {
  it('keeps one for each schedule, the newest', async () => {
    const { turns } = stores();
    const schedule = { expression: '0 9 * * *', timezone: 'UTC' };
    const others = [
      { ...schedule, timezone: 'Europe/Berlin' },
      { ...schedule, expression: '0 8 * * *' },
    ];
    expect(await turns.get('daily', schedule)).toBeUndefined();
    await turns.put('daily', schedule, NOW);
    await turns.put('daily', schedule, after(NOW, toMillis(HOUR)));
    expect(await turns.get('daily', schedule)).toBe(NOW + HOUR);
    expect(await turns.get('weekly', schedule)).toBeUndefined();
    for (const other of others) expect(await turns.get('daily', other)).toBeUndefined();
  });
}
