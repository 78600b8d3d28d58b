// For comparing whole objects of which one text is known in part.

import { expect } from 'vitest';

export function textWith(part: string | RegExp): unknown {
  return typeof part === 'string' ? expect.stringContaining(part) : expect.stringMatching(part);
}
