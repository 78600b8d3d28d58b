// Only so many at once, and none forgotten when one fails.

import { expect, it } from 'vitest';
import { createTurns } from '../../../../src/adapters/kernel/turns.ts';

it('lets two of ten work at once, in order, whatever becomes of them', async () => {
  const turns = createTurns(2);
  const begun: number[] = [];
  let atOnce = 0;
  let most = 0;
  const work = async (index: number): Promise<void> => {
    begun.push(index);
    atOnce += 1;
    most = Math.max(most, atOnce);
    await Promise.resolve();
    atOnce -= 1;
    if (index % 3 === 0) throw new Error('failed');
  };
  const ten = Array.from({ length: 10 }, (_, index) => index);
  const results = await Promise.allSettled(ten.map((index) => turns.take(() => work(index))));
  expect(begun).toEqual(ten);
  expect(most).toBe(2);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(4);
});
