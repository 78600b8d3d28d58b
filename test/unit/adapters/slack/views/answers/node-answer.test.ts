// What a node has promised is told of all its pods; where only those of watched namespaces are known, that is said.

import { describe, expect, it } from 'vitest';
import { answerView } from '../../../../../../src/adapters/slack/views/answers/answers.ts';
import type { Scope } from '../../../../../../src/api/answer.ts';
import { known, unavailable } from '../../../../../../src/domain/base/piece.ts';
import type { WatchedNamespaces } from '../../../../../../src/domain/coverage/watched.ts';
import { ALL_NAMESPACES, placeInWords } from '../../../../../../src/domain/coverage/watched-namespaces.ts';
import { pageOf } from '../../../../../../src/domain/query/page.ts';
import { evidence, mi, NOW } from '../../../../../support/build.ts';

type NodeScope = Extract<Scope, { readonly kind: 'node' }>;

const LOAD = known({ running: 13, requested: mi(8240), limited: mi(9000), withoutLimit: 2 }, 'pods of the node', NOW);
const ONE: WatchedNamespaces = { only: ['shop'], excluded: [] };

function shown(scope: Scope): string {
  const answer = {
    kind: 'containers' as const,
    scope,
    lines: pageOf([], { page: 0, ask: 'top' }),
    use: unavailable('none'),
    incidents: [],
    truncated: false,
  };
  const look = { plain: false, workspace: undefined, seenBy: { kind: 'private' as const, ask: '' } };
  return JSON.stringify(answerView(answer, look));
}

function node(over: Partial<NodeScope>): string {
  const promised = { requests: mi(48), limits: mi(48), withoutLimit: 0 };
  const { node: facts } = evidence();
  return shown({ kind: 'node', name: 'node-1', pods: 3, facts, load: LOAD, watched: ALL_NAMESPACES, promised, ...over });
}

describe('a node', () => {
  it('is told with what all its pods ask for, also those that are not watched', () => {
    const text = node({ watched: ONE });
    expect(text).toContain('Node node-1, 13 pods.');
    expect(text).toContain('Requests add up to *8 GiB* (107 %), limits to *8.8 GiB* (117 %); 2 pods without a limit.');
    expect(text).toContain('10 of its pods are in namespaces that Headroom does not watch: counted here, not listed below.');
    expect(text).toContain('What its pods ask for: pods of the node, <!date');
  });

  it('is told without more where all are watched', () => {
    expect(node({})).not.toContain('does not watch');
    expect(node({ load: unavailable('slow') })).toContain('Requests add up to *48 MiB*');
  });

  it('claims nothing of pods that may not be listed', () => {
    const text = node({ watched: ONE, load: unavailable('no right to list pods (RBAC)') });
    expect(text).toContain('Node node-1, 3 pods in the watched namespaces.');
    expect(text).toContain('Of the pods in the watched namespaces requests add up to *48 MiB*');
    expect(text).toContain('What the node’s other pods ask for is not known: no right to list pods (RBAC).');
  });
});

describe('the place that is answered for', () => {
  it.each([
    { watched: ALL_NAMESPACES, words: 'prod' },
    { watched: ONE, words: 'the watched namespace shop of prod' },
    { watched: { only: ['a', 'b', 'c'], excluded: ['b'] }, words: 'the watched namespaces a, c of prod' },
    { watched: { only: [], excluded: ['kube-system'] }, words: 'prod without the namespace kube-system' },
    {
      watched: { only: ['1', '2', '3', '4', '5', '6', '7'], excluded: [] },
      words: 'namespaces 1, 2, 3, 4, 5 and 2 more of prod',
    },
  ])('is $words', ({ watched, words }) => {
    expect(placeInWords('prod', watched)).toContain(words);
    expect(shown({ kind: 'cluster', cluster: 'prod', watched })).toContain(
      `closest to the limit in ${placeInWords('prod', watched)}.`,
    );
  });
});
