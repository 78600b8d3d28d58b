// What a digest says: what was killed, what was changed and by whom, what stayed quiet since, what is far too wide, and a chart, whatever the workspace can show.

import { describe, expect, it } from 'vitest';
import { digestView } from '../../../../../../src/adapters/slack/views/digest/digest.ts';
import { known, unavailable } from '../../../../../../src/domain/base/piece.ts';
import { DAY, HOUR, MINUTE, toMillis } from '../../../../../../src/domain/base/time.ts';
import type { ProposalState } from '../../../../../../src/domain/change/proposal.ts';
import { POLICY } from '../../../../../../src/domain/change/proposal.ts';
import type { Digesting } from '../../../../../../src/domain/incident/digest.ts';
import { digestOf } from '../../../../../../src/domain/incident/digest.ts';
import { ago, incident, mi, NOW, proposal, workload } from '../../../../../support/build.ts';

const KILLED = incident({ killTimes: [ago(2 * HOUR), ago(HOUR)], killCount: 2 });
const QUIET = incident({
  id: 'OOM-1002',
  workload: workload({ name: 'search' }),
  state: 'resolved',
  resolvedAt: ago(HOUR),
  killTimes: [ago(3 * DAY)],
});
const CLOSED: ProposalState = {
  kind: 'closed',
  by: 'U0BOB',
  at: ago(MINUTE),
  verdict: { kind: 'quiet', watchedMs: toMillis(HOUR), delaysOnly: false },
};
const WIDE = known(
  [
    {
      workload: { namespace: 'shop', kind: 'Deployment', name: 'web' },
      container: 'app',
      pods: 2,
      ...{ peak: mi(100), limit: mi(1024), suggested: mi(160), freed: mi(1728) },
    },
  ],
  'Prometheus',
  NOW,
);

function told(more: Partial<Digesting> = {}, plain = false): string {
  const digest = digestOf({ period: 'daily', until: NOW, incidents: [KILLED, QUIET], proposals: [], tighten: WIDE, ...more });
  const { text, blocks } = digestView(digest, plain);
  return JSON.stringify({ text, blocks });
}

describe('a digest', () => {
  it('names what was killed, how often, by which limit, and its incident', () => {
    const row = ['payments/checkout-api (app)', '2', '256 MiB', 'open', 'OOM-1001'];
    expect(told()).toContain(JSON.stringify(row.map((text) => ({ type: 'raw_text', text }))));
    expect(told()).toContain('*2 kills* of 1 container');
  });

  it('says what stayed quiet since when', () => {
    expect(told()).toMatch(/\*Quiet since\*\\n• \*OOM-1002\* `payments\/search`, resolved <!date/);
  });

  it('says what is far too wide, and what would do', () => {
    expect(told()).toContain('`shop/web` (app, 2 pods) used at most 100 MiB of *1 GiB*; *160 MiB* would do, 1.7 GiB less in all');
  });

  it('says why it does not know what is too wide, once a week', () => {
    const tighten = unavailable('no Prometheus is connected');
    expect(told({ tighten, period: 'weekly' })).toContain('not known: no Prometheus is connected');
    expect(told({ tighten })).not.toContain('no Prometheus is connected');
  });

  it.each([
    { name: 'one approver', approvals: [{ by: 'U0BOB', at: ago(HOUR) }], state: CLOSED, words: ', approved by <@U0BOB>.' },
    {
      name: 'two approvers',
      approvals: [
        { by: 'U0CAROL', at: ago(2 * HOUR) },
        { by: 'U0BOB', at: ago(HOUR) },
      ],
      state: CLOSED,
      words: ', approved by <@U0CAROL> and <@U0BOB>.',
    },
    { name: 'the policy', approvals: [], state: { ...CLOSED, by: POLICY }, words: ', approved by the policy.' },
    {
      name: 'who refused',
      approvals: [],
      state: { kind: 'refused' as const, by: 'U0BOB', reason: 'no', at: ago(HOUR) },
      words: '. Proposal P-1 was refused by <@U0BOB>: “no”.',
    },
  ])('says what was changed and by whom: $name', ({ approvals, state, words }) => {
    const changed = proposal({ requester: 'U0ALICE', approvals, state });
    const text = told({ proposals: [changed] });
    expect(text).toContain('*P-1* memory limit 256 MiB to *384 MiB* for Deployment payments/checkout-api, container app');
    expect(text).toContain(`asked by <@U0ALICE>${words}`);
  });

  it('draws its chart, in letters where a workspace refuses one', () => {
    expect(told()).toContain('"type":"data_visualization"');
    const plain = told({}, true);
    expect(plain).not.toContain('data_visualization');
    expect(plain).toMatch(/Kills by three hours \(UTC\)\*\\n```\\n.*█ 2/);
  });

  it('keeps each line whole, however many there are', () => {
    const long = 'n'.repeat(253);
    const proposals = Array.from({ length: 6 }, (_, index) => {
      const { change } = proposal();
      return proposal({
        id: `P-${index}`,
        change: { ...change, workload: workload({ name: long }) },
        state: { ...CLOSED, verdict: { kind: 'not-rolled-out', reason: 'no room & '.repeat(200) } },
      });
    });
    const text = told({ proposals });
    for (const { id } of proposals) expect(text).toContain(`• *${id}* memory limit`);
    expect(text).not.toMatch(/&(?!amp;|lt;|gt;)/);
  });
});
