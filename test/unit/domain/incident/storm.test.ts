// What many incidents have in common, and how their one message says it: the node itself, one node, one cause, one namespace, or nothing.

import { describe, expect, it } from 'vitest';
import { stormView } from '../../../../src/adapters/slack/views/digest/storm.ts';
import type { Cause } from '../../../../src/domain/diagnosis/diagnosis.ts';
import type { Incident } from '../../../../src/domain/incident/incident.ts';
import type { StormLine } from '../../../../src/domain/incident/storm.ts';
import { startStorm, storyOf } from '../../../../src/domain/incident/storm.ts';
import type { Kill } from '../../../../src/domain/kill/oom-kill.ts';
import { dossier, incident, kill, NOW, workload } from '../../../support/build.ts';

type Member = {
  readonly node?: string;
  readonly cause?: Cause | undefined;
  readonly namespace?: string;
  readonly how?: Kill['how'];
  readonly more?: Partial<Incident>;
};

function line({ node = 'node-1', cause, namespace = 'payments', how = 'oom-killed', more }: Member, index: number): StormLine {
  const { diagnosis } = dossier();
  return {
    incident: incident({
      id: `OOM-${1001 + index}`,
      workload: workload({ namespace, name: `app-${index}` }),
      lastKill: kill({ node, how }),
      ...more,
    }),
    dossier: cause === undefined ? undefined : dossier({ diagnosis: { ...diagnosis, cause } }),
  };
}

function lines(members: readonly Member[]): readonly StormLine[] {
  return members.map(line);
}

function times(count: number, member: (index: number) => Member): readonly Member[] {
  return Array.from({ length: count }, (_, index) => member(index));
}

function told(members: readonly StormLine[], over = false): string {
  const { text, blocks, strip } = stormView({ storm: startStorm('C1-1', 'C1', NOW), story: storyOf(members), over });
  return JSON.stringify({ text, blocks, strip });
}

const SPREAD = (index: number): Member => ({ node: `node-${index}`, namespace: `team-${index}` });

describe('what a storm has in common', () => {
  it.each([
    {
      name: 'the node itself, when most died of it',
      members: [...times(3, () => ({ node: 'node-7', cause: 'node-pressure' as const })), ...times(3, SPREAD)],
      common: { kind: 'node-pressure', node: 'node-7', incidents: 3 },
      words: '*The cause is the node* `node-7`',
    },
    {
      name: 'the node itself, by its own report',
      members: times(3, () => ({ node: 'node-7', how: 'node' as const })),
      common: { kind: 'node-pressure', node: 'node-7', incidents: 3 },
      words: 'Raising their limits would not help',
    },
    {
      name: 'one node of several, each at its own limit',
      members: [...times(8, (index) => ({ ...SPREAD(index), node: 'node-7' })), ...times(2, SPREAD)],
      common: { kind: 'one-node', node: 'node-7', incidents: 8 },
      words: '*8* of 10 died on one node, `node-7`',
    },
    {
      name: 'one cause',
      members: times(5, (index) => ({ ...SPREAD(index), cause: 'leak' as const })),
      common: { kind: 'one-cause', cause: 'leak', incidents: 5 },
      words: '*5* of 5 have the same likely cause: leak.',
    },
    {
      name: 'one namespace',
      members: times(4, (index) => ({ ...SPREAD(index), namespace: 'shop' })),
      common: { kind: 'one-namespace', namespace: 'shop' },
      words: 'All of them are in namespace `shop`',
    },
    {
      name: 'the only node there is, which is not called nothing',
      members: times(6, (index) => ({ ...SPREAD(index), node: 'node-7' })),
      common: { kind: 'only-node', node: 'node-7' },
      words: 'All of them died on node `node-7`. Nothing else in common shows',
    },
    { name: 'nothing', members: times(6, SPREAD), common: { kind: 'nothing' }, words: 'They have nothing in common that shows' },
    {
      name: 'nothing, when two are too few to say',
      members: times(2, () => ({ cause: 'node-pressure' as const })),
      common: { kind: 'nothing' },
      words: 'They have nothing in common that shows',
    },
  ])('is $name', ({ members, common, words }) => {
    expect(storyOf(lines(members)).common).toEqual(common);
    expect(told(lines(members))).toContain(words);
  });
});

describe('the message of a storm', () => {
  const many = lines(
    times(25, (index) => ({
      ...SPREAD(index % 3),
      cause: index === 0 ? undefined : 'spike',
      more: { killCount: index + 1, ...(index < 5 ? { state: 'resolved' as const } : {}) },
    })),
  );

  it('has the most killed first, and says where the others are', () => {
    const { lines: sorted, kills, open, nodes } = storyOf(many);
    expect(sorted[0]?.incident.id).toBe('OOM-1025');
    expect([kills, open]).toEqual([325, 20]);
    expect(nodes.map(([node]) => node)).toEqual(['node-0', 'node-2', 'node-1']);
    const text = told(many);
    const row = ['team-0/app-24 (app)', '25', '256 MiB', 'spike', 'OOM-1025'];
    expect(text).toContain(JSON.stringify(row.map((cell) => ({ type: 'raw_text', text: cell }))));
    expect(text).toContain('5 more are in the thread');
    expect(text).toContain('*Kills by node:* `node-0` *117*');
  });

  it('says what is not known yet, and what is settled', () => {
    const text = told(many.slice(0, 2));
    expect(text).toContain('being read');
    expect(text).toContain('OOM-1001 (resolved)');
  });

  it('says when it is over', () => {
    expect(told(many)).toContain('Going on');
    expect(told(many, true)).toContain('20 are not settled yet');
    expect(told(many.slice(0, 5), true)).toContain('all of them are settled');
  });
});
