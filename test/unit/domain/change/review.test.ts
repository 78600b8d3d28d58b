// What a review says, by table: what restarts, whether the namespace's rules and the nodes have room, what scales it, and what becomes of the pod.

import { describe, expect, it } from 'vitest';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import type { Change, TemplateContainer, TemplateState, Wanted } from '../../../../src/domain/change/change.ts';
import { diffLines } from '../../../../src/domain/change/change-diff.ts';
import { marked } from '../../../../src/domain/change/change-mark.ts';
import { patchNow } from '../../../../src/domain/change/now.ts';
import { buildChange, memoryPatch } from '../../../../src/domain/change/patch.ts';
import { qosOf } from '../../../../src/domain/change/review/pod.ts';
import { reviewChange } from '../../../../src/domain/change/review/review.ts';
import type { FieldOwner } from '../../../../src/domain/evidence/evidence.ts';
import type { LimitRangeRule, Surroundings } from '../../../../src/domain/evidence/surroundings.ts';
import { mi, NOW, size, surroundings, templateContainer, templateState, workload } from '../../../support/build.ts';

type Given = {
  readonly around?: Partial<Surroundings>;
  readonly template?: Partial<TemplateState>;
  readonly container?: Partial<TemplateContainer>;
  readonly wanted?: Wanted;
  readonly change?: Partial<Change>;
  readonly fieldOwners?: readonly FieldOwner[];
};

function found({
  around = {},
  template = {},
  container = {},
  wanted = { limit: mi(384) },
  change = {},
  fieldOwners = [],
}: Given): readonly string[] {
  const own = templateContainer(container);
  const state = templateState({ containers: [own], ...template });
  const built = { ...buildChange(state, own, wanted), ...change };
  const input = { change: built, template: state, container: own, surroundings: surroundings(around), fieldOwners };
  return reviewChange(input).map(({ about, level, words }) => `${about} ${level} ${words}`);
}

function piece<Value>(value: Value) {
  return known(value, 'test', NOW);
}

const RULE: LimitRangeRule = { name: 'team', type: 'Container' };
const ROOM = { nodes: 2, largestAllocatable: mi(1000), free: [mi(100), mi(90)] };
const HPA = { kind: 'HorizontalPodAutoscaler', name: 'web' } as const;

const CASES: readonly (Given & { readonly name: string; readonly says: RegExp })[] = [
  { name: 'what restarts', says: /^restart tells A rolling update replaces/ },
  { name: 'that nothing happens', template: { noEffect: 'It is paused.' }, says: /^restart warns It is paused/ },
  { name: 'that stuck pods go', change: { releaseStuck: true }, says: /^restart warns Pods that cannot get ready/ },
  {
    name: 'a budget',
    around: { budgets: piece([{ name: 'web', allowed: 1 }]) },
    says: /PodDisruptionBudget web allows 1 disruption now/,
  },
  {
    name: 'budgets unread',
    around: { budgets: unavailable('no right') },
    says: /^restart not-checked Disruption budgets: no right/,
  },
  {
    name: 'pods in place',
    change: { way: 'resize', pods: [] },
    says: /Nothing restarts: 0 running pods are resized.*template keeps/,
  },
  {
    name: 'one bare pod in place',
    template: { workload: workload({ kind: 'Pod' }) },
    change: { way: 'resize', pods: [{ name: 'a', uid: 'b', patch: [] }] },
    says: /one running pod is resized in place. It lasts as long/,
  },
  {
    name: 'a Job again',
    change: { way: 'recreate', replacement: 'x-2' },
    says: /^restart warns .*x-2 starts from the beginning/,
  },
  {
    name: 'a highest limit',
    around: { limitRanges: piece([{ ...RULE, max: mi(300) }]) },
    says: /^rules blocks .*at most 300 MiB/,
  },
  {
    name: 'a lowest request',
    around: { limitRanges: piece([{ ...RULE, min: mi(200) }]) },
    says: /^rules blocks .*at least 200 MiB/,
  },
  { name: 'a ratio', around: { limitRanges: piece([{ ...RULE, maxRatio: 2 }]) }, says: /^rules blocks .*3.0 times 128 MiB/ },
  {
    name: 'where a limit came from',
    container: { resources: {}, hasLimits: false },
    around: { limitRanges: piece([{ ...RULE, defaultLimit: mi(256) }]) },
    says: /^rules tells The template has no limit/,
  },
  {
    name: 'a quota that is too small',
    around: { quotas: piece([{ name: 'q', about: 'limits', hard: mi(1000), used: mi(900) }]) },
    says: /^rules warns The rollout needs 384 MiB more.*100 MiB of 1000 MiB limits/,
  },
  {
    name: 'a quota that is large enough',
    around: { quotas: piece([{ name: 'q', about: 'requests', hard: mi(1000), used: mi(100) }]) },
    says: /^rules tells Needs 0 B more/,
  },
  {
    name: 'rules unread',
    around: { limitRanges: unavailable('x'), quotas: unavailable('x') },
    says: /^rules not-checked Quotas: x/,
  },
  {
    name: 'no node large enough',
    around: { room: piece({ ...ROOM, largestAllocatable: mi(64) }) },
    says: /^room blocks .*Pending for ever/,
  },
  { name: 'no room for the surge', around: { room: piece(ROOM) }, template: { surge: 1 }, says: /^room warns .*room for 0 more/ },
  { name: 'nodes unread', around: { room: unavailable('no right') }, says: /^room not-checked/ },
  {
    name: 'an autoscaler by percent',
    around: { scalers: piece([{ ...HPA, target: { kind: 'percent', percent: 70 } }]) },
    wanted: { limit: mi(384), request: mi(256) },
    says: /^scaling warns .*70 % of the memory request: a higher request/,
  },
  {
    name: 'an autoscaler whose request stays',
    around: { scalers: piece([{ ...HPA, target: { kind: 'percent', percent: 70 } }]) },
    says: /^scaling tells .*stays as it is/,
  },
  {
    name: 'an autoscaler by average',
    around: { scalers: piece([{ ...HPA, target: { kind: 'average' } }]) },
    says: /^scaling tells .*average of memory/,
  },
  {
    name: 'a vertical autoscaler',
    around: { verticals: piece([{ name: 'v', mode: 'Auto', controlsLimits: true }]) },
    says: /^scaling warns .*not what will run/,
  },
  {
    name: 'a vertical autoscaler of requests',
    around: { verticals: piece([{ name: 'v', mode: 'Initial', controlsLimits: false }]) },
    says: /^scaling tells .*writes the requests of new pods itself\./,
  },
  {
    name: 'a vertical autoscaler that is off',
    around: { verticals: piece([{ name: 'v', mode: 'Off', controlsLimits: true }]) },
    says: /^scaling tells .*only recommends/,
  },
  {
    name: 'autoscalers unread',
    around: { scalers: unavailable('x'), verticals: unavailable('x') },
    says: /^scaling not-checked Vertical/,
  },
  {
    name: 'a request that rises along',
    container: { resources: { limit: size(256) }, hasRequests: false },
    says: /^request warns .*goes from 256 MiB to 384 MiB/,
  },
  {
    name: 'a heap that stays behind',
    template: { heapSettings: [{ runtime: 'jvm', setting: '-Xmx200m', bytes: mi(200), container: 'app' }] },
    says: /^heap warns /,
  },
  {
    name: 'another class of service',
    container: { resources: { limit: size(256), request: size(256) }, cpu: { limit: '1', request: '1' } },
    says: /^qos warns QoS class goes from Guaranteed to Burstable/,
  },
  {
    name: 'another class of service in place',
    container: { resources: { limit: size(256), request: size(256) }, cpu: { limit: '1' } },
    change: { way: 'resize' },
    says: /^qos blocks /,
  },
  { name: 'the same class of service', says: /^qos tells It stays Burstable/ },
];

