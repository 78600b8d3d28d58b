// Every layout within Slack's limits, whatever a cluster or a person puts into it, and nothing in it that pings or links.

import { describe, expect, it } from 'vitest';
import { checkBlocks } from '../../../../../packages/slack-sim/src/checks/blocks-check.ts';
import { renderMessage } from '../../../../../src/adapters/slack/render.ts';
import { MOST_TOGETHER } from '../../../../../src/adapters/slack/views/fit.ts';
import { homeView } from '../../../../../src/adapters/slack/views/home.ts';
import { assignModal, expectModal } from '../../../../../src/adapters/slack/views/modals/care-modals.ts';
import { approveModal, noticeModal, refuseModal, undoModal } from '../../../../../src/adapters/slack/views/modals/modals.ts';
import { reviewModal } from '../../../../../src/adapters/slack/views/modals/review-modal.ts';
import { toBytes as bytes } from '../../../../../src/domain/base/memory.ts';
import { known, unavailable } from '../../../../../src/domain/base/piece.ts';
import { toInstant, toMillis } from '../../../../../src/domain/base/time.ts';
import type { Proposal, ProposalState } from '../../../../../src/domain/change/proposal.ts';
import type { Evidence } from '../../../../../src/domain/evidence/evidence.ts';
import { digestOf } from '../../../../../src/domain/incident/digest.ts';
import type { Dossier, Incident } from '../../../../../src/domain/incident/incident.ts';
import type { Note } from '../../../../../src/domain/incident/note.ts';
import type { StormLine } from '../../../../../src/domain/incident/storm.ts';
import { startStorm, storyOf } from '../../../../../src/domain/incident/storm.ts';
import type { Message } from '../../../../../src/ports/messenger.ts';
import { dossier, evidence, incident, kill, NOW, proposal, series, workload } from '../../../../support/build.ts';

const EVIL = 'x<!channel>`*_~```&lt;<@U0EVIL> <https://evil.example|a> @here \u202E 🧨\n> quote';
/** The longest name Kubernetes allows, and then what it does not. */
const LONG = `${'n'.repeat(253)}${EVIL}`;
const TEXT = `${EVIL} `.repeat(400);

const GAPS = Array.from({ length: 30 }, () => ({ from: NOW, until: NOW }));

const STATES: readonly ProposalState[] = [
  { kind: 'pending' },
  { kind: 'refused', by: 'U0BOB', at: NOW, reason: TEXT },
  { kind: 'expired', at: NOW, reason: TEXT },
  { kind: 'approved', by: 'U0BOB', at: NOW },
  { kind: 'rolling-out', by: 'U0BOB', at: NOW, generation: 5 },
  { kind: 'observing', by: 'U0BOB', at: NOW, rolledOutAt: NOW, until: toInstant(NOW + 1000) },
  { kind: 'observing', by: 'U0BOB', at: NOW, rolledOutAt: NOW, until: NOW, windowMs: toMillis(1000), gaps: GAPS },
  {
    kind: 'closed',
    by: 'U0BOB',
    at: NOW,
    verdict: { kind: 'quiet', watchedMs: toMillis(1000), delaysOnly: true, unwatched: GAPS },
  },
  { kind: 'closed', by: 'U0BOB', at: NOW, verdict: { kind: 'killed-again', at: NOW, afterMs: toMillis(1000) } },
  { kind: 'closed', by: 'U0BOB', at: NOW, verdict: { kind: 'not-rolled-out', reason: TEXT } },
  { kind: 'closed', by: 'U0BOB', at: NOW, verdict: { kind: 'undone', foundLimit: TEXT } },
  { kind: 'closed', by: 'U0BOB', at: NOW, verdict: { kind: 'not-applied', reason: TEXT } },
];

const EVIDENCE: readonly Evidence[] = [
  evidence({
    describe: known(TEXT, 'pod status', NOW),
    events: known([{ type: 'Warning', reason: TEXT, message: TEXT, count: 1e9, from: TEXT }], 'events', NOW),
    log: known({ lines: Array.from({ length: 200 }, () => TEXT), cutMidLine: true, instance: 'killed' as const }, 'pod log', NOW),
    usage: known(
      series(200, (hours) => 200 + hours),
      TEXT,
      NOW,
    ),
  }),
  evidence({
    pod: unavailable(TEXT),
    describe: unavailable(TEXT),
    events: unavailable(TEXT),
    log: unavailable(TEXT),
    usage: unavailable(TEXT),
    node: unavailable(TEXT),
    owner: unavailable(TEXT),
  }),
];

const EVIL_WORKLOAD = workload({ cluster: LONG, namespace: LONG, name: LONG, kind: LONG });
const EVIL_REF = { ...kill().ref, cluster: LONG, namespace: LONG, pod: LONG, container: LONG };

