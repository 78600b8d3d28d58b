import { describe, expect, it } from 'vitest';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import type { PodContainer, PodFacts } from '../../../../src/domain/base/pod.ts';
import { DAY, HOUR, MINUTE, SECOND, toInstant } from '../../../../src/domain/base/time.ts';
import { background } from '../../../../src/domain/evidence/background.ts';
import type { Evidence } from '../../../../src/domain/evidence/evidence.ts';
import { limitInForce } from '../../../../src/domain/evidence/limit-in-force.ts';
import { oomScoreOf } from '../../../../src/domain/evidence/qos.ts';
import { ago, evidence, kill, mi, NOW, podContainer, podFacts, size } from '../../../support/build.ts';

const AT = kill().finishedAt ?? NOW;
const NOTE = 'kubernetes.io/limit-ranger';

function told(overrides: Partial<Evidence>): string {
  return background(kill(), evidence(overrides)).join('\n');
}

function withRollout(rollout: Extract<Evidence['rollout'], { kind: 'known' }>['value']): string {
  return told({ rollout: known(rollout, 'ReplicaSets', NOW) });
}

describe('who set the limit that was hit', () => {
  const cases: readonly {
    readonly name: string;
    readonly pod?: Partial<PodFacts>;
    readonly container?: Partial<PodContainer>;
    readonly limit: unknown;
  }[] = [
    { name: 'the container’s spec', limit: { bytes: mi(256), from: 'spec' } },
    {
      name: 'row 33: spec 512Mi, in force 256Mi, the resize deferred',
      container: { resources: { limit: size(512) }, inForce: { limit: size(256) } },
      limit: { bytes: mi(256), from: 'status', spec: mi(512) },
    },
    {
      name: 'row 37: the namespace’s LimitRange, because the template sets none',
      pod: {
        annotations: { [NOTE]: 'LimitRanger plugin set: cpu request for container app; cpu, memory limit for container app' },
      },
      limit: { bytes: mi(256), from: 'limit-range' },
    },
    {
      name: 'the spec, when the LimitRange only gave a request or another container a limit',
      pod: {
        annotations: { [NOTE]: 'LimitRanger plugin set: memory request for container app; memory limit for container proxy' },
      },
      limit: { bytes: mi(256), from: 'spec' },
    },
    {
      name: 'row 22: the pod as a whole',
      pod: { podResources: { limit: size(512) } },
      container: { resources: {} },
      limit: { bytes: mi(512), from: 'pod' },
    },
    { name: 'nobody', container: { resources: {} }, limit: undefined },
    {
      name: 'the kubelet alone',
      container: { resources: {}, inForce: { limit: size(64) } },
      limit: { bytes: mi(64), from: 'spec' },
    },
  ];

  it.each(cases)('$name', ({ pod, container, limit }) => {
    const facts = podFacts({ ...pod, containers: [podContainer(container)] });
    expect(limitInForce(facts, podContainer(container))).toEqual(limit);
  });

  it('is told where it is not simply the spec', () => {
    const pod = (over: Partial<PodFacts>, container: Partial<PodContainer> = {}): string =>
      told({ pod: known(podFacts({ ...over, containers: [podContainer(container)] }), 'pod status', NOW) });
    expect(pod({}, { resources: { limit: size(512) }, inForce: { limit: size(256) } })).toContain(
      'in force is 256 MiB; the spec says 512 MiB',
    );
    expect(pod({ annotations: { [NOTE]: 'LimitRanger plugin set: memory limit for container app' } })).toContain('(LimitRange)');
    expect(pod({ podResources: { limit: size(512) } }, { resources: {} })).toContain('512 MiB are the whole pod’s');
    expect(pod({}, { name: 'other' })).not.toContain('limit of its own');
  });
});

