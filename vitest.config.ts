// The test projects, from quick to slow. unit: no network, no process. contract: one suite per port, on the stand-in and on the real thing. attacks:
// what somebody does who holds Redis and no key. e2e: stories on the built program. real: what needs a real kubelet and nobody else's kills on it. The last two run one file at a time, because they share two
// cores and one node; `npm test` runs the last beside the others. Times are in milliseconds.

import { defineConfig } from 'vitest/config';

const REAL = ['test/e2e/**/*-real.test.ts', 'test/contract/cluster/cluster-real.test.ts'];

/** Longer than the patience of any one wait, so that a story that hangs says what it waited for. */
const STORIES = { pool: 'forks', fileParallelism: false, testTimeout: 400_000, hookTimeout: 400_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          pool: 'threads',
          // No module keeps state (a lint rule and a house rule), so files may share them: loading them anew for each file took longer than the tests.
          isolate: false,
          // The longest takes three seconds on a machine with nothing else to do; here it shares two cores with the compilers.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: REAL,
          pool: 'forks',
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'attacks',
          include: ['test/attacks/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: REAL,
          ...STORIES,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'real',
          include: REAL,
          ...STORIES,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    // A test that never ran because of `.only`, or a module replaced behind its back, is a mistake.
    allowOnly: false,
    passWithNoTests: false,
  },
});
