// Quantities: what the API server accepts, exactly, and what people read.

import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatQuantity, MIB, parseQuantity, roundUpToStep, toBytes } from '../../../../src/domain/base/memory.ts';

describe('parseQuantity', () => {
  it.each([
    { text: '128974848', bytes: 128_974_848 },
    { text: '129e6', bytes: 129_000_000 },
    { text: '129M', bytes: 129_000_000 },
    { text: '123Mi', bytes: 123 * MIB },
    { text: '1.5Gi', bytes: 1536 * MIB },
    { text: '128974848000m', bytes: 128_974_848 },
    { text: '1500m', bytes: 2 },
    { text: '0', bytes: 0 },
    { text: ' 50Mi ', bytes: 50 * MIB },
  ])('$text is $bytes bytes', ({ text, bytes }) => {
    expect(parseQuantity(text)).toEqual({ kind: 'bytes', bytes });
  });

  it.each(['', '12 apples', '-5Mi', '5MB', '5mi', 'Mi', '1e', '99999999Ei', '0x10'])('refuses "%s" with a sentence', (text) => {
    const parsed = parseQuantity(text);
    expect(parsed.kind).toBe('invalid');
  });

  it('reads back every number of bytes it wrote', () => {
    assert(
      property(integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (count) => {
        const bytes = toBytes(count);
        expect(parseQuantity(formatQuantity(bytes))).toEqual({ kind: 'bytes', bytes });
      }),
    );
  });
});

describe('formatBytes', () => {
  it.each([
    { bytes: 268_435_456, words: '256 MiB' },
    { bytes: 268_225_741, words: '255.8 MiB' },
    { bytes: 1_610_612_736, words: '1.5 GiB' },
    { bytes: 12_288, words: '12 KiB' },
    { bytes: 7, words: '7 B' },
  ])('$bytes is $words', ({ bytes, words }) => {
    expect(formatBytes(toBytes(bytes))).toBe(words);
  });
});

describe('roundUpToStep', () => {
  it.each([
    { mib: 384, step: 384 },
    { mib: 385, step: 400 },
    { mib: 687.7, step: 704 },
    { mib: 1025, step: 1088 },
    { mib: 9000, step: 9216 },
  ])('$mib MiB becomes $step MiB', ({ mib, step }) => {
    expect(roundUpToStep(mib * MIB)).toBe(step * MIB);
  });
});
