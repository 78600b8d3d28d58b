// A pod that is partly nonsense still tells of its other kills: each wrong part is left out and named, nothing throws.

import { array, assert, constant, jsonValue, oneof, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectPod } from '../../../../../src/adapters/kubernetes/pods/pod-facts.ts';
import { HOUR } from '../../../../../src/domain/base/time.ts';
import type { Kill } from '../../../../../src/domain/kill/oom-kill.ts';
import { findKills } from '../../../../../src/domain/kill/oom-kill.ts';
import { NOW } from '../../../../support/build.ts';

const ID = 'a'.repeat(64);
const DEAD = {
  reason: 'OOMKilled',
  exitCode: 137,
  containerID: `containerd://${ID}`,
  startedAt: '2026-11-24T02:00:00Z',
  finishedAt: '2026-11-24T02:46:00Z',
};

function wire(overrides: { readonly metadata?: object; readonly spec?: object; readonly status?: object } = {}): object {
  return {
    metadata: { name: 'api-1', namespace: 'shop', uid: 'uid-1', ...overrides.metadata },
    spec: { containers: [{ name: 'app', resources: { limits: { memory: '64Mi' } } }, { name: 'other' }], ...overrides.spec },
    status: { containerStatuses: [{ name: 'app', restartCount: 1, state: { terminated: DEAD } }], ...overrides.status },
  };
}

function read(content: unknown): { readonly kills: readonly Kill[]; readonly problems: readonly string[] } {
  const projected = projectPod(content, 'prod');
  if (projected.kind === 'malformed') return { kills: [], problems: [projected.problem] };
  return { kills: findKills(projected.pod, NOW), problems: projected.problems };
}

const OTHER_BROKEN = [{ name: 'app', state: { terminated: DEAD } }];

describe('a pod with a wrong part still shows its kill', () => {
  it.each([
    {
      name: 'another container’s status without a name',
      content: wire({ status: { containerStatuses: [{ restartCount: 1 }, ...OTHER_BROKEN] } }),
      problem: /^status\.containerStatuses\.\*\.name: /,
    },
    {
      name: 'a restart count that is a word',
      content: wire({ status: { containerStatuses: [{ ...OTHER_BROKEN[0], restartCount: 'many' }] } }),
      problem: /^status\.containerStatuses\.\*\.restartCount: /,
    },
    {
      name: 'statuses of init containers that are no list',
      content: wire({ status: { initContainerStatuses: 'none', containerStatuses: OTHER_BROKEN } }),
      problem: /^status\.initContainerStatuses: /,
    },
    {
      name: 'an annotation that is a list',
      content: wire({ metadata: { annotations: { 'headroom.dev/channel': ['C1'], good: 'yes' } } }),
      problem: /^metadata\.annotations\.\*: /,
    },
    {
      name: 'an owner without a uid',
      content: wire({ metadata: { ownerReferences: [{ kind: 'ReplicaSet' }] } }),
      problem: /^metadata\.ownerReferences\.\*\./,
    },
    { name: 'containers that are no list', content: wire({ spec: { containers: 7 } }), problem: /^spec\.containers: / },
    { name: 'no spec at all', content: { ...wire(), spec: undefined }, problem: undefined },
    {
      name: 'an exit code that is a word',
      content: wire({ status: { containerStatuses: [{ name: 'app', state: { terminated: { ...DEAD, exitCode: 'x' } } }] } }),
      problem: /exitCode: /,
    },
  ])('$name', ({ content, problem }) => {
    const { kills, problems } = read(content);
    expect(kills.map(({ id }) => id)).toEqual([`prod/uid-1/app/${ID}`]);
    if (problem === undefined) expect(problems).toEqual([]);
    else expect(problems.join('\n')).toMatch(problem);
  });

  it('is found among any number of wrong ones', () => {
    const wrong = Array.from({ length: 200 }, (_, index) => ({ name: index % 2 === 0 ? `c${index}` : index, restartCount: 'x' }));
    const { kills, problems } = read(wire({ status: { containerStatuses: [...wrong, ...OTHER_BROKEN, ...wrong] } }));
    expect(kills.map(({ id }) => id)).toEqual([`prod/uid-1/app/${ID}`]);
    expect(problems.length).toBeLessThan(5);
  });

  it('keeps what is right beside what is wrong', () => {
    const projected = projectPod(wire({ metadata: { labels: { team: 'shop', size: 7 } } }), 'prod');
    expect(projected).toMatchObject({ kind: 'pod', pod: { labels: { team: 'shop' } } });
  });
});

