import { describe, expect, it } from 'vitest';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import { SECOND, toInstant } from '../../../../src/domain/base/time.ts';
import { background } from '../../../../src/domain/evidence/background.ts';
import type { EventLine, Evidence } from '../../../../src/domain/evidence/evidence.ts';
import { kernelNearby } from '../../../../src/domain/evidence/kernel-nearby.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { evidence, kill, mi, NOW } from '../../../support/build.ts';

const AT = kill().finishedAt ?? NOW;

function line(pid: number, mib: number): string {
  return `Memory cgroup out of memory: Killed process ${pid} (python3) total-vm:999999kB, anon-rss:${mib * 1024}kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:200kB oom_score_adj:984`;
}

function event(message: string, seconds = 0, reason = 'OOMKilling'): EventLine {
  return { type: 'Warning', reason, message, count: 1, lastSeen: toInstant(AT + seconds * SECOND), from: 'kernel-monitor' };
}

function near(events: readonly EventLine[], othersAt: readonly number[] | 'unread' = []): Evidence {
  const node = { name: 'node-1', memoryPressure: false, ready: true, oomEvents: events };
  const kills = (othersAt === 'unread' ? [] : othersAt).map((seconds) => ({
    namespace: 'web',
    pod: 'p',
    container: 'c',
    at: toInstant(AT + seconds * SECOND),
  }));
  return evidence({
    node: known(node, 'node status', NOW),
    nodePods:
      othersAt === 'unread'
        ? unavailable('no right')
        : known({ running: 2, requested: mi(1), limited: mi(2), withoutLimit: 0, kills }, 'pods of the node', NOW),
  });
}

describe('the kernel’s line by node-problem-detector', () => {
  const cases: readonly {
    readonly name: string;
    readonly given: Evidence;
    readonly kill?: Partial<Kill>;
    readonly pid: number | undefined;
  }[] = [
    { name: 'the only one in its time is this kill’s', given: near([event(line(7, 250), 2)]), pid: 7 },
    { name: 'the same process told twice is one', given: near([event(line(7, 250)), event(line(7, 250), 1)], 'unread'), pid: 7 },
    {
      name: 'row 26: a group kill has a line for each process: the largest',
      given: near([event(line(7, 20)), event(line(8, 200))]),
      pid: 8,
    },
    {
      name: 'of two processes one may be anybody’s, when the node’s pods are not known',
      given: near([event(line(7, 20)), event(line(8, 200))], 'unread'),
      pid: undefined,
    },
    { name: 'another container was killed at that time', given: near([event(line(7, 250))], [9]), pid: undefined },
    { name: 'another container was killed at another time', given: near([event(line(7, 250))], [60]), pid: 7 },
    { name: 'too long before', given: near([event(line(7, 250), -20)]), pid: undefined },
    { name: 'an Event without a time', given: near([{ ...event(line(7, 250)), lastSeen: undefined }]), pid: undefined },
    { name: 'no line of a kill', given: near([event('oom_reaper: reaped process 7')]), pid: undefined },
    { name: 'another reason', given: near([event(line(7, 250), 0, 'SystemOOM')]), pid: undefined },
    { name: 'no node', given: evidence({ node: unavailable('no right') }), pid: undefined },
    { name: 'a kill without a time', given: near([event(line(7, 250))]), kill: { finishedAt: undefined }, pid: undefined },
    {
      name: 'a kill the node agent told more of',
      given: near([event(line(7, 250))]),
      kill: { kernel: { victim: { pid: 1, command: 'a', resident: mi(1) }, scope: 'container', line: 'l' } },
      pid: undefined,
    },
  ];

  it.each(cases)('$name', ({ given, kill: over, pid }) => {
    expect(kernelNearby(kill(over), given)?.victim.pid).toBe(pid);
  });

  it('says how it was matched', () => {
    const found = kernelNearby(kill(), near([event(line(7, 250))]));
    expect(found).toMatchObject({ scope: 'unknown', matchedBy: 'time' });
    expect(background(kill({ kernel: found }), evidence()).join()).toContain('names no pod');
  });
});