describe('what was rolled out before', () => {
  const running = { number: '7', since: ago(2 * HOUR + MINUTE), image: 'shop:2', limit: mi(256) };

  it('names a rollout of the last day and what it changed', () => {
    expect(withRollout({ running, before: { number: '6', image: 'shop:1', limit: mi(512) } })).toContain(
      'It ran revision 7, rolled out 2 hours before the kill: image shop:2 after shop:1, limit 256 MiB after 512 MiB.',
    );
  });

  it.each([
    {
      name: 'nothing that matters here',
      given: { running, before: { ...running, number: '6' } },
      words: 'with the same image and limit as before',
    },
    {
      name: 'a first one',
      given: { running: { ...running, number: '1' } },
      words: 'revision 1, rolled out 2 hours before the kill, the first there was',
    },
    { name: 'one whose predecessor is not kept', given: { running }, words: '; the one before is not kept' },
    {
      name: 'an old one that changed something',
      given: { running: { number: '7', since: ago(9 * DAY), image: 'a' }, before: { number: '6', limit: mi(64) } },
      words: 'It ran revision 7: image a after none, limit none after 64 MiB.',
    },
    {
      name: 'a template that was changed since',
      given: { running, newest: { ...running, number: '8', limit: mi(512) } },
      words: 'changed since: revision 8 (limit 512 MiB after 256 MiB). This pod was made before that.',
    },
    {
      name: 'a template that was changed in something else',
      given: { running, newest: { ...running, number: '8' } },
      words: 'revision 8. This pod',
    },
  ])('tells $name', ({ given, words }) => {
    expect(withRollout(given)).toContain(words);
  });

  const back = { number: '3', limit: mi(48) };
  const before = { number: '2', limit: mi(96) };

  it.each([
    {
      name: 'between the one before and its pod',
      wentBack: { after: toInstant(AT - 3 * MINUTE), by: toInstant(AT - 20 * SECOND) },
      words: 'gone back to about 20 seconds to 3 minutes before the kill: limit 48 MiB after 96 MiB.',
    },
    {
      name: 'in the same minute',
      wentBack: { after: toInstant(AT - 2 * MINUTE - SECOND), by: toInstant(AT - 2 * MINUTE) },
      words: 'gone back to about 2 minutes before the kill: limit',
    },
    {
      name: 'one whose pod began before the one between was made',
      wentBack: { after: toInstant(AT - 3 * MINUTE), by: toInstant(AT - HOUR) },
      words: 'gone back to: limit 48 MiB after 96 MiB.',
    },
    { name: 'no later than its pod', wentBack: { by: toInstant(AT - 20 * SECOND) }, words: 'gone back to: limit' },
    { name: 'no earlier than the one before', wentBack: { after: toInstant(AT - 3 * MINUTE) }, words: 'gone back to: limit' },
    { name: 'some time', wentBack: {}, words: 'gone back to: limit' },
    { name: 'long ago', wentBack: { by: toInstant(AT - DAY) }, words: 'It ran revision 3: limit' },
  ])('says of one that was gone back to only what is known of when: $name', ({ wentBack, words }) => {
    expect(withRollout({ running: back, wentBack, before })).toContain(words);
  });

  it('tells a time that a counter only bounds as a bound', () => {
    const given = evidence({ rollout: known({ running }, 'ReplicaSets', NOW) });
    const sampled = kill({ how: 'silent', shownIn: 'metric' });
    expect(background(sampled, given).join('\n')).toContain('rolled out at most 2 hours before the kill');
  });

  it('is silent about an old rollout that changed nothing', () => {
    const old = { ...running, since: undefined };
    expect(withRollout({ running: old, before: old })).not.toContain('revision');
    expect(told({ rollout: unavailable('no right') })).not.toContain('revision');
  });
});

