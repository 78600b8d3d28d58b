// What people ask, read: words, share, names in full, in part and mistyped, lengths of time, pages.

import { distance } from 'fastest-levenshtein';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, toInstant } from '../../../../src/domain/base/time.ts';
import { isMuted, muteKey, parseLength } from '../../../../src/domain/incident/mute.ts';
import { COMMANDS, commandNamed, readAsk } from '../../../../src/domain/query/ask.ts';
import type { PodEntry } from '../../../../src/domain/query/directory.ts';
import { closestToLimit, mostTellingPod } from '../../../../src/domain/query/directory.ts';
import type { Found, ThingKind } from '../../../../src/domain/query/find.ts';
import { findThing, thingName } from '../../../../src/domain/query/find.ts';
import { namedIn } from '../../../../src/domain/query/named-in.ts';
import { PAGE_SIZE, pageOf } from '../../../../src/domain/query/page.ts';
import { ago, mi, NOW } from '../../../support/build.ts';

function entry(place: string, suffix: string, overrides: Partial<PodEntry> = {}): PodEntry {
  const [namespace = '', workload = ''] = place.split('/');
  return {
    namespace,
    name: suffix === '' ? workload : `${workload}-${suffix}`,
    node: 'node-a',
    phase: 'Running',
    workload: { namespace, kind: suffix === '' ? 'Pod' : 'Deployment', name: workload },
    containers: [{ name: 'app', role: 'regular', limit: mi(256), request: mi(128), restartCount: 0 }],
    ...overrides,
  };
}

const PODS: readonly PodEntry[] = [
  entry('payments/checkout-api', '7d9f-aaaaa'),
  entry('payments/checkout-api', '7d9f-bbbbb'),
  entry('shop/checkout-web', '5c4d-ccccc', { node: 'node-b' }),
  entry('shop/search', '1a2b-ddddd'),
  entry('search/indexer', '9e8f-eeeee'),
  entry('tools/stress', ''),
];
const ALL: readonly ThingKind[] = ['workload', 'pod', 'namespace', 'node'];

function find(text: string, wanted: readonly ThingKind[] = ALL): readonly string[] {
  return describeFound(findThing({ pods: PODS, wanted, text, distance }));
}

function describeFound(found: Found): readonly string[] {
  if (found.kind === 'one') return [`one ${found.thing.kind} ${thingName(found.thing)}`];
  if (found.kind === 'several') return found.things.map((thing) => `${thing.kind} ${thingName(thing)}`);
  return found.nearest.map((thing) => `near ${thing.kind} ${thingName(thing)}`);
}

describe('a question', () => {
  it.each([
    { line: '', name: 'help', args: [], share: false },
    { line: ' pod  payments/checkout-api-1 ', name: 'pod', args: ['payments/checkout-api-1'], share: false },
    { line: 'TOP share', name: 'top', args: [], share: true },
    { line: 'share recent', name: 'recent', args: [], share: true },
    { line: 'ns payments', name: 'namespace', args: ['payments'], share: false },
    { line: 'mute share-api 2h share', name: 'mute', args: ['share-api', '2h'], share: true },
  ])('"$line" is read', ({ line, name, args, share }) => {
    expect(readAsk(line)).toMatchObject({ share, command: { kind: 'command', name, args } });
  });

  it('that begins with no command is words, and asked again without share it is the same', () => {
    const asked = readAsk('checkout   share');
    expect(asked).toEqual({ share: true, text: 'checkout', command: { kind: 'words', words: ['checkout'] } });
    expect(readAsk(asked.text).command).toEqual(asked.command);
  });

  it('knows each command and each alias once', () => {
    const words = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(words).size).toBe(words.length);
    expect(words.map(commandNamed)).not.toContain(undefined);
  });
});

describe('a name', () => {
  it.each([
    { text: 'payments/checkout-api', found: ['one workload payments/checkout-api'] },
    { text: 'checkout-api', found: ['one workload payments/checkout-api'] },
    { text: 'deployment/checkout-api', found: ['one workload payments/checkout-api'] },
    { text: 'checkout-api-7d9f-bbbbb', found: ['one pod payments/checkout-api-7d9f-bbbbb'] },
    { text: 'checkout', found: ['workload payments/checkout-api', 'workload shop/checkout-web'] },
    { text: 'payments', found: ['one namespace payments'] },
    { text: 'node-b', found: ['one node node-b'] },
    { text: 'index', found: ['one workload search/indexer'] },
    { text: 'search', found: ['workload shop/search', 'namespace search'] },
    { text: 'Stress', found: ['one workload tools/stress'] },
    { text: 'chekout', found: ['near workload payments/checkout-api', 'near workload shop/checkout-web'] },
    { text: 'chekout-api', found: ['near workload payments/checkout-api', 'near workload shop/checkout-web'] },
  ])('"$text" finds what it means', ({ text, found }) => {
    expect(find(text).slice(0, found.length)).toEqual(found);
  });

  it('is looked for among what is wanted only', () => {
    expect(find('search', ['namespace'])).toEqual(['one namespace search']);
    expect(find('node-a', ['namespace'])).toEqual([]);
  });

  it.each([
    { text: 'checkout-api', found: ['one workload payments/checkout-api'] },
    { text: 'check', found: ['workload payments/checkout-api', 'workload shop/checkout-web'] },
    { text: 'index', found: ['one workload search/indexer'] },
    { text: 'out', found: ['workload payments/checkout-api', 'workload shop/checkout-web'] },
    { text: 'sea', found: ['workload shop/search', 'workload shop/research'] },
    { text: 'search', found: ['one workload shop/search'] },
    { text: 'shop/sea', found: ['one workload shop/search'] },
    { text: 'payments', found: ['near workload payments/checkout-api'] },
    { text: 'deploy', found: ['near workload payments/checkout-api'] },
  ])('"$text", for what changes something, is offered whenever another holds it', ({ text, found }) => {
    const pods = [...PODS, entry('shop/research', '7c6d-fffff')];
    const said = describeFound(findThing({ pods, wanted: ['workload'], text, distance, surely: true }));
    expect(said.slice(0, found.length)).toEqual(found);
  });

  it('of a workload whose pods are gone is found among those known otherwise', () => {
    const workloads = [{ namespace: 'payments', kind: 'CronJob', name: 'nightly-report' }];
    const found = findThing({ pods: PODS, workloads, wanted: ['workload'], text: 'nightly', distance });
    expect(found).toEqual({ kind: 'one', thing: { kind: 'workload', workload: workloads[0] } });
  });
});

