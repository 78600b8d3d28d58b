// Kills that only Events tell of.

import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND, toInstant } from '../../../../src/domain/base/time.ts';
import type { ClusterEvent } from '../../../../src/domain/kill/event-kill.ts';
import { isSandboxKill, nodeKill, otherDayOf, sandboxKill } from '../../../../src/domain/kill/event-kill.ts';
import { ago, kill, NOW, podContainer, podFacts, size } from '../../../support/build.ts';

const SANDBOX =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to start sandbox: runc create failed: container init was OOM-killed (memory limit too low?)';

const STOPPED =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to start sandbox "02ae": failed to start sandbox container task "02ae": cannot start a stopped process';
const RUNC_STOPPED = STOPPED.replace(
  'cannot start a stopped process',
  'OCI runtime start failed: cannot start a container that has stopped',
);
const RUNC_DEAD = STOPPED.replace(
  'cannot start a stopped process',
  'OCI runtime start failed: container process is already dead',
);

function event(overrides: Partial<ClusterEvent> = {}): ClusterEvent {
  return {
    uid: 'event-1',
    reason: 'FailedCreatePodSandBox',
    message: SANDBOX,
    object: { kind: 'Pod', namespace: 'payments', name: 'checkout-api-7d9f-abcde', uid: 'pod-1' },
    lastSeen: ago(1000),
    ...overrides,
  };
}

function ofNode(overrides: Partial<ClusterEvent> = {}): ClusterEvent {
  return event({
    reason: 'SystemOOM',
    message: 'System OOM encountered, victim process: java, pid: 4242',
    object: { kind: 'Node', namespace: '', name: 'node-1', uid: 'node-1' },
    ...overrides,
  });
}

describe('a sandbox that was killed (row 13)', () => {
  it.each([
    { name: 'as runc says it', given: event(), is: true },
    { name: 'gone before its start, in containerd’s words', given: event({ message: STOPPED }), is: true },
    { name: 'gone before its start, in runc’s words', given: event({ message: RUNC_STOPPED }), is: true },
    { name: 'gone before its start, in newer words of runc', given: event({ message: RUNC_DEAD }), is: true },
    { name: 'for another reason', given: event({ message: 'failed to set up network' }), is: false },
    { name: 'of another kind', given: event({ reason: 'BackOff' }), is: false },
  ])('$name: $is', ({ given, is }) => {
    expect(isSandboxKill(given)).toBe(is);
  });

  it('is one kill however often the kubelet tries again', () => {
    const tries = [event({ uid: 'a' }), event({ uid: 'b', lastSeen: NOW })].map((each) => sandboxKill(each, podFacts(), NOW)?.id);
    expect(new Set(tries).size).toBe(1);
    expect(tries[0]).toBe('prod/pod-1/app/sandbox');
  });

  it.each([
    { name: 'surely, where runc says so', message: SANDBOX, how: 'sandbox' },
    { name: 'maybe, where it was gone before its start', message: STOPPED, how: 'suspected' },
  ])('was killed $name, under one identity', ({ message, how }) => {
    expect(sandboxKill(event({ message }), podFacts(), NOW)).toMatchObject({ how, id: 'prod/pod-1/app/sandbox', message });
  });

  it('points to the container with the smallest limit', () => {
    const pod = podFacts({
      containers: [
        podContainer({ name: 'big', resources: { limit: size(64) } }),
        podContainer({ name: 'small', resources: { limit: size(2) } }),
        podContainer({ name: 'debug', role: 'ephemeral', resources: {} }),
      ],
    });
    expect(sandboxKill(event(), pod, NOW)?.ref.container).toBe('small');
  });

  it('is none in a pod without containers', () => {
    expect(sandboxKill(event(), podFacts({ containers: [] }), NOW)).toBeUndefined();
  });
});

describe('a node that ran out (row 19)', () => {
  it.each([
    { name: 'the kubelet’s SystemOOM', given: ofNode(), is: true },
    {
      name: 'the node-problem-detector’s OOMKilling',
      given: ofNode({ reason: 'OOMKilling', message: 'Out of memory: Killed process 4242 (java) total-vm:1kB' }),
      is: true,
    },
    {
      name: 'a container’s own limit, which shows on its pod',
      given: ofNode({ reason: 'OOMKilling', message: 'Memory cgroup out of memory: Killed process 4242 (java) total-vm:1kB' }),
      is: false,
    },
    {
      name: 'a container’s own limit, told as one of many similar ones',
      given: ofNode({
        reason: 'OOMKilling',
        message: '(combined from similar events): Memory cgroup out of memory: Killed process 4242 (java) total-vm:1kB',
      }),
      is: false,
    },
    {
      name: 'the whole node, told as one of many similar ones',
      given: ofNode({
        reason: 'OOMKilling',
        message: '(combined from similar events): Out of memory: Killed process 4242 (java) total-vm:1kB',
      }),
      is: true,
    },
    {
      name: 'a kernel before 5.0, which does not say in this line whose limit it was',
      given: ofNode({ reason: 'OOMKilling', message: 'Killed process 4242 (java) total-vm:1kB' }),
      is: false,
    },
    { name: 'a node that is not ready', given: ofNode({ reason: 'NodeNotReady' }), is: false },
    { name: 'the same words about a pod', given: event({ reason: 'SystemOOM' }), is: false },
  ])('$name: $is', ({ given, is }) => {
    expect(nodeKill(given, 'prod', NOW) !== undefined).toBe(is);
  });

  it('is one kill when both tell of the same process', () => {
    const both = [
      ofNode({ uid: 'a' }),
      ofNode({ uid: 'b', reason: 'OOMKilling', message: 'Out of memory: Killed process 4242 (java)' }),
    ];
    expect(new Set(both.map((each) => nodeKill(each, 'prod', NOW)?.id)).size).toBe(1);
  });

  it('is another kill on another day, when process ids may come again', () => {
    const both = [ofNode(), ofNode({ lastSeen: ago(2 * DAY) })];
    expect(new Set(both.map((each) => nodeKill(each, 'prod', NOW)?.id)).size).toBe(2);
  });

  it.each([
    { name: 'a second before midnight', intoDay: DAY - SECOND, other: 1 },
    { name: 'a second after midnight', intoDay: SECOND, other: -1 },
    { name: 'ten minutes after midnight', intoDay: 10 * MINUTE, other: undefined },
    { name: 'ten minutes before midnight', intoDay: DAY - 10 * MINUTE, other: undefined },
  ])('$name, the same process may have been told of on another day: $other', ({ intoDay, other }) => {
    const day = Math.floor(NOW / DAY);
    const found = nodeKill(ofNode({ lastSeen: toInstant(day * DAY + intoDay) }), 'prod', NOW);
    const expected = other === undefined ? undefined : `prod/node-1/node/pid-4242-day-${day + other}`;
    expect(found && otherDayOf(found)).toBe(expected);
  });

  it('is of no other day where it names no process, and neither is a container’s kill', () => {
    const midnight = toInstant(Math.floor(NOW / DAY) * DAY);
    const unnamed = nodeKill(ofNode({ message: 'System OOM encountered', lastSeen: midnight }), 'prod', NOW);
    expect(unnamed && otherDayOf(unnamed)).toBeUndefined();
    expect(otherDayOf(kill({ id: 'prod/p/app-day-7/run-day-7', finishedAt: midnight }))).toBeUndefined();
  });

  it('is known by the Event where it names no process', () => {
    expect(nodeKill(ofNode({ message: 'System OOM encountered' }), 'prod', NOW)?.id).toBe('prod/node-1/node/event-1');
  });
});
