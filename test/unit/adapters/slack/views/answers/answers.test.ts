// Every answer within Slack's limits, whatever a cluster or a person puts into it; nothing in it pings, links or breaks out.

import { describe, expect, it } from 'vitest';
import { checkBlocks } from '../../../../../../packages/slack-sim/src/checks/blocks-check.ts';
import { decodeAsk } from '../../../../../../src/adapters/slack/ids.ts';
import type { AnswerLook } from '../../../../../../src/adapters/slack/views/answers/answers.ts';
import { answerView } from '../../../../../../src/adapters/slack/views/answers/answers.ts';
import type { Answer, Scope } from '../../../../../../src/api/answer.ts';
import { known, unavailable } from '../../../../../../src/domain/base/piece.ts';
import { HOUR, toInstant } from '../../../../../../src/domain/base/time.ts';
import { LONGEST_QUESTION } from '../../../../../../src/domain/query/ask.ts';
import type { ContainerLine } from '../../../../../../src/domain/query/directory.ts';
import type { Page } from '../../../../../../src/domain/query/page.ts';
import { pageOf } from '../../../../../../src/domain/query/page.ts';
import { dossier, evidence, incident, kill, mi, NOW, proposal, workload } from '../../../../../support/build.ts';

const EVIL = 'x<!channel>`*_~```&lt;<@U0EVIL> <https://evil.example|a> @here \u202E 🧨\n> quote';
const LONG = `${'n'.repeat(253)}${EVIL}`;
const TEXT = `${EVIL} `.repeat(400);
const PLACE = { namespace: LONG, kind: LONG, name: LONG };
const REF = { ...kill().ref, cluster: LONG, namespace: LONG, pod: LONG, container: LONG };

const line: ContainerLine = {
  namespace: LONG,
  pod: LONG,
  container: LONG,
  workload: PLACE,
  use: mi(250),
  limit: mi(256),
  restartCount: 1e9,
};

function many<Item>(item: Item): Page<Item> {
  return pageOf(
    Array.from({ length: 100 }, () => item),
    { page: 3, ask: TEXT.slice(0, LONGEST_QUESTION) },
  );
}

const SCOPES: readonly Scope[] = [
  { kind: 'cluster', cluster: LONG, watched: { only: Array.from({ length: 20 }, () => LONG), excluded: [] } },
  { kind: 'namespace', name: LONG, pods: 3 },
  {
    kind: 'workload',
    workload: PLACE,
    pods: 3,
    mute: { cluster: LONG, workload: PLACE, by: 'U0ALICE', at: NOW, until: toInstant(NOW + HOUR), reason: TEXT },
  },
  {
    kind: 'node',
    name: LONG,
    pods: 3,
    facts: known(
      {
        name: LONG,
        capacity: mi(8192),
        allocatable: mi(7000),
        memoryPressure: true,
        ready: false,
        oomEvents: [{ type: 'Warning', reason: TEXT, message: TEXT, count: 3, from: TEXT }],
      },
      TEXT,
      NOW,
    ),
    load: known({ running: 9, requested: mi(100), limited: mi(20_000), withoutLimit: 4 }, TEXT, NOW),
    watched: { only: [LONG], excluded: [] },
    promised: { requests: mi(100), limits: mi(20_000), withoutLimit: 4 },
  },
  {
    kind: 'node',
    name: LONG,
    pods: 0,
    facts: unavailable(TEXT),
    load: unavailable(TEXT),
    watched: { only: [], excluded: [LONG] },
    promised: { requests: mi(0), limits: mi(0), withoutLimit: 0 },
  },
];