function evilDossier(pieces: Evidence): Dossier {
  return dossier({
    evidence: pieces,
    diagnosis: {
      cause: 'unclear',
      confidence: 'low',
      summary: TEXT,
      facts: [TEXT, TEXT],
      against: [TEXT],
      toSettle: TEXT,
    },
    recommendation: { kind: 'advise', reason: TEXT, advice: Array.from({ length: 20 }, () => TEXT) },
  });
}

function evilIncident(state: Incident['state']): Incident {
  return incident({
    state,
    workload: EVIL_WORKLOAD,
    container: LONG,
    lastKill: kill({ ref: EVIL_REF, reason: TEXT }),
    killCount: 1e9,
    acknowledgedBy: { person: 'U0ALICE', at: NOW },
    assigned: { to: 'U0BOB', by: 'U0ALICE', at: NOW },
    snoozed: { by: 'U0ALICE', at: NOW, until: NOW, kills: 3 },
    muted: { by: 'U0ALICE', until: NOW },
    owner: EVIL,
    ...(state === 'resolved' ? { resolvedAt: NOW } : {}),
  });
}

function evilProposal(state: ProposalState): Proposal {
  const plain = proposal();
  return proposal({
    requester: 'U0ALICE',
    reason: TEXT,
    change: { ...plain.change, workload: EVIL_WORKLOAD, container: LONG },
    dryRun: { kind: 'not-checked', reason: TEXT },
    temporary: true,
    basis: { why: TEXT, doubt: TEXT, from: { source: TEXT, days: 6, at: NOW } },
    state,
  });
}

/** By a repository whose names, people and addresses are as bad. */
function evilPullRequest(merged: boolean): Proposal {
  const evil = evilProposal({ kind: 'in-review', ...BY });
  return {
    ...evil,
    change: { ...evil.change, way: 'pull-request', edit: { repository: TEXT, branch: TEXT, file: TEXT, diff: [TEXT, TEXT] } },
    pullRequest: {
      ...{ repository: TEXT, number: 7, url: `https://evil.example/${EVIL}`, approvedBy: [EVIL], changesRequestedBy: [EVIL] },
      ...(merged ? { merged: { by: EVIL, at: NOW } } : {}),
    },
  };
}

const BY = { by: 'U0ALICE', at: NOW };
const NOTES: readonly Note[] = [
  { kind: 'done', deed: { kind: 'acknowledge' }, ...BY },
  { kind: 'done', deed: { kind: 'assign', to: 'U0BOB' }, ...BY },
  { kind: 'done', deed: { kind: 'snooze', until: NOW }, ...BY },
  { kind: 'done', deed: { kind: 'expect', until: NOW, reason: TEXT }, ...BY },
  ...(['acknowledge', 'assign', 'snooze', 'expect'] as const).map((what) => ({
    kind: 'done' as const,
    deed: { kind: 'undo' as const, what },
    ...BY,
  })),
  ...(['time', 'kills', 'cause'] as const).map((why) => ({ kind: 'woken' as const, why, snoozedBy: 'U0BOB', at: NOW })),
  { kind: 'expected-over', ...BY },
];

const MESSAGES: readonly Message[] = [
  ...(['open', 'proposed', 'changing', 'observing', 'resolved'] as const).flatMap((state) =>
    EVIDENCE.map((pieces) => ({
      kind: 'root' as const,
      incident: evilIncident(state),
      dossier: evilDossier(pieces),
      proposal: evilProposal({ kind: 'pending' }),
    })),
  ),
  ...EVIDENCE.map((pieces) => ({
    kind: 'explanation' as const,
    incident: evilIncident('open'),
    dossier: evilDossier(pieces),
  })),
  ...EVIDENCE.map((pieces) => ({ kind: 'output' as const, incident: evilIncident('open'), dossier: evilDossier(pieces) })),
  ...(['daily', 'weekly'] as const).flatMap((period): readonly Message[] => {
    const rest = {
      period,
      until: NOW,
      incidents: Array.from({ length: 30 }, () => evilIncident('resolved')),
      proposals: STATES.map((state) => evilProposal(state)),
    };
    const workloadNamed = { namespace: LONG, kind: LONG, name: LONG };
    const sizes = { peak: bytes(10), limit: bytes(100), suggested: bytes(20), freed: bytes(80) };
    const hint = { workload: workloadNamed, container: LONG, pods: 3, ...sizes };
    return [
      { kind: 'digest', digest: digestOf({ ...rest, tighten: unavailable(TEXT) }) },
      { kind: 'digest', digest: digestOf({ ...rest, tighten: known([hint, hint, hint, hint, hint], TEXT, NOW) }) },
      { kind: 'digest', digest: digestOf({ ...rest, incidents: [], proposals: [], tighten: known([], 'x', NOW) }) },
    ];
  }),
  ...NOTES.map((note) => ({ kind: 'note' as const, incident: evilIncident('open'), note })),
  ...STATES.flatMap((state): readonly Message[] => [
    {
      kind: 'proposal',
      incident: evilIncident('proposed'),
      proposal: evilProposal(state),
      approvers: { users: Array.from({ length: 60 }, () => EVIL), groups: [EVIL] },
    },
    { kind: 'outcome', incident: evilIncident('changing'), proposal: evilProposal(state) },
  ]),
  ...[true, false].flatMap((merged): readonly Message[] => [
    {
      kind: 'proposal',
      incident: evilIncident('proposed'),
      proposal: evilPullRequest(merged),
      approvers: { users: [], groups: [] },
    },
    { kind: 'outcome', incident: evilIncident('changing'), proposal: evilPullRequest(merged) },
    { kind: 'root', incident: evilIncident('changing'), proposal: evilPullRequest(merged) },
  ]),
];