describe('container ids', () => {
  it.each([
    { id: `containerd://${ID}`, instance: ID },
    { id: `cri-o://${ID}`, instance: ID },
    { id: `docker://${ID}`, instance: ID },
    { id: ID, instance: ID },
    { id: 'rkt://a/b:c', instance: 'a-b-c' },
    { id: '', instance: `run-0-${Date.parse(DEAD.finishedAt)}` },
    { id: null, instance: `run-0-${Date.parse(DEAD.finishedAt)}` },
  ])('$id', ({ id, instance }) => {
    const status = { name: 'app', state: { terminated: { ...DEAD, containerID: id } } };
    const [kill] = read(wire({ status: { containerStatuses: [status] } })).kills;
    expect(kill?.id).toBe(`prod/uid-1/app/${instance}`);
  });
});

describe('times', () => {
  it.each([
    { name: 'a clock far ahead', finishedAt: '2031-01-01T00:00:00Z' },
    { name: 'no time', finishedAt: null },
    { name: 'a time that is none', finishedAt: 'yesterday' },
  ])('$name: the kill has no time, and is one', ({ finishedAt }) => {
    const status = { name: 'app', state: { terminated: { ...DEAD, finishedAt } } };
    const { kills } = read(wire({ status: { containerStatuses: [status] } }));
    expect(kills).toHaveLength(1);
    expect(kills[0]?.finishedAt).toBeUndefined();
  });
});

describe('what is no pod', () => {
  it.each([[null], [7], ['pod'], [[]], [{}], [wire({ metadata: { uid: 7 } })], [wire({ metadata: { name: undefined } })]])(
    '%j is refused with what is wrong',
    (content) => {
      const refused = projectPod(content, 'prod');
      expect(refused.kind === 'malformed' ? refused.problem : 'read').toMatch(/: /);
    },
  );
});

it('never throws, whatever is put anywhere', () => {
  const rubbish = jsonValue({ maxDepth: 3 });
  const status = record({
    name: oneof(constant('app'), rubbish),
    restartCount: rubbish,
    state: rubbish,
    lastState: rubbish,
  });
  const content = record({
    metadata: oneof(rubbish, record({ name: string(), uid: string(), annotations: rubbish, labels: rubbish })),
    spec: oneof(rubbish, record({ containers: oneof(rubbish, array(rubbish)), volumes: rubbish, resources: rubbish })),
    status: oneof(rubbish, record({ containerStatuses: array(oneof(status, rubbish)), phase: rubbish })),
  });
  assert(property(content, (pod) => ['pod', 'malformed'].includes(projectPod(pod, 'prod').kind)));
});

it('finds a kill beside any rubbish in the other parts', () => {
  const rubbish = jsonValue({ maxDepth: 2 });
  assert(
    property(array(rubbish, { maxLength: 3 }), rubbish, rubbish, (statuses, volumes, annotations) => {
      const pod = wire({
        metadata: { annotations },
        spec: { volumes },
        status: { containerStatuses: [...statuses, { name: 'app', state: { terminated: DEAD } }] },
      });
      expect(read(pod).kills.map(({ id }) => id)).toContain(`prod/uid-1/app/${ID}`);
    }),
  );
});

describe('a node whose clock is behind the cluster’s', () => {
  const behind = (over: { readonly metadata?: object; readonly status?: object }): number | undefined => {
    const projected = projectPod(
      wire({
        metadata: { creationTimestamp: '2026-11-24T05:00:00Z', ...over.metadata },
        status: { startTime: '2026-11-24T02:00:00Z', ...over.status },
      }),
      'prod',
    );
    return projected.kind === 'pod' ? projected.pod.clockBehind : undefined;
  };
  const scheduled = (at: string) => [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at }];

  it.each([
    { name: 'began with a pod before it was made', over: {}, hours: 3 },
    { name: 'began with it before it was placed', over: { status: { conditions: scheduled('2026-11-24T06:00:00Z') } }, hours: 4 },
    { name: 'waited for nothing', over: { status: { startTime: '2026-11-24T05:00:02Z' } }, hours: undefined },
    { name: 'is a few minutes behind, as clocks are', over: { status: { startTime: '2026-11-24T04:50:01Z' } }, hours: undefined },
    {
      name: 'began with a static pod before the API server heard of it',
      over: { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } },
      hours: undefined,
    },
    { name: 'says nothing of when it began', over: { status: { startTime: null } }, hours: undefined },
  ])('$name: $hours', ({ over, hours }) => {
    expect(behind(over)).toBe(hours === undefined ? undefined : hours * HOUR);
  });

  it('marks its kills', () => {
    const content = wire({
      metadata: { creationTimestamp: '2026-11-24T05:00:00Z' },
      status: { startTime: '2026-11-24T02:00:00Z', containerStatuses: OTHER_BROKEN },
    });
    expect(read(content).kills).toEqual([expect.objectContaining({ clockBehind: 3 * HOUR })]);
  });
});
