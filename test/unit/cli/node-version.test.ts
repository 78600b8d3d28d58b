// Which Node runs the program, and what an older one is told.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OLDEST_NODE, tooOldWords } from '../../../src/cli/node-version.ts';

describe('the oldest Node', () => {
  it('is the one that package.json names', () => {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    expect(z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(text)).engines.node).toBe(`>=${OLDEST_NODE}`);
  });

  it.each(['22.19.0', '22.20.1', '24.0.0', '26.1.0'])('runs on %s', (version) => {
    expect(tooOldWords(version)).toBeUndefined();
  });

  it.each(['18.20.0', '20.20.2', '22.18.9', '22.9.0'])('is refused on %s, with what to do', (version) => {
    expect(tooOldWords(version)).toMatch(/22\.19 or newer.*node_modules\/node\/bin\/node/);
  });
});
