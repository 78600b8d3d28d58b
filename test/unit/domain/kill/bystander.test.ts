// Whose mark it is when several containers of a pod carry it (row 24).

import { describe, expect, it } from 'vitest';
import { toBytes } from '../../../../src/domain/base/memory.ts';
import type { TerminatedState } from '../../../../src/domain/base/pod.ts';
import { HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import { bystanderBecause } from '../../../../src/domain/kill/bystander.ts';
import type { KernelKill } from '../../../../src/domain/kill/kernel-oom.ts';
import { ago, CONTAINER_ID, kill, podContainer, podFacts, size } from '../../../support/build.ts';

const OTHER_ID = 'b'.repeat(64);
const MARKED = kill({ exitCode: 3, startedAt: ago(HOUR), finishedAt: ago(MINUTE) });
const SHARED = { podResources: { limit: size(64) } };

function report(overrides: Partial<KernelKill> = {}): KernelKill {
  return {
    victim: { pid: 7, command: 'tail', resident: toBytes(1024) },
    scope: 'pod',
    place: { podUid: 'pod-1', containerId: OTHER_ID },
    line: 'Killed process 7 (tail)',
    ...overrides,
  };
}

function dead(overrides: Partial<TerminatedState> = {}): TerminatedState {
  return {
    kind: 'terminated',
    reason: 'OOMKilled',
    exitCode: 137,
    containerId: OTHER_ID,
    finishedAt: ago(30 * MINUTE),
    ...overrides,
  };
}

describe('by what the kernel said', () => {
  it.each([
    { name: 'it killed in another container, at the pod’s limit', given: MARKED, said: report(), at: 30, is: true },
    { name: 'at that container’s own limit', given: MARKED, said: report({ scope: 'container' }), at: 30, is: false },
    { name: 'before this one started', given: MARKED, said: report(), at: 90, is: false },
    { name: 'after this one ended', given: MARKED, said: report(), at: 0, is: false },
    {
      name: 'it killed in this one',
      given: MARKED,
      said: report({ place: { podUid: 'pod-1', containerId: CONTAINER_ID } }),
      at: 30,
      is: false,
    },
    { name: 'of this kill, too', given: { ...MARKED, kernel: report() }, said: report(), at: 30, is: false },
    { name: 'this one was killed itself', given: { ...MARKED, exitCode: 137 }, said: report(), at: 30, is: false },
  ])('$name: $is', ({ given, said, at, is }) => {
    const reports = [{ kill: said, at: ago(at * MINUTE) }];
    expect(bystanderBecause(given, { reports, pod: undefined }) !== undefined).toBe(is);
  });
});

describe('by what the pod shows, where nobody listened to the kernel', () => {
  const sharing = podContainer({ resources: {} });
  it.each([
    { name: 'another was killed at the limit they share', state: dead(), pod: SHARED, mine: sharing, is: true },
    { name: 'another has the mark alone', state: dead({ exitCode: 0 }), pod: SHARED, mine: sharing, is: false },
    { name: 'another ended otherwise', state: dead({ reason: 'Error' }), pod: SHARED, mine: sharing, is: false },
    { name: 'another was killed later', state: dead({ finishedAt: ago(0) }), pod: SHARED, mine: sharing, is: false },
    {
      name: 'another was killed, nobody knows when',
      state: dead({ finishedAt: undefined }),
      pod: SHARED,
      mine: sharing,
      is: false,
    },
    { name: 'they share no limit', state: dead(), pod: {}, mine: sharing, is: false },
    { name: 'this one has a limit of its own', state: dead(), pod: SHARED, mine: podContainer(), is: false },
  ])('$name: $is', ({ state, pod, mine, is }) => {
    const containers = [mine, podContainer({ name: 'other', resources: {}, state })];
    expect(bystanderBecause(MARKED, { reports: [], pod: podFacts({ ...pod, containers }) }) !== undefined).toBe(is);
  });

  it('nothing can be said of a pod that is gone', () => {
    expect(bystanderBecause(MARKED, { reports: [], pod: undefined })).toBeUndefined();
  });
});
