// Memory quantities as the API server takes, keeps and gives them (apimachinery pkg/api/resource).

import { describe, expect, it } from 'vitest';
import { canonicalMemory, quantityBytes } from '../src/model/quantities.ts';

const CASES = [
  { text: '128974848', bytes: 128_974_848, kept: '128974848' },
  { text: '131072Ki', bytes: 134_217_728, kept: '128Mi' },
  { text: '1.5Gi', bytes: 1_610_612_736, kept: '1536Mi' },
  { text: '2048Gi', bytes: 2_199_023_255_552, kept: '2Ti' },
  { text: '1000M', bytes: 1e9, kept: '1G' },
  { text: '0.5k', bytes: 500, kept: '500' },
  { text: '1500m', bytes: 2, kept: '2' },
  { text: '1e6', bytes: 1e6, kept: '1M' },
  { text: '0', bytes: 0, kept: '0' },
  { text: '0Mi', bytes: 0, kept: '0' },
] as const;

describe('a memory quantity', () => {
  it.each(CASES)('$text', ({ text, bytes, kept }) => {
    expect(quantityBytes(text)).toBe(bytes);
    expect(canonicalMemory(text)).toBe(kept);
  });

  it.each(['', 'Mi', '1MiB', '1 Mi', '-1Mi', '1K', '9Ei'])('%j is none that can be kept', (text) => {
    expect(quantityBytes(text)).toBeUndefined();
    expect(canonicalMemory(text)).toBeUndefined();
  });
});