describe('a review tells', () => {
  it.each(CASES)('$name', (given) => {
    expect(found(given)).toContainEqual(expect.stringMatching(given.says));
  });

  it('the loudest first', () => {
    const levels = found({ around: { limitRanges: piece([{ ...RULE, max: mi(300) }]), budgets: unavailable('x') } }).map(
      (line) => line.split(' ')[1],
    );
    expect(levels[0]).toBe('blocks');
    expect(levels.at(-1)).toBe('not-checked');
  });

  it('who owns the object', () => {
    const own = templateContainer();
    const state = templateState();
    const fieldOwners = [{ tool: 'argo-cd', signal: 'annotation x', name: 'shop' }] as const;
    const input = {
      change: buildChange(state, own, { limit: mi(384) }),
      template: state,
      container: own,
      surroundings: surroundings(),
      fieldOwners,
    };
    expect(reviewChange(input)).toContainEqual(expect.objectContaining({ about: 'owner', level: 'warns' }));
  });

  it.each([
    { tool: 'argo-cd', when: 'at its next sync' },
    { tool: 'flux', when: 'at its next reconciliation' },
    { tool: 'helm', when: 'at the next upgrade' },
    { tool: 'vpa', when: 'whatever the template says' },
  ] as const)('when $tool takes it back: $when', ({ tool, when }) => {
    const [words] = found({ fieldOwners: [{ tool, signal: 'annotation x', name: 'shop' }] }).filter((line) =>
      line.startsWith('owner'),
    );
    expect(words).toContain(when);
  });

  const app = { list: 'containers', name: 'app', limit: true, request: true };

  it.each([
    {
      name: 'sets both back',
      sets: [app],
      words: /apply of the old manifest sets the old limit and request back \(annotation x\)/,
    },
    { name: 'sets one back', sets: [{ ...app, request: false }], words: /sets the old limit back/ },
    { name: 'stops, or is forced', forced: true, sets: [app], words: /stops at a conflict, or sets the old .* back when forced/ },
    { name: 'may, where it cannot be read', sets: undefined, words: /apply of the old manifest may set the old value back/ },
    { name: 'may, where the container is not in it', sets: [{ ...app, name: 'proxy' }], words: /may set the old value back/ },
    { name: 'may, with force', forced: true, sets: undefined, words: /may stop at a conflict, or set the old value back when/ },
  ])('that kubectl apply $name', ({ forced = false, sets, words }) => {
    const template = { applied: { signal: 'annotation x', forced, sets } };
    const change = { after: { limit: mi(300), request: mi(200) } };
    expect(found({ template, change })).toContainEqual(expect.stringMatching(words));
    expect(found({ template, change: { ...change, way: 'pull-request' } }).join(' ')).not.toContain('kubectl');
  });

  it('nothing of kubectl apply with a manifest that leaves the value to others', () => {
    const template = {
      applied: {
        signal: 'annotation x',
        forced: false,
        sets: [
          { ...app, limit: false, request: false },
          { ...app, name: 'proxy' },
        ],
      },
    };
    expect(found({ template }).join(' ')).not.toContain('kubectl');
  });
});