const evilIncident = incident({
  workload: workload({ cluster: LONG, namespace: LONG, name: LONG, kind: LONG }),
  container: LONG,
  lastKill: kill({ ref: REF }),
});
const evilProposal = proposal({
  requester: 'U0ALICE',
  reason: TEXT,
  change: { ...proposal().change, workload: evilIncident.workload, container: LONG },
});
const evilStanding = { incident: evilIncident, proposal: evilProposal };
const evilDossier = dossier({
  evidence: evidence({ log: unavailable(TEXT), describe: unavailable(TEXT) }),
  diagnosis: { cause: 'unclear', confidence: 'low', summary: TEXT, facts: [TEXT], against: [TEXT], toSettle: TEXT },
  recommendation: { kind: 'advise', reason: TEXT, advice: Array.from({ length: 20 }, () => TEXT) },
});
const mute = { cluster: LONG, workload: PLACE, by: 'U0ALICE', at: NOW, until: toInstant(NOW + HOUR), reason: TEXT };
const choice = { label: LONG, ask: `pod ${LONG}` };

const ANSWERS: readonly Answer[] = [
  { kind: 'help' },
  { kind: 'help', command: 'mute' },
  { kind: 'usage', problem: TEXT, nearest: [choice, choice] },
  { kind: 'usage', problem: TEXT, command: 'mute', nearest: [] },
  { kind: 'not-found', problem: TEXT, nearest: [] },
  { kind: 'not-found', problem: TEXT, nearest: [choice, choice, choice] },
  { kind: 'choice', question: TEXT, choices: many(choice) },
  { kind: 'explanation', ref: REF, kill: kill({ ref: REF }), dossier: evilDossier, note: TEXT, standing: evilStanding },
  { kind: 'recommendation', ref: REF, dossier: evilDossier, note: TEXT, standing: evilStanding },
  { kind: 'recommendation', ref: REF, dossier: dossier() },
  ...SCOPES.flatMap((scope): readonly Answer[] => [
    {
      kind: 'containers',
      scope,
      lines: many(line),
      use: known(NOW, TEXT, NOW),
      incidents: Array.from({ length: 5 }, () => evilIncident),
      truncated: true,
    },
    {
      kind: 'containers',
      scope,
      lines: pageOf<ContainerLine>([], { page: 0, ask: 'top' }),
      use: unavailable(TEXT),
      incidents: [],
      truncated: false,
    },
  ]),
  { kind: 'incidents', which: 'open', incidents: many(evilIncident) },
  { kind: 'incidents', which: 'recent', incidents: pageOf<typeof evilIncident>([], { page: 0, ask: 'recent' }) },
  {
    kind: 'history',
    workload: PLACE,
    incidents: many(evilIncident),
    proposals: Array.from({ length: 20 }, () => evilProposal),
    records: Array.from({ length: 12 }, () => ({
      at: NOW,
      actor: { kind: 'person' as const, id: EVIL },
      action: 'approve' as const,
      result: 'denied' as const,
      proposalId: TEXT,
      before: { limit: TEXT },
      after: { limit: TEXT },
      outcome: TEXT,
    })),
  },
  {
    kind: 'approvals',
    mine: Array.from({ length: 20 }, (_, index) => ({ ...evilProposal, id: `P-${index}` })),
    others: Array.from({ length: 20 }, () => evilProposal),
  },
  { kind: 'mutes', mutes: Array.from({ length: 30 }, (_, index) => ({ ...mute, at: toInstant(NOW + index) })) },
  { kind: 'mutes', mutes: [] },
  { kind: 'muted', mute },
  { kind: 'unmuted', mute },
];

const LOOKS: readonly AnswerLook[] = [
  { plain: false, workspace: 'https://example.slack.com/', seenBy: { kind: 'private', ask: TEXT.slice(0, LONGEST_QUESTION) } },
  { plain: true, workspace: undefined, seenBy: { kind: 'shared', ask: TEXT.slice(0, LONGEST_QUESTION), person: 'U0ALICE' } },
];