const STORM_LINES: readonly StormLine[] = Array.from({ length: 200 }, (_, index) => ({
  incident: { ...evilIncident(index % 2 === 0 ? 'open' : 'resolved'), id: `OOM-${index}` },
  dossier: index % 3 === 0 ? undefined : evilDossier(evidence()),
}));

function stormOf(lines: readonly StormLine[]): readonly Message[] {
  const storm = { ...startStorm('C1-1', EVIL, NOW), movedFrom: EVIL };
  return [true, false].map((over) => ({ kind: 'storm', storm, story: storyOf(lines), over }));
}

const TOLD: readonly Message[] = [
  ...stormOf(STORM_LINES),
  ...stormOf(STORM_LINES.slice(0, 1)),
  ...stormOf(
    STORM_LINES.map((line) => ({
      ...line,
      incident: { ...line.incident, lastKill: kill({ how: 'node', node: LONG }) },
    })),
  ),
  { kind: 'again', incident: evilIncident('open'), quietSince: NOW, at: NOW },
  { kind: 'reminder', incident: evilIncident('open'), dossier: evilDossier(evidence()), kills: 1e9 },
  ...(['open', 'changing', 'resolved'] as const).map(
    (state): Message => ({
      kind: 'root',
      incident: { ...evilIncident(state), stormId: EVIL },
      dossier: evilDossier(evidence()),
      proposal: evilProposal({ kind: 'pending' }),
    }),
  ),
];

/** Every text Slack would parse: mrkdwn objects, the notification text, the strip. Not plain_text and not rich text, where nothing is parsed. */
function parsedTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(parsedTexts);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = Object.fromEntries(Object.entries(value));
  if (type === 'mrkdwn') return typeof text === 'string' ? [text] : [];
  return Object.values(value).flatMap(parsedTexts);
}

const OURS = /<@U0(?:ALICE|BOB)>|<!date\^\d+\^\{date_short_pretty\} at \{time_secs\}\|[\d: -]+ UTC>/g;

function expectHarmless(texts: readonly string[]): void {
  for (const text of texts) expect(text.replaceAll(OURS, '')).not.toMatch(/[<>]/);
}

function blockquotes(text: string): string {
  return text.replaceAll(/^>/gm, '');
}