describe('a text', () => {
  it.each([
    { text: 'OOM! pod=checkout-api-7d9f-aaaaa namespace=payments', names: ['payments/checkout-api-7d9f-aaaaa'] },
    { text: 'payments/checkout-api is unhappy', names: ['payments/checkout-api'] },
    { text: 'checkout-api and indexer', names: ['payments/checkout-api', 'search/indexer'] },
    { text: 'nothing of ours, not even checkout', names: [] },
  ])('"$text" names what it names', ({ text, names }) => {
    expect(namedIn(text, PODS).map(thingName)).toEqual(names);
  });
});

describe('closest to the limit', () => {
  const uses = [
    { namespace: 'payments', pod: 'checkout-api-7d9f-aaaaa', container: 'app', bytes: mi(250) },
    { namespace: 'shop', pod: 'search-1a2b-ddddd', container: 'app', bytes: mi(100) },
  ];

  it('comes by share of the limit, then what is not known, then what has no limit', () => {
    const unlimited = entry('a/free', 'x', { containers: [{ name: 'app', role: 'regular', restartCount: 0 }] });
    const lines = closestToLimit([unlimited, ...PODS.slice(0, 4)], uses);
    expect(lines.map(({ pod }) => pod)).toEqual([
      'checkout-api-7d9f-aaaaa',
      'search-1a2b-ddddd',
      'checkout-api-7d9f-bbbbb',
      'checkout-web-5c4d-ccccc',
      'free-x',
    ]);
  });

  it('leaves out what is over, and containers that only start things', () => {
    const over = entry('a/job', 'x', { phase: 'Succeeded' });
    const init = entry('a/init', 'x', { containers: [{ name: 'i', role: 'init', limit: mi(10), restartCount: 0 }] });
    expect(closestToLimit([over, init], [])).toEqual([]);
  });

  it('takes the pod killed last as the one that tells most', () => {
    const killed = (suffix: string, before: number): PodEntry =>
      entry('a/w', suffix, {
        containers: [{ name: 'app', role: 'regular', restartCount: 1, lastOomAt: ago(before) }],
      });
    expect(mostTellingPod([entry('a/w', 'a'), killed('b', HOUR), killed('c', MINUTE)])?.name).toBe('w-c');
    expect(mostTellingPod([])).toBeUndefined();
  });
});

describe('a mute', () => {
  it.each([
    ['30m', 30 * MINUTE],
    ['2h', 2 * HOUR],
    ['3days', 3 * DAY],
    ['1W', 7 * DAY],
    ['2', undefined],
    ['2months', undefined],
    ['-2h', undefined],
    [undefined, undefined],
  ])('of "%s" lasts as long', (text, length) => {
    expect(parseLength(text)).toBe(length);
  });

  it('is over at its end, and is one for each workload', () => {
    const mute = {
      cluster: 'prod',
      workload: { namespace: 'a', kind: 'Deployment', name: 'b' },
      by: 'U1',
      at: NOW,
      until: toInstant(NOW + HOUR),
      reason: '',
    };
    expect([isMuted(mute, NOW), isMuted(mute, mute.until), isMuted(undefined, NOW)]).toEqual([true, false, false]);
    expect(muteKey(mute)).toBe('prod/a/Deployment/b');
  });
});

describe('a page', () => {
  const all = Array.from({ length: 2 * PAGE_SIZE + 1 }, (_, index) => index);

  it.each([
    { page: 0, items: PAGE_SIZE, shown: 0 },
    { page: 2, items: 1, shown: 2 },
    { page: 99, items: 1, shown: 2 },
    { page: -1, items: PAGE_SIZE, shown: 0 },
  ])('$page shows what is there', ({ page, items, shown }) => {
    const paged = pageOf(all, { page, ask: 'top' });
    expect([paged.items.length, paged.page, paged.pages, paged.total]).toEqual([items, shown, 3, all.length]);
  });

  it('of nothing is one empty page', () => {
    expect(pageOf([], { page: 0, ask: 'top' })).toMatchObject({ items: [], pages: 1, total: 0 });
  });
});
