// Small things that people stumble over: time labels that would be equal, the link to a thread, the bound that binds, sentences that say a thing twice, and
// emoji that the local page could not draw.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../../../../src/adapters/slack/render.ts';
import { historyView } from '../../../../../src/adapters/slack/views/answers/answer-lists.ts';
import { memoryChart } from '../../../../../src/adapters/slack/views/explanation/chart.ts';
import { chartSvg } from '../../../../../src/adapters/slack/views/explanation/chart-svg.ts';
import { incidentLine } from '../../../../../src/adapters/slack/views/incident/incident-line.ts';
import { outcomeSentence } from '../../../../../src/adapters/slack/views/proposal/proposal-words.ts';
import { HOUR, toInstant, toMillis } from '../../../../../src/domain/base/time.ts';
import type { UsagePoint } from '../../../../../src/domain/evidence/evidence.ts';
import type { Incident } from '../../../../../src/domain/incident/incident.ts';
import { pageOf } from '../../../../../src/domain/query/page.ts';
import { incident, mi, NOW, proposal, series } from '../../../../support/build.ts';

function points(count: number, everyMs: number): readonly UsagePoint[] {
  return Array.from({ length: count }, (_, index) => ({ at: toInstant(NOW + index * everyMs), bytes: mi(100 + index) }));
}

function labelsOf(count: number, everyMs: number) {
  const chart = memoryChart({ ...series(3, () => 100), points: points(count, everyMs) }, mi(256))?.chart;
  return chart?.type === 'line' ? chart.axis_config : undefined;
}

describe('the time axis of a chart', () => {
  it('has hours and minutes', () => {
    const axis = labelsOf(20, 3 * 60_000);
    expect(axis?.categories).toHaveLength(20);
    expect(axis?.categories.every((label) => /^\d\d:\d\d$/.test(label))).toBe(true);
    expect(axis?.x_label).toBe('UTC');
  });

  it('has minutes and seconds where all of it are some minutes, each once and no longer', () => {
    const axis = labelsOf(20, 5000);
    expect(new Set(axis?.categories).size).toBe(20);
    expect(axis?.categories.every((label) => /^\d\d:\d\d$/.test(label))).toBe(true);
    expect(axis?.x_label).toMatch(/^UTC, minutes:seconds, from \d\d:\d\d on$/);
  });

  it('has no seconds over an hour, though two samples share a minute, and keeps the higher of them', () => {
    const every = [...points(19, 3 * 60_000), { at: toInstant(NOW + 3 * 60_000 + 20_000), bytes: mi(250) }];
    const usage = { ...series(3, () => 100), points: every.toSorted((a, b) => a.at - b.at) };
    const chart = memoryChart(usage, mi(256))?.chart;
    const axis = chart?.type === 'line' ? chart.axis_config : undefined;
    expect(axis?.categories).toHaveLength(19);
    expect(axis?.categories.every((label) => /^\d\d:\d\d$/.test(label))).toBe(true);
    expect(axis?.x_label).toBe('UTC');
    expect(JSON.stringify(chart)).toContain('"value":250');
  });

  it.each([
    { count: 120, everyMs: 30_000, first: '02:45', second: '02:50', each: '5 minutes' },
    { count: 37, everyMs: 30_000, first: '02:47', second: '02:48', each: 'minute' },
    { count: 200, everyMs: 300_000, first: '02:00', second: '03:00', each: 'hour' },
  ])(
    'has even ticks for $count samples: one for each $each, with the highest of it',
    ({ count, everyMs, first, second, each }) => {
      const chart = memoryChart({ ...series(3, () => 100), points: points(count, everyMs) }, mi(256))?.chart;
      const axis = chart?.type === 'line' ? chart.axis_config : undefined;
      expect(axis?.categories.slice(0, 2)).toEqual([first, second]);
      expect(axis?.categories.length).toBeLessThanOrEqual(20);
      expect(axis?.x_label).toBe(`UTC; the highest of each ${each}`);
      expect(JSON.stringify(chart)).toContain(`"value":${99 + count}`);
    },
  );

  it('has seconds in the drawing too', () => {
    expect(chartSvg({ points: points(20, 5000), limit: mi(256) })).toMatch(/>\d\d:\d\d:\d\d</);
    expect(chartSvg({ points: points(20, 60_000), limit: mi(256) })).not.toMatch(/>\d\d:\d\d:\d\d</);
  });
});

