// Cron expressions: what is one, as node-cron has it, and what was most likely meant by what is none.

import { distance } from 'fastest-levenshtein';
import { validate } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { checkCron } from '../../../../src/domain/base/cron.ts';

describe('a cron expression', () => {
  it.each(['0 9 * * *', '*/15 8-18 * * 1-5', '0 9 * * mon', '0 9 1,15 jan-jun MON,wed', '5-55/10 * * * 7'])(
    '"%s" is right, and node-cron takes it',
    (text) => {
      expect(checkCron(text, distance)).toEqual({ kind: 'right' });
      expect(validate(text)).toBe(true);
    },
  );

  it.each([
    { text: '0 9 * *', nearest: '0 9 * * *' },
    { text: '0 0 9 * * 1', nearest: '0 9 * * 1' },
    { text: '60 9 * * *', nearest: '0 9 * * *' },
    { text: '0 24 * * *', nearest: '0 0 * * *' },
    { text: '0 99 * * *', nearest: '0 23 * * *' },
    { text: '0 9 * * 5-1', nearest: '0 9 * * 1-5' },
    { text: '0 9 * * MNO', nearest: '0 9 * * mon' },
    { text: '0 9 * * monday', nearest: '0 9 * * mon' },
    { text: '0 9 * janury *', nearest: '0 9 * jan *' },
    { text: '*/0 9 * * *', nearest: '* 9 * * *' },
    { text: '0 9 0 * *', nearest: '0 9 1 * *' },
    { text: '09:30', nearest: '30 9 * * *' },
    { text: '@daily', nearest: '0 0 * * *' },
    { text: '@dayly', nearest: '0 0 * * *' },
    { text: 'daily', nearest: '0 9 * * *' },
    { text: 'every morning', nearest: '* * * * *' },
    { text: '', nearest: '* * * * *' },
  ])('"$text" is none; "$nearest" was meant', ({ text, nearest }) => {
    expect(checkCron(text, distance)).toMatchObject({ kind: 'wrong', nearest });
    expect(validate(nearest)).toBe(true);
    expect(checkCron(nearest, distance)).toEqual({ kind: 'right' });
  });
});