describe('the node', () => {
  const nodePods = (kills: readonly number[], withoutLimit = 0): Evidence['nodePods'] =>
    known(
      {
        running: 30,
        requested: mi(4096),
        limited: mi(9216),
        withoutLimit,
        kills: kills.map((offset) => ({ namespace: 'web', pod: `p${offset}`, container: 'c', at: toInstant(AT + offset) })),
      },
      'pods of the node',
      NOW,
    );

  it('is shown with its size, its state and what its pods were promised', () => {
    const text = told({ nodePods: nodePods([], 2) });
    expect(text).toContain('Node node-1 has 8 GiB, 7.5 GiB of it for pods; it is ready, not under memory pressure.');
    expect(text).toContain('Its 30 pods are promised 4 GiB and may use 9 GiB, 2 of them without a limit.');
  });

  it('is quiet only as far as was looked, and until then', () => {
    const without = (recorded: true | undefined, gatheredAt = NOW): string => {
      const pods = nodePods([]);
      const value = pods.kind === 'known' ? { ...pods.value, recorded } : undefined;
      return told({ gatheredAt, nodePods: value === undefined ? pods : known(value, 'pods of the node', NOW) });
    };
    expect(without(undefined)).toContain('No other pod that is still on the node shows a memory kill in the ten minutes before.');
    expect(without(true)).toContain(
      'Neither the pods that are still there nor Headroom’s own record show a memory kill of another pod on the node in the ten minutes before.',
    );
    expect(without(true, toInstant(AT + 11 * MINUTE))).toContain('another pod on the node within ten minutes.');
  });

  it('tells how far apart they were about, where only a counter gave the time', () => {
    const sampled = kill({ how: 'silent', shownIn: 'metric' });
    expect(background(sampled, evidence({ nodePods: nodePods([MINUTE]) })).join()).toContain('(c, about 1 minute after)');
  });

  it('is shown with those who died near this one, the nearest words for when', () => {
    expect(told({ nodePods: nodePods([30 * SECOND, 0, -2 * MINUTE, -3 * MINUTE]) })).toContain(
      'web/p30000 (c, 30 seconds after), web/p0 (c, in the same second), web/p-120000 (c, 2 minutes before) and 1 more.',
    );
  });

  it('is told as far as it is known', () => {
    const bare = { name: 'node-9', memoryPressure: true, ready: false, oomEvents: [] };
    const text = told({ node: known(bare, 'node status', NOW), nodePods: unavailable('no right') });
    expect(text).toContain('Node node-9; it is not ready, under memory pressure.');
    expect(text).not.toContain('Killed on the same node');
    expect(told({ node: unavailable('gone') })).not.toContain('Node');
    expect(background(kill({ finishedAt: undefined }), evidence({ nodePods: nodePods([0]) })).join()).toContain('web/p0');
  });
});

describe('oom_score_adj of any container', () => {
  const capacity = mi(8192);
  const sidecar = podContainer({ name: 'proxy', role: 'sidecar', resources: { request: size(64) } });
  const cases: readonly {
    readonly name: string;
    readonly pod?: Partial<PodFacts>;
    readonly container?: PodContainer;
    readonly score: number | undefined;
  }[] = [
    { name: 'a regular one by its request', container: podContainer({ resources: { request: size(256) } }), score: 969 },
    {
      name: 'the request in force, not the one wished for',
      container: podContainer({ resources: { request: size(1024) }, inForce: { request: size(256) } }),
      score: 969,
    },
    { name: 'without a request', container: podContainer({ resources: {} }), score: 999 },
    { name: 'a system pod', pod: { priorityClass: 'system-node-critical' }, score: -997 },
    { name: 'a Guaranteed one', pod: { qosClass: 'Guaranteed' }, score: -997 },
    { name: 'a pod whose class is not known', pod: { qosClass: undefined }, score: undefined },
    {
      name: 'its share of the pod’s request: (1024 − 512) / 2 more than its 256',
      pod: {
        podResources: { request: size(1024) },
        containers: [
          podContainer({ resources: { request: size(256) } }),
          podContainer({ name: 'b', resources: { request: size(256) } }),
        ],
      },
      container: podContainer({ resources: { request: size(256) } }),
      score: 938,
    },
    {
      name: 'a sidecar, not before the least it serves',
      pod: { containers: [podContainer({ resources: { request: size(256) } }), sidecar] },
      container: sidecar,
      score: 969,
    },
    {
      name: 'a sidecar that asks for more than those it serves',
      pod: { containers: [podContainer({ resources: {} }), sidecar] },
      container: sidecar,
      score: 993,
    },
    { name: 'a sidecar alone', pod: { containers: [sidecar] }, container: sidecar, score: 993 },
    {
      name: 'a pod of debug containers only',
      pod: { podResources: { request: size(64) }, containers: [podContainer({ role: 'ephemeral', resources: {} })] },
      container: podContainer({ role: 'ephemeral', resources: {} }),
      score: 999,
    },
  ];

  it.each(cases)('$name', ({ pod, container = podContainer(), score }) => {
    expect(oomScoreOf(podFacts({ containers: [container], ...pod }), container, capacity)?.score).toBe(score);
  });

  it('is not known without the node’s size', () => {
    expect(oomScoreOf(podFacts(), podContainer(), undefined)).toBeUndefined();
  });
});