describe('a rejection', () => {
  const refused = (reason: string) => proposal({ state: { kind: 'refused', by: 'U0BOB', reason, at: NOW } });
  const SAID = 'Proposal P-1 was refused by <@U0BOB>: “too early, &lt;!channel&gt; ask after lunch”.';

  it('gives its reason to whoever asked, in the thread and in the history, in one line and without calling anybody', () => {
    const asked = refused('too early,\n<!channel> ask\tafter lunch ');
    const thread = renderMessage(
      { kind: 'proposal', incident: incident(), proposal: asked, approvers: { users: [], groups: [] } },
      false,
    );
    expect(thread.blocks.at(-1)).toMatchObject({ type: 'context', elements: [{ text: SAID }] });
    expect(thread.text).toContain(SAID);
    const { namespace, kind, name } = incident().workload;
    const history = historyView(
      {
        kind: 'history',
        workload: { namespace, kind, name },
        incidents: pageOf<Incident>([], { page: 0, ask: 'history' }),
        proposals: [asked],
        records: [],
      },
      undefined,
    );
    expect(JSON.stringify(history.blocks)).toContain(SAID);
  });

  it('without one says no more', () => {
    expect(outcomeSentence(refused(' '))).toBe('Proposal P-1 was refused by <@U0BOB>.');
  });
});

describe('an incident in one line', () => {
  const root = { key: 'root', subject: { kind: 'root' as const }, attempts: 1 };
  const posted = { channel: 'C0ALERTS', id: '1764000000.000100', fingerprint: '' };

  it('leads to its thread', () => {
    const line = incidentLine(incident({ thread: [{ ...root, posted }] }), 'https://example.slack.com/');
    expect(line).toContain('*<https://example.slack.com/archives/C0ALERTS/p1764000000000100|OOM-1001>*');
  });

  it('leads to its place in the thread of a storm', () => {
    const inStorm = { ...posted, thread: '1764000000.000001' };
    const line = incidentLine(incident({ thread: [{ ...root, posted: inStorm }] }), 'https://example.slack.com/');
    expect(line).toContain('p1764000000000100?thread_ts=1764000000.000001&amp;cid=C0ALERTS|');
  });

  it.each([
    { name: 'nothing is posted yet', thread: [root], workspace: 'https://example.slack.com/' },
    { name: 'the workspace is not known', thread: [{ ...root, posted }], workspace: undefined },
  ])('links nothing while $name', ({ thread, workspace }) => {
    expect(incidentLine(incident({ thread }), workspace)).toMatch(/^\*OOM-1001\*/);
  });

  const ALICE = { person: 'UALICE', at: NOW };
  const SNOOZED = { by: 'UALICE', at: NOW, until: toInstant(NOW + HOUR), kills: 1 };
  it.each([
    { name: 'nobody', care: {}, ends: / · open$/ },
    { name: 'who acknowledged it', care: { acknowledgedBy: ALICE }, ends: / · open, acknowledged$/ },
    {
      name: 'whom it was given to',
      care: { acknowledgedBy: ALICE, assigned: { to: 'UBOB', by: 'UALICE', at: NOW } },
      ends: / · open, assigned$/,
    },
    { name: 'nobody for an hour', care: { snoozed: SNOOZED }, ends: / · open, snoozed until [^,]+$/ },
    { name: 'whoever did, once it is over', care: { acknowledgedBy: ALICE, state: 'resolved' as const }, ends: / · resolved$/ },
  ])('says that it is looked after by $name, and names nobody', ({ care, ends }) => {
    const line = incidentLine(incident(care), undefined);
    expect(line).toMatch(ends);
    expect(line).not.toContain('<@');
  });
});

describe('what becomes of a change', () => {
  it.each([
    { kind: 'rolling-out' as const, by: 'U0BOB', at: NOW, generation: 2 },
    { kind: 'observing' as const, by: 'U0BOB', at: NOW, rolledOutAt: NOW, until: NOW },
  ])('is told in one sentence while it is $kind', (state) => {
    const { text } = renderMessage({ kind: 'outcome', incident: incident(), proposal: proposal({ state }) }, false);
    expect(text).toMatch(/^Memory limit /);
    expect(text.match(/written|rolled out/gi)).toHaveLength(1);
    const asked = { kind: 'proposal' as const, incident: incident(), proposal: proposal({ state }) };
    const { blocks } = renderMessage({ ...asked, approvers: { users: [], groups: [] } }, false);
    expect(JSON.stringify(blocks.at(-1))).toContain('"Memory limit ');
  });

  it('has its result in front when it is over', () => {
    const verdict = { kind: 'quiet' as const, watchedMs: toMillis(60_000), delaysOnly: false };
    const state = { kind: 'closed' as const, by: 'U0BOB', at: NOW, verdict };
    const { text } = renderMessage({ kind: 'outcome', incident: incident(), proposal: proposal({ state }) }, false);
    expect(text).toMatch(/^Quiet: Memory limit /);
  });
});

it('uses only emoji that the local page draws', () => {
  const root = fileURLToPath(new URL('../../../../../', import.meta.url));
  const folder = join(root, 'src/adapters/slack');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const used = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/['`*\s]:([a-z]+(?:_[a-z]+)*):[\s*'`]/g)].map(
      ([, emoji = '']) => emoji,
    ),
  );
  const page = readFileSync(join(root, 'packages/slack-sim/page/emoji.tsx'), 'utf8');
  const drawn = [...page.matchAll(/^ {2}([a-z_]+): [(<']/gm)].map(([, name = '']) => name);
  expect(used).toContain('eyes');
  expect(new Set(used.filter((name) => !drawn.includes(name)))).toEqual(new Set());
});