/** Every text Slack would parse: mrkdwn objects and the notification text. Not plain_text, table cells and rich text. */
function parsedTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(parsedTexts);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = Object.fromEntries(Object.entries(value));
  if (type === 'mrkdwn') return typeof text === 'string' ? [text] : [];
  return Object.values(value).flatMap(parsedTexts);
}

const OURS =
  /<@U0ALICE>|<https:\/\/example\.slack\.com\/archives\/C0ALERTS\/p\d+(?:\?thread_ts=[\d.]+&amp;cid=C0ALERTS)?\|OOM-\d+>|<!date\^\d+\^\{date_short_pretty\} at \{time_secs\}\|[\d: -]+ UTC>/g;

describe.each(LOOKS)('answers of hostile content, $seenBy.kind', (look) => {
  it.each(ANSWERS.map((answer) => ({ answer, kind: answer.kind })))(
    '$kind keeps to Slack’s limits and pings nobody',
    ({ answer }) => {
      const { text, blocks } = answerView(answer, look);
      expect(checkBlocks(blocks, 'message')).toEqual([]);
      expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(13_000);
      expect(text.length).toBeLessThanOrEqual(4000);
      expect(text.trim()).not.toBe('');
      for (const parsed of [text, ...parsedTexts(blocks)]) expect(parsed.replaceAll(OURS, '')).not.toMatch(/[<>]/);
    },
  );
});

describe('what an answer offers', () => {
  const asks = (answer: Answer): readonly string[] =>
    [
      ...JSON.stringify(
        answerView(answer, { plain: false, workspace: undefined, seenBy: { kind: 'private', ask: 'top' } }),
      ).matchAll(/"value":("(?:[^"\\]|\\.)*")/g),
    ]
      .map(([, value = '""']) => String(JSON.parse(value)))
      .map((value) => decodeAsk(value)?.ask ?? value);

  it('turns pages both ways, and shares the same question', () => {
    const lines = pageOf(
      Array.from({ length: 30 }, () => ({ ...line, namespace: 'payments', pod: 'checkout-api-1' })),
      { page: 1, ask: 'top payments' },
    );
    const answer: Answer = {
      kind: 'containers',
      scope: { kind: 'namespace', name: 'payments', pods: 30 },
      lines,
      use: known(NOW, 'Prometheus', NOW),
      incidents: [],
      truncated: false,
    };
    expect(asks(answer)).toEqual(['pod payments/checkout-api-1', 'top payments', 'top payments', 'share top']);
  });

  it('shows how a mute is written, with its lengths, in its help and in all of the help', () => {
    const helpOf = (command?: string): string =>
      answerView({ kind: 'help', command }, { plain: false, workspace: undefined, seenBy: { kind: 'private', ask: 'help' } })
        .blocks.map((block) => JSON.stringify(block))
        .join('');
    expect(helpOf('mute')).toContain('/oom mute payments/checkout-api 2h load test');
    for (const shown of [helpOf('mute'), helpOf()]) expect(shown).toContain('(30m, 2h, 3d or 1w)');
  });

  it.each([
    { ask: 'mute a/web 2h', says: 'Mute' },
    { ask: 'unmute a/web', says: 'Unmute' },
    { ask: 'pod a/web-1', says: 'Show' },
  ])('says on the button of "$ask" what it does: $says', ({ ask, says }) => {
    const choices = pageOf([{ label: 'web', ask }], { page: 0, ask: 'web' });
    const drawn = answerView(
      { kind: 'choice', question: 'Which one?', choices },
      { plain: false, workspace: undefined, seenBy: { kind: 'private', ask: 'web' } },
    );
    expect(JSON.stringify(drawn.blocks)).toContain(`"text":"${says}"`);
  });

  it('offers what a name may mean, by its exact name', () => {
    const choices = pageOf([{ label: 'pod a/web-1', ask: 'pod a/web-1' }], { page: 0, ask: 'web' });
    expect(asks({ kind: 'choice', question: 'Which one?', choices })).toEqual(['pod a/web-1']);
  });
});
