// People ask: names in full and in part, several that fit, nothing that fits, what is stored, and what only full members may.

import { distance } from 'fastest-levenshtein';
import { describe, expect, it } from 'vitest';
import { createExplainMessage } from '../../../../handlers/query/explain-message.ts';
import { createQuery } from '../../../../handlers/query/query.ts';
import type { Answer } from '../../../../src/api/answer.ts';
import type { Piece } from '../../../../src/domain/base/piece.ts';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import type { PodFacts } from '../../../../src/domain/base/pod.ts';
import { HOUR, toMillis } from '../../../../src/domain/base/time.ts';
import type { WatchedNamespaces } from '../../../../src/domain/coverage/watched.ts';
import { ALL_NAMESPACES } from '../../../../src/domain/coverage/watched-namespaces.ts';
import { openIncident } from '../../../../src/domain/incident/incident.ts';
import type { PodEntry } from '../../../../src/domain/query/directory.ts';
import { PermanentError } from '../../../../src/ports/fault.ts';
import type { Person } from '../../../../src/ports/people.ts';
import { fakeMutes } from '../../../fakes/stores.ts';
import { createFakeWorld, fakePeople } from '../../../fakes/world.ts';
import { dossier, kill, mi, NOW, podFacts, policy, proposal, workload } from '../../../support/build.ts';
import { openFor } from '../../../support/open-incident.ts';
import { textWith } from '../../../support/text-with.ts';
import { soon } from '../support/bot.ts';

function pod(place: string, suffix: string, node = 'node-1'): PodEntry {
  const [namespace = '', deployment = ''] = place.split('/');
  return {
    namespace,
    name: `${deployment}-${suffix}`,
    node,
    phase: 'Running',
    workload: { namespace, kind: 'Deployment', name: deployment },
    containers: [{ name: 'app', role: 'regular', limit: mi(256), request: mi(128), restartCount: 0 }],
  };
}

const PODS: readonly PodEntry[] = [
  pod('payments/checkout-api', '7d9f-abcde'),
  pod('payments/checkout-api', '7d9f-fghij'),
  pod('shop/checkout-web', '1-a'),
  ...Array.from({ length: 20 }, (_, index) => pod('shop/worker', `x-${String(index).padStart(2, '0')}`, 'node-2')),
];

const load = known({ running: 31, requested: mi(9000), limited: mi(9999), withoutLimit: 4 }, 'pods of the node', NOW);

type Options = {
  readonly more?: readonly PodEntry[];
  readonly standing?: Person['standing'];
  readonly listable?: boolean;
  readonly use?: Piece<readonly never[]>;
  readonly watched?: WatchedNamespaces;
};

function asking(options: Options = {}) {
  const { more = [], standing = 'full', listable = true, use = known([], 'fake', NOW), watched = ALL_NAMESPACES } = options;
  const world = createFakeWorld();
  const mutes = fakeMutes(() => world.clock.now());
  const find = async (namespace: string, name: string): Promise<PodFacts | undefined> =>
    PODS.some((each) => each.namespace === namespace && each.name === name) ? podFacts({ namespace, name }) : undefined;
  const ports = {
    ...world.ports,
    mutes,
    people: fakePeople(standing),
    distance,
    pods: { find, onNode: async () => undefined, names: async () => [] },
    use: { now: async () => use },
    directory: {
      async pods() {
        if (!listable) throw new PermanentError('no right to list pods (RBAC)', { code: 'OOM_CLUSTER_DENIED' });
        return { pods: [...PODS, ...more], truncated: false };
      },
      node: async () => unavailable('no right to read nodes (RBAC)'),
      nodeLoad: async () => load,
    },
  };
  const settings = { cluster: 'prod', watched, policy: policy(), evidenceDeadline: toMillis(1000) };
  const query = createQuery(ports, settings);
  return {
    world,
    mutes,
    ports,
    explainMessage: createExplainMessage(ports, settings),
    ask: (text: string, page = 0): Promise<Answer> => query({ text, person: 'UBOB', page }, soon()),
    async incident() {
      const { incident } = await openFor(world.ports.incidents, 'key', (id) =>
        openIncident({ id, kill: kill(), workload: workload(), channel: 'C1', now: NOW }),
      );
      return incident;
    },
  };
}