describe('the QoS class', () => {
  it.each([
    { name: 'nothing set', containers: [templateContainer({ resources: {} })], qos: 'BestEffort' },
    { name: 'memory only', containers: [templateContainer()], qos: 'Burstable' },
    {
      name: 'all alike',
      containers: [templateContainer({ resources: { limit: size(1) }, cpu: { limit: '1' } })],
      qos: 'Guaranteed',
    },
    {
      name: 'the whole pod’s',
      containers: [
        templateContainer({ resources: {} }),
        templateContainer({ list: 'pod', name: '', resources: { limit: size(1) }, cpu: { limit: '1' } }),
      ],
      qos: 'Guaranteed',
    },
  ])('of $name is $qos', ({ containers, qos }) => {
    expect(qosOf(containers)).toBe(qos);
  });
});

describe('a change', () => {
  const bare = templateContainer({ hasResources: false, hasLimits: false, hasRequests: false, resources: {} });

  it('tests that what it adds is not there', () => {
    const cpuOnly = templateContainer({ hasRequests: true, hasLimits: false, resources: {} });
    expect(memoryPatch('/spec', bare, { after: { limit: mi(64) } })[1]).toEqual({
      op: 'test',
      path: '/spec/containers/0/resources',
      value: null,
    });
    expect(memoryPatch('/spec', cpuOnly, { after: { request: mi(64) } })[1]).toEqual({
      op: 'test',
      path: '/spec/containers/0/resources/requests/memory',
      value: null,
    });
  });

  it('back to what was there is spelled as it was, and takes away what was not there', () => {
    const undo = buildChange(templateState(), templateContainer(), {
      limit: mi(128),
      request: 'none',
      texts: { limit: '134217728' },
    });
    expect(undo.patch).toContainEqual({
      op: 'replace',
      path: '/spec/template/spec/containers/0/resources/limits/memory',
      value: '134217728',
    });
    expect(undo.patch).toContainEqual({ op: 'remove', path: '/spec/template/spec/containers/0/resources/requests/memory' });
    expect(diffLines(undo)).toEqual(expect.arrayContaining(['+     memory: 134217728', '-     memory: 128Mi']));
  });

  it('is of the whole pod where only that has a limit', () => {
    const pod = templateContainer({ name: '', list: 'pod', resources: { limit: size(256) }, hasRequests: false });
    const change = buildChange(templateState({ containers: [pod] }), pod, { limit: mi(384) });
    expect(change.patch.map(({ path }) => path)).toEqual([
      '/spec/template/spec/resources/limits/memory',
      '/spec/template/spec/resources/limits/memory',
    ]);
    expect(diffLines(change)[0]).toContain('the whole pod');
  });

  it('is computed for its container where it is now', () => {
    const change = buildChange(templateState(), templateContainer(), { limit: mi(384) });
    const moved = templateContainer({ index: 2 });
    const patch = patchNow(change, templateState({ containers: [moved] }));
    expect(patch[0]).toMatchObject({ path: '/spec/template/spec/containers/2/name' });
    expect(patch.at(-1)).toMatchObject({ value: '384Mi' });
  });

  it.each([
    ['with annotations', true, { op: 'add', path: '/metadata/annotations/headroom~1change', value: 'P-1' }],
    ['without annotations', false, { op: 'add', path: '/metadata/annotations', value: { 'headroom/change': 'P-1' } }],
  ])('leaves its mark on an object %s', (_name, hasAnnotations, operation) => {
    const state = templateState({ hasAnnotations });
    expect(marked(buildChange(state, templateContainer(), { limit: mi(384) }).patch, state, 'P-1').at(-1)).toEqual(operation);
  });

  it('of a pod in place leaves none, for its metadata is not a resize’s to change', () => {
    const state = templateState({ workload: workload({ kind: 'Pod' }) });
    const change = buildChange(state, templateContainer(), { limit: mi(384) });
    expect(marked(change.patch, state, 'P-1')).toBe(change.patch);
  });

  it('of a Job names the new one in its diff', () => {
    const change = {
      ...buildChange(templateState(), templateContainer(), { limit: mi(384) }),
      way: 'recreate',
      replacement: 'x-2',
    } as const;
    expect(diffLines(change)[1]).toBe('+++ Job payments/x-2, container app');
  });
});