describe('messages of hostile content', () => {
  it.each([false, true])('keep to Slack’s limits and ping nobody (plain: %s)', (plain) => {
    for (const message of [...MESSAGES, ...TOLD]) {
      const { text, blocks, strip } = renderMessage(message, plain);
      expect(checkBlocks(blocks, 'message'), message.kind).toEqual([]);
      expect(text.length, message.kind).toBeLessThanOrEqual(4000);
      expect(JSON.stringify(blocks).length, message.kind).toBeLessThanOrEqual(MOST_TOGETHER);
      expectHarmless([text, strip?.text ?? '', ...parsedTexts(blocks)].map(blockquotes));
    }
  });

  it('say whose they are where the replies of many incidents stand together', () => {
    const replies = MESSAGES.filter(({ kind }) => kind !== 'root' && kind !== 'storm' && kind !== 'digest');
    expect(new Set(replies.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(4);
    for (const message of replies) {
      if (!('incident' in message)) continue;
      const { id } = message.incident;
      const inStorm = renderMessage({ ...message, incident: { ...message.incident, stormId: 'C1-1' } }, false);
      expect(inStorm.text.startsWith(`${id}: `), message.kind).toBe(true);
      expect(parsedTexts(inStorm.blocks)[0], message.kind).toBe(`*${id}*`);
      expect(renderMessage(message, false).text.startsWith(`${id}: `), message.kind).toBe(false);
    }
  });

  it('never let Slack link a bare address: every marked-up text is verbatim', () => {
    for (const message of [...MESSAGES, ...TOLD]) {
      const written = JSON.stringify(renderMessage(message, false).blocks);
      expect(written.match(/"type":"mrkdwn"/g)?.length).toBe(written.match(/"verbatim":true/g)?.length);
    }
  });
});

describe('modals and the Home tab of hostile content', () => {
  it('keep to Slack’s limits and ping nobody', () => {
    const modals = [
      assignModal('OOM-1001', 'U0ALICE'),
      expectModal('OOM-1001'),
      noticeModal(LONG, TEXT),
      refuseModal({ proposal: EVIL, version: 1, incident: 'OOM-1' }),
      undoModal({ proposal: EVIL, version: 1, incident: 'OOM-1' }),
      approveModal({ kind: 'ready', proposal: evilProposal({ kind: 'pending' }), incident: evilIncident('proposed') }),
      reviewModal({
        kind: 'draft',
        incident: evilIncident('open'),
        container: LONG,
        currentLimit: TEXT,
        currentRequest: TEXT,
        suggestedLimit: '384Mi',
        suggestedRequest: '256Mi',
        basis: { why: TEXT, doubt: TEXT, from: { source: TEXT, days: 6, at: NOW } },
        reason: TEXT,
        edits: { proposalId: 'P-1', revision: 2 },
        restart: TEXT,
        ways: ['template', 'resize', 'recreate', 'pull-request'],
        usualWay: undefined,
        takenBackBy: TEXT,
        stuck: [LONG, LONG, LONG, LONG],
        warnings: Array.from({ length: 9 }, () => TEXT),
        bounds: { min: '16Mi', max: '1Gi', maxBy: '4 times the present limit (policy.maxFactor)' },
      }),
    ];
    for (const { blocks } of modals) {
      expect(checkBlocks(blocks, 'modal')).toEqual([]);
      expectHarmless(parsedTexts(blocks).map(blockquotes));
    }
    const home = homeView(
      {
        at: NOW,
        waiting: Array.from({ length: 20 }, (_, index) => ({ ...evilProposal({ kind: 'pending' }), id: `P-${index}` })),
        mine: Array.from({ length: 20 }, () => evilIncident('open')),
        incidents: Array.from({ length: 20 }, () => evilIncident('open')),
        mutes: Array.from({ length: 20 }, () => ({
          cluster: LONG,
          workload: { namespace: LONG, kind: LONG, name: LONG },
          by: 'U0ALICE',
          at: NOW,
          until: NOW,
          reason: TEXT,
        })),
        health: {
          queue: { waiting: 1e9, running: 1, failed: 3 },
          storeMs: 2,
          ailments: Array.from({ length: 20 }, () => TEXT),
          processes: Array.from({ length: 20 }, () => ({
            process: LONG,
            host: LONG,
            role: LONG,
            cluster: LONG,
            at: NOW,
            watching: { standing: 'leading' as const, connected: false },
            slackConnections: 0,
            prometheus: { answers: false, words: TEXT },
          })),
        },
      },
      undefined,
    );
    expect(checkBlocks(home.blocks, 'home')).toEqual([]);
    expectHarmless(parsedTexts(home.blocks));
  });
});

describe('a root message', () => {
  it('says in one full sentence what happened, for a screen reader', () => {
    const { text } = renderMessage({ kind: 'root', incident: incident(), dossier: dossier() }, false);
    expect(text).toBe(
      'OOMKilled: payments/checkout-api (container app), limit 256 MiB, killed once on prod. Open the thread to see why and review a fix.',
    );
  });

  it('offers the review only while nothing is under way', () => {
    const buttons = (state: Incident['state']) =>
      JSON.stringify(renderMessage({ kind: 'root', incident: incident({ state }) }, false));
    expect(buttons('open')).toContain('Review fix');
    expect(buttons('proposed')).not.toContain('Review fix');
    expect(buttons('resolved')).not.toContain('"button"');
  });

  it('offers to put off what is open, and to take back what was done', () => {
    const controls = (overrides: Partial<Incident>) =>
      JSON.stringify(renderMessage({ kind: 'root', incident: incident(overrides) }, false).blocks);
    expect(controls({})).toContain('Snooze 1 hour');
    expect(controls({})).toContain('Acknowledge');
    const cared = controls({
      acknowledgedBy: { person: 'U0ALICE', at: NOW },
      snoozed: { by: 'U0ALICE', at: NOW, until: NOW, kills: 1 },
    });
    expect(cared).not.toContain('Snooze 1 hour');
    expect(cared).toContain('End the snooze');
    expect(cared).toContain('Take the acknowledgement back');
  });

  it('mentions its owner once, in the message that is posted', () => {
    const { blocks } = renderMessage({ kind: 'root', incident: incident({ owner: 'S0PAYMENTS' }) }, false);
    expect(JSON.stringify(blocks).match(/<!subteam\^S0PAYMENTS>/g)).toHaveLength(1);
  });
});