describe('asking for a pod', () => {
  it.each([
    { text: 'pod payments/checkout-api-7d9f-abcde', pod: 'checkout-api-7d9f-abcde', note: undefined },
    { text: 'pod payments checkout-api-7d9f-abcde', pod: 'checkout-api-7d9f-abcde', note: undefined },
    { text: 'pod checkout-api-7d9f-fghij', pod: 'checkout-api-7d9f-fghij', note: undefined },
    {
      text: 'checkout-api',
      pod: 'checkout-api-7d9f-abcde',
      note: '1 of 2 pods of payments/checkout-api: none of those there now has restarted.',
    },
    { text: 'deployment/checkout-api', pod: 'checkout-api-7d9f-abcde', note: textWith('1 of 2') },
    { text: 'checkout-web', pod: 'checkout-web-1-a', note: undefined },
  ])('"$text" explains $pod', async ({ text, pod: name, note }) => {
    const answer = await asking().ask(text);
    expect(answer).toMatchObject({ kind: 'explanation', ref: { pod: name } });
    expect(answer.kind === 'explanation' && answer.note).toEqual(note ?? undefined);
  });

  it('offers those that fit a short name, each by its full one', async () => {
    expect(await asking().ask('pod checkout')).toMatchObject({
      kind: 'choice',
      choices: { items: [{ ask: 'pod payments/checkout-api' }, { ask: 'pod shop/checkout-web' }] },
    });
  });

  it.each([
    { text: 'pod chekcout-api', kind: 'not-found', ask: 'pod payments/checkout-api' },
    { text: 'recomend checkout-api', kind: 'usage', ask: 'recommend checkout-api' },
    { text: 'hlep', kind: 'usage', ask: 'help' },
    { text: 'help reccent', kind: 'usage', ask: 'help recent' },
  ])('"$text" gets the nearest right one', async ({ text, kind, ask }) => {
    const answer = await asking().ask(text);
    expect(answer).toMatchObject({ kind });
    expect((answer.kind === 'usage' || answer.kind === 'not-found') && answer.nearest[0]?.ask).toBe(ask);
  });

  it('still explains a full name where nothing may be listed, and says why a short one is not found', async () => {
    const { ask } = asking({ listable: false });
    expect(await ask('pod payments/checkout-api-7d9f-abcde')).toMatchObject({ kind: 'explanation' });
    expect(await ask('pod checkout')).toMatchObject({ kind: 'not-found', problem: textWith('RBAC') });
    expect(await ask('checkout')).toMatchObject({ kind: 'usage', problem: textWith('RBAC') });
  });

  it('gives the number alone, with the incident where it can be asked for', async () => {
    expect(await asking().ask('recommend checkout-api')).toMatchObject({
      kind: 'recommendation',
      dossier: { recommendation: {} },
    });
  });
});

describe('asking who is close to the limit', () => {
  it.each([
    { text: 'top', scope: { kind: 'cluster' }, total: PODS.length },
    { text: 'top payments', scope: { kind: 'namespace', name: 'payments' }, total: 2 },
    { text: 'ns shop', scope: { kind: 'namespace', name: 'shop' }, total: 21 },
    { text: 'workload worker', scope: { kind: 'workload', workload: { name: 'worker' } }, total: 20 },
    { text: 'node node-2', scope: { kind: 'node', name: 'node-2', load, promised: { requests: mi(20 * 128) } }, total: 20 },
    { text: 'node-2', scope: { kind: 'node', name: 'node-2' }, total: 20 },
  ])('"$text" is about that place', async ({ text, scope, total }) => {
    expect(await asking().ask(text)).toMatchObject({ kind: 'containers', scope, lines: { total, page: 0 } });
  });

  it('turns the page', async () => {
    expect(await asking().ask('workload worker', 2)).toMatchObject({ lines: { page: 2, pages: 3, ask: 'workload worker' } });
  });

  it('says of which namespaces, where not all are watched', async () => {
    const watched = { only: ['payments', 'shop'], excluded: [] };
    const { ask } = asking({ watched });
    expect(await ask('top')).toMatchObject({ scope: { kind: 'cluster', cluster: 'prod', watched } });
    for (const text of ['pod zebra', 'mute zebra 2h', 'unmute zebra']) {
      expect(await ask(text)).toMatchObject({
        problem: 'Nothing in the watched namespaces payments, shop of prod is called zebra.',
      });
    }
    expect(await ask('ns infra')).toMatchObject({
      problem: textWith('with pods in the watched namespaces payments, shop of prod'),
    });
  });

  it('says why use is not known', async () => {
    const { ask } = asking({ use: unavailable('no metrics') });
    expect(await ask('top')).toMatchObject({ use: { kind: 'unavailable', reason: 'no metrics' } });
  });
});

describe('asking for what was', () => {
  it('lists what is open, and what was, and what happened to a workload', async () => {
    const { ask, incident, world } = asking();
    const { id } = await incident();
    const made = await world.ports.proposals.create((name) => proposal({ id: name, incidentId: id }));
    await world.ports.incidents.update(id, (current) => ({
      ...current,
      state: 'resolved',
      thread: [...current.thread, { key: `proposal/${made.id}`, subject: { kind: 'proposal', proposalId: made.id } }],
    }));
    expect(await ask('list')).toMatchObject({ kind: 'incidents', incidents: { total: 0 } });
    expect(await ask('recent')).toMatchObject({ kind: 'incidents', incidents: { total: 1 } });
    expect(await ask('history checkout-api')).toMatchObject({
      kind: 'history',
      incidents: { total: 1 },
      proposals: [{ id: made.id }],
    });
    expect(await ask('history checkout-api')).toMatchObject({ records: [{ action: 'propose', actor: { id: 'UALICE' } }] });
    expect(await ask('history worker')).toMatchObject({ kind: 'history', incidents: { total: 0 }, proposals: [] });
  });

  it('parts what waits for me from what waits for others', async () => {
    const { ask, world } = asking();
    await world.ports.proposals.create((id) => proposal({ id }));
    expect(await ask('approvals')).toMatchObject({ kind: 'approvals', mine: [{ id: 'P-1' }], others: [] });
    await world.ports.proposals.create((id) => proposal({ id, requester: 'UBOB' }));
    expect(await ask('approvals')).toMatchObject({ mine: [{ id: 'P-1' }], others: [{ id: 'P-2' }] });
  });
});

