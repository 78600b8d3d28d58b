// What a change is to be held against: the form and the proposal keep what was suggested, why, and what that was measured from.

import { expect, it } from 'vitest';
import { approveModal } from '../../../../src/adapters/slack/views/modals/modals.ts';
import { reviewModal } from '../../../../src/adapters/slack/views/modals/review-modal.ts';
import type { ProposeInput } from '../../../../src/api/conversation.ts';
import { known } from '../../../../src/domain/base/piece.ts';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import type { Dossier } from '../../../../src/domain/incident/incident.ts';
import { dossier, evidence, mi, NOW, policy, series } from '../../../support/build.ts';
import { textWith } from '../../../support/text-with.ts';
import { ASKED, alerted, INCIDENT, underReview } from '../support/alerted.ts';
import { soon } from '../support/bot.ts';

const RAISE: Dossier = dossier({
  evidence: evidence({
    usage: known(
      series(48, () => 225),
      'Prometheus',
      NOW,
    ),
  }),
  recommendation: {
    kind: 'raise',
    limit: mi(384),
    request: mi(240),
    arithmetic: 'New limit 384Mi = 256Mi × 1.5.',
    requestWords: 'New request 240Mi = 225Mi, rounded up.',
    temporary: false,
    advice: [],
  },
});
const EQUAL: Dossier = dossier({
  recommendation: {
    kind: 'raise',
    limit: mi(640),
    request: mi(640),
    arithmetic: 'New limit 640Mi = 426Mi × 1.5.',
    requestWords: 'New request 640Mi: it equals the limit now, and stays equal to it.',
    temporary: false,
    advice: [],
  },
});
const ADVISE: Dossier = dossier({
  diagnosis: { cause: 'memory-volume', confidence: 'high', summary: 'Files.', facts: [], against: [] },
  recommendation: { kind: 'advise', reason: 'Files filled it.', advice: ['Set sizeLimit.'] },
});

type Asked = Partial<Pick<ProposeInput, 'limit' | 'request'>>;

async function reviewed(found: Dossier, asked: Asked = {}, rules: Policy = policy()) {
  const { world, bot } = await alerted(rules);
  await world.ports.incidents.saveDossier(INCIDENT, found);
  const draft = await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon());
  await bot.propose.propose({ ...ASKED, ...asked }, soon());
  const incident = await world.ports.incidents.get(INCIDENT);
  const proposal = await underReview(world);
  if (incident === undefined || draft.kind === 'refused') throw new Error('nothing to review');
  return {
    draft,
    form: JSON.stringify(reviewModal(draft)),
    proposal,
    approval: JSON.stringify(approveModal({ kind: 'ready', proposal, incident })),
  };
}

it('says in the form why each number, and from what it was measured', async () => {
  const { form, proposal } = await reviewed(RAISE, { request: '240Mi' });
  expect(form).toContain('New limit 384Mi = 256Mi × 1.5. New request 240Mi = 225Mi, rounded up.');
  expect(form).toContain('Memory: Prometheus, samples of ');
  expect(proposal.basis).toMatchObject({ suggested: { limit: mi(384), request: mi(240) }, why: textWith('New request') });
});

it.each([
  {
    name: 'that of the limit',
    rules: policy({ maxLimit: mi(512) }),
    words: 'New request 512Mi: it may not be above the limit.',
  },
  {
    name: 'a share of the limit',
    rules: policy({ maxRequestShare: 0.5 }),
    words: 'New request 320Mi: the policy’s shares of the limit make it that.',
  },
])('says of a request that was cut down by what: $name', async ({ rules, words }) => {
  const { form, approval } = await reviewed(EQUAL, { limit: '512Mi', request: '256Mi' }, rules);
  for (const modal of [form, approval]) {
    expect(modal).toContain(words);
    expect(modal).not.toContain('stays equal');
  }
});

it.each([
  { name: 'as suggested', asked: { request: '240Mi' }, words: '*As suggested.* New limit 384Mi' },
  { name: 'another limit', asked: { limit: '512Mi', request: '240Mi' }, words: 'Headroom suggested limit 384 MiB.*' },
  { name: 'another request', asked: { request: '128Mi' }, words: 'Headroom suggested request 240 MiB.*' },
])('says to the approver: $name', async ({ asked, words }) => {
  const { approval } = await reviewed(RAISE, asked);
  expect(approval).toContain(words);
  expect(approval).toContain('Memory: Prometheus, samples of ');
});

it('says in both that a raise is not what helps, where it is not', async () => {
  const { form, approval } = await reviewed(ADVISE);
  for (const modal of [form, approval]) {
    expect(modal).toContain('A higher limit will probably not end this');
    expect(modal).toContain('Files filled it. Set sizeLimit.');
  }
  expect(form.split('A higher limit will probably not end this')).toHaveLength(2);
  expect(form).toContain('Change memory limit');
  expect(form).toContain('Why no number is suggested');
  expect(approval).toContain('No number was suggested');
});

it('drops no warning of the form for the doubt', async () => {
  const { draft } = await reviewed(ADVISE);
  const warnings = ['First.', 'Second.', 'Third.'];
  const form = JSON.stringify(reviewModal({ ...draft, warnings }));
  for (const words of ['A higher limit will probably not end this', ...warnings]) expect(form).toContain(words);
});
