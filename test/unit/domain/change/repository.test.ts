// Diffs of small edits, which repository and file a workload has, and what a pull request says.

import { describe, expect, it } from 'vitest';
import { branchOf, fileFor, repositoryFor, sameEdit } from '../../../../src/domain/change/repository/repository.ts';
import { textDiff } from '../../../../src/domain/change/repository/text-diff.ts';
import { plain, pullRequestText } from '../../../../src/domain/incident/pull-request-text.ts';
import { dossier, incident, mi, proposal, series, size, withUsage, workload } from '../../../support/build.ts';

const LETTERS = 'abcdefghijklmnopqrst'.split('');

function replaced(changes: Readonly<Record<string, string | undefined>>): string {
  return LETTERS.flatMap((letter) => (letter in changes ? (changes[letter] ?? []) : [letter])).join('\n');
}

describe('textDiff', () => {
  it.each([
    { name: 'nothing', after: replaced({}), diff: [] },
    {
      name: 'one line',
      after: replaced({ j: 'J' }),
      diff: ['@@ -7,7 +7,7 @@', '  g', '  h', '  i', '- j', '+ J', '  k', '  l', '  m'],
    },
    {
      name: 'an added line',
      after: replaced({ b: 'b\nB' }),
      diff: ['@@ -1,5 +1,6 @@', '  a', '  b', '+ B', '  c', '  d', '  e'],
    },
    { name: 'a removed last line', after: replaced({ t: undefined }), diff: ['@@ -17,4 +17,3 @@', '  q', '  r', '  s', '- t'] },
    {
      name: 'two lines near each other',
      after: replaced({ d: 'D', g: 'G' }),
      diff: ['@@ -1,10 +1,10 @@', '  a', '  b', '  c', '- d', '+ D', '  e', '  f', '- g', '+ G', '  h', '  i', '  j'],
    },
    {
      name: 'two lines far from each other',
      after: replaced({ b: 'B', r: 'R' }),
      diff: [
        '@@ -1,5 +1,5 @@',
        '  a',
        '- b',
        '+ B',
        '  c',
        '  d',
        '  e',
        '@@ -15,6 +15,6 @@',
        '  o',
        '  p',
        '  q',
        '- r',
        '+ R',
        '  s',
        '  t',
      ],
    },
  ])('shows $name', ({ after, diff }) => {
    expect(textDiff(LETTERS.join('\n'), after)).toEqual(diff);
  });

  it('shows texts that share nothing as all old and all new', () => {
    const many = (letter: string): string => Array.from({ length: 300 }, (_, index) => `${letter}${index}`).join('\n');
    expect(textDiff(many('a'), many('b'))).toHaveLength(601);
  });
});

describe('the repository of a workload', () => {
  const rule = { repository: 'acme/deploy', clusters: ['prod*'], namespaces: ['*', '!kube-*'], files: [] };

  it('is the first whose rule is about it', () => {
    expect(repositoryFor([{ ...rule, clusters: ['dev'] }, rule], workload())?.repository).toBe('acme/deploy');
    expect(repositoryFor([rule], workload({ namespace: 'kube-system' }))).toBeUndefined();
    expect(repositoryFor([rule], workload({ cluster: 'dev' }))).toBeUndefined();
  });

  it('has a file for what is configured', () => {
    const file = { namespaces: ['payments'], workloads: ['checkout-*'], containers: ['*'], file: 'values.yaml' };
    expect(fileFor({ ...rule, files: [file] }, proposal().change)).toBe(file);
    expect(fileFor({ ...rule, files: [{ ...file, containers: ['proxy'] }] }, proposal().change)).toBeUndefined();
  });

  it('has one branch for a proposal, and knows an edit again when lines moved', () => {
    expect(branchOf({ id: 'P-17', hash: '3fa9c2e1d0' })).toBe('headroom/p-17-3fa9c2e1');
    // Another installation's seventeenth.
    expect(branchOf({ id: 'P-17', hash: 'b5b5b5b5b5' })).not.toBe('headroom/p-17-3fa9c2e1');
    const edit = { repository: 'a/b', branch: 'main', file: 'f', diff: ['@@ -1,1 +1,1 @@', '- a', '+ b'] };
    expect(sameEdit(edit, { ...edit, diff: ['@@ -9,1 +9,1 @@', '  x', '- a', '+ b'] })).toBe(true);
    expect(sameEdit(edit, { ...edit, diff: ['@@ -1,1 +1,1 @@', '- a', '+ c'] })).toBe(false);
  });
});

describe('what a pull request says', () => {
  it('tells the values, the reason and the evidence, with a chart', () => {
    const text = pullRequestText({
      proposal: proposal({ reason: 'It needs more.' }),
      incident: incident(),
      dossier: dossier({ evidence: withUsage(series(3, () => 200)) }),
    });
    expect(text.title).toMatch(/^Raise memory limit of checkout-api to \d+Mi$/);
    expect(text.body).toMatch(/\| limit \| `256Mi` \| `\d+Mi` \|/);
    expect(text.body).toContain('> It needs more.');
    expect(text.body).toMatch(/```mermaid\nxychart-beta[\s\S]*line \[200(, 200)+\]\n```/);
    expect(text.commit).toContain(proposal().id);
  });

  it('says what it takes back, and not what spoke for that', () => {
    const text = pullRequestText({ proposal: proposal({ undoes: 'P-7' }), incident: incident(), dossier: dossier() });
    expect(text.body).toContain('Takes back P-7');
    expect(text.body).not.toContain('### Evidence');
  });

  it.each([
    {
      name: 'a first limit',
      change: { before: {}, after: { limit: mi(512) } },
      title: 'Set memory limit of checkout-api to 512Mi',
    },
    {
      name: 'a lower one',
      change: { before: { limit: size(512) }, after: { limit: mi(256) } },
      title: 'Lower memory limit of checkout-api to 256Mi',
    },
    {
      name: 'a lower request beside the same limit',
      change: { before: { limit: size(512), request: size(400) }, after: { limit: mi(512), request: mi(200) } },
      title: 'Lower memory request of checkout-api to 200Mi',
    },
  ])('names $name', ({ change, title }) => {
    const changed = proposal({ change: { ...proposal().change, ...change } });
    const text = pullRequestText({ proposal: changed, incident: incident(), dossier: undefined });
    expect(text.title).toBe(title);
    expect(text.body).not.toContain('### Evidence');
  });

  it.each([
    { name: 'mentions', text: 'ask @team and @org/all', not: /@\w/ },
    { name: 'closes issues', text: 'fixes #1', not: /#\d/ },
    { name: 'links', text: '[x](https://evil.example) https://evil.example', not: /\]\(|:\/\// },
    { name: 'ends its block', text: 'a\n\n# Title\n| x |\n```\ncode', not: /\n|```/ },
    { name: 'brings HTML', text: '<img src=x onerror=alert(1)> &amp; <!-- ', not: /<|>/ },
    { name: 'begins a list or a rule', text: '--- 1. x', not: /^-/ },
    { name: 'hides direction marks', text: 'a\u202eb', not: /\u202e/ },
  ])('never $name', ({ text, not }) => {
    expect(plain(text)).not.toMatch(not);
  });
});