describe('muting', () => {
  it('is done by name, for a time, with a reason, and taken back', async () => {
    const { ask, mutes, world } = asking();
    expect(await ask('mute checkout-api 2h load test')).toMatchObject({
      kind: 'muted',
      mute: { cluster: 'prod', workload: { name: 'checkout-api' }, by: 'UBOB', until: NOW + 2 * HOUR, reason: 'load test' },
    });
    expect(await ask('mute')).toMatchObject({ kind: 'mutes', mutes: [{ workload: { name: 'checkout-api' } }] });
    expect(await ask('workload checkout-api')).toMatchObject({ scope: { mute: { by: 'UBOB' } } });
    expect(await ask('unmute checkout-api')).toMatchObject({ kind: 'unmuted' });
    expect(await mutes.list()).toEqual([]);
    expect(await ask('unmute checkout-api')).toMatchObject({ kind: 'not-found' });
    await ask('mute checkout-api for 2h');
    world.clock.advance(3 * HOUR);
    expect(await ask('mute')).toMatchObject({ mutes: [] });
  });

  it.each([
    'mute checkout-api',
    'mute checkout-api soon',
    'mute checkout-api 1m',
    'mute checkout-api 100d',
    'unmute',
    'unmute a b',
  ])('"%s" is not understood, and mutes nothing', async (text) => {
    const { ask, mutes } = asking();
    expect(await ask(text)).toMatchObject({ kind: 'usage' });
    expect(await mutes.list()).toEqual([]);
  });

  it.each(['guest', 'stranger', 'bot', 'deactivated'] as const)('is not for a %s', async (standing) => {
    const { ask, mutes } = asking({ standing });
    expect(await ask('mute checkout-api 2h')).toMatchObject({ kind: 'usage', problem: textWith('full members') });
    expect(await mutes.list()).toEqual([]);
  });

  it('asks which, where one begins with the name and another only holds it', async () => {
    const { ask, mutes } = asking({ more: [pod('web/apiary', '2-b')] });
    const items = [{ ask: 'mute payments/checkout-api 2h' }, { ask: 'mute web/apiary 2h' }];
    expect(await ask('mute api 2h')).toMatchObject({ kind: 'choice', choices: { items } });
    expect(await ask('expect api 2h')).toMatchObject({ kind: 'choice', choices: { items } });
    expect(await ask('unmute api')).toMatchObject({ kind: 'choice' });
    expect(await mutes.list()).toEqual([]);
  });

  it('asks which of several, and keeps the length', async () => {
    expect(await asking().ask('mute checkout 2h why not')).toMatchObject({
      kind: 'choice',
      choices: { items: [{ ask: 'mute payments/checkout-api 2h why not' }, { ask: 'mute shop/checkout-web 2h why not' }] },
    });
  });
});

describe('explaining a message', () => {
  const about = (text: string, messageIds: readonly string[] = ['1.1']) => ({ person: 'UBOB', channel: 'C1', messageIds, text });

  it('of ours tells what is stored of its incident', async () => {
    const { explainMessage, incident, world } = asking();
    const { id } = await incident();
    const posted = { channel: 'C1', id: '1.1', fingerprint: 'x' };
    await world.ports.incidents.saveDossier(id, dossier());
    await world.ports.incidents.update(id, (current) => ({
      ...current,
      thread: current.thread.map((entry) => ({ ...entry, posted })),
    }));
    expect(await explainMessage(about(''), soon())).toMatchObject({ kind: 'explanation', kill: { id: kill().id } });
    expect(await explainMessage({ ...about(''), channel: 'C2' }, soon())).toMatchObject({ kind: 'not-found' });
  });

  it.each([
    { text: 'FIRING: pod checkout-web-1-a in shop', answer: { kind: 'explanation', ref: { pod: 'checkout-web-1-a' } } },
    { text: 'checkout-api and checkout-web are down', answer: { kind: 'choice' } },
    { text: 'good morning', answer: { kind: 'not-found' } },
  ])('"$text" of anybody is searched for names', async ({ text, answer }) => {
    expect(await asking().explainMessage(about(text), soon())).toMatchObject(answer);
  });
});
