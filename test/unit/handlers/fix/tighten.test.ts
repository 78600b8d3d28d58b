// Set generous, measure under load, then tighten: after seven days that a clock makes up, a lower limit is proposed, reviewed and approved like any other
// change; or it is said to leave it.

import { describe, expect, it } from 'vitest';
import { createRemember } from '../../../../handlers/schedule/record-usage.ts';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import { DAY, HOUR, toMillis } from '../../../../src/domain/base/time.ts';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../../../src/domain/change/proposal.ts';
import type { Evidence } from '../../../../src/domain/evidence/evidence.ts';
import type { FakeWorld } from '../../../fakes/world.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { evidence, mi, NOW, policy, workload } from '../../../support/build.ts';
import type { Bot } from '../support/bot.ts';
import { createBot, killedPod, soon } from '../support/bot.ts';

const INCIDENT = 'OOM-1001';
const KEY = 'prod/payments/Deployment/checkout-api/app';
const ASKED = { incidentId: INCIDENT, requester: 'UALICE', request: undefined, reason: 'It needs more than that.' };

async function approved(bot: Bot, limit: string, request?: string): Promise<string> {
  const outcome = await bot.propose.propose({ ...ASKED, limit, request }, soon());
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  const { proposalId } = outcome;
  const decided = await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  expect(decided).toEqual({ kind: 'approved' });
  await bot.drain();
  return proposalId;
}

async function stored(world: FakeWorld, id: string): Promise<Proposal> {
  const proposal = await world.ports.proposals.get(id);
  if (proposal === undefined) throw new Error('no proposal');
  return proposal;
}

type Loaded = { readonly rules?: Policy; readonly found?: Evidence; readonly request?: string };

/** A kill, a generous raise to 1Gi that stayed quiet, and days of load with this highest use in MiB. */
async function afterDays(days: number, peak: number, { rules = policy(), found = evidence(), request }: Loaded = {}) {
  const world = createFakeWorld();
  world.ports.evidence.read = async () => found;
  const bot = createBot(world, rules);
  await bot.watch(killedPod(world), { initial: false });
  await bot.drain();
  await approved(bot, '1Gi', request);
  expect((await world.ports.incidents.get(INCIDENT))?.state).toBe('resolved');
  for (let day = 0; day <= days; day += 1) {
    await world.ports.ledger.notePeaks(KEY, [{ at: world.clock.now(), bytes: mi(peak) }]);
    if (day < days) world.clock.advance(DAY);
  }
  world.clock.advance(HOUR);
  const remember = createRemember(
    {
      ...world.ports,
      usage: { read: async () => unavailable('no Prometheus') },
      uses: { now: async () => unavailable('none') },
      directory: {
        pods: async () => ({ pods: [], truncated: false }),
        node: async () => unavailable('not asked'),
        nodeLoad: async () => unavailable('not asked'),
      },
    },
    { cluster: 'prod', policy: rules },
  );
  await remember();
  await bot.drain();
  return { world, bot };
}

describe('seven days under load', () => {
  it('end in a lower limit that is reviewed, approved, written and quiet', async () => {
    const { world, bot } = await afterDays(7, 300);
    const draft = await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon());
    // 300Mi × (1.1 + 2.8 / 7) = 450Mi → 464Mi: the last kill, at 256Mi, asks for less.
    expect(draft).toMatchObject({ kind: 'draft', lowers: 'limit', suggestedLimit: '464Mi', ways: ['template'] });
    const id = await approved(bot, '464Mi');
    expect((await stored(world, id)).state).toMatchObject({ kind: 'closed', verdict: { kind: 'quiet' } });
    expect(world.editor.template.containers[0]?.resources.limit?.bytes).toBe(mi(464));
    expect(world.audit.events.map(({ action }) => action).filter((action) => action === 'tighten')).toHaveLength(1);
    expect((await world.ports.incidents.get(INCIDENT))?.state).toBe('resolved');
  });

  it.each([
    { name: 'below what was measured', limit: '400Mi', words: 'at least 464Mi' },
    { name: 'above what it has', limit: '2Gi', words: 'a review of lower memory' },
    { name: 'what it has', limit: '1Gi', words: 'the limit it has now' },
  ])('do not let anybody ask for $name', async ({ limit, words }) => {
    const { bot } = await afterDays(7, 300);
    const outcome = await bot.propose.propose({ ...ASKED, limit }, soon());
    expect(outcome.kind === 'invalid' ? outcome.problems.map(({ message }) => message).join() : '').toContain(words);
  });

  it('end in "leave it" where little is to be gained, and nothing can be proposed', async () => {
    const { world, bot } = await afterDays(7, 640);
    expect(world.audit.events.at(-1)).toMatchObject({ action: 'tighten', outcome: 'left as it is: little-to-gain' });
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({ kind: 'refused' });
  });

  it('are as many as the policy says', async () => {
    const rules = policy({ tightenAfter: toMillis(3 * DAY) });
    const { bot } = await afterDays(3, 200, { rules });
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({
      kind: 'draft',
      lowers: 'limit',
    });
    const never = await afterDays(7, 200, { rules: policy({ tightenAfter: toMillis(0) }) });
    expect(await never.bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({ kind: 'refused' });
  });

  it('are as many as an override for the workload’s labels says', async () => {
    const gold = { namespaces: ['*'], labels: { tier: 'gold' }, rules: { tightenAfter: toMillis(0) } };
    const owner = { chain: [workload()], top: workload(), labels: { tier: 'gold' }, fieldOwners: [] };
    const found = evidence({ owner: known(owner, 'owners', NOW) });
    const { bot } = await afterDays(7, 200, { rules: policy({ overrides: [gold] }), found });
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({ kind: 'refused' });
  });

  it('are measured for a limit that is no longer there when somebody has changed it', async () => {
    const { world, bot } = await afterDays(7, 300);
    const [container] = world.editor.template.containers;
    if (container === undefined) throw new Error('no container');
    const limit = { text: '2Gi', bytes: mi(2048) };
    world.editor.template = {
      ...world.editor.template,
      containers: [{ ...container, resources: { ...container.resources, limit } }],
    };
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({
      kind: 'refused',
      reason: 'The limit is no longer the one that was measured: there is nothing to lower.',
    });
  });
});

describe('a request that is far above need', () => {
  it('comes down alone where the limit is worth keeping, reviewed and approved like any other change', async () => {
    // 640Mi × 1.5 = 960Mi of 1Gi: little to gain; and 640Mi of the 900Mi that are set aside.
    const { world, bot } = await afterDays(7, 640, { request: '900Mi' });
    expect(world.slack.sent.at(-1)?.text).toContain('New request 640Mi');
    const draft = await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon());
    expect(draft).toMatchObject({ lowers: 'request', suggestedLimit: '1Gi', suggestedRequest: '640Mi', ways: ['template'] });
    const id = await approved(bot, '1Gi', '640Mi');
    expect((await stored(world, id)).state).toMatchObject({ kind: 'closed', verdict: { kind: 'quiet' } });
    const { limit, request } = world.editor.template.containers[0]?.resources ?? {};
    expect([limit?.bytes, request?.bytes]).toEqual([mi(1024), mi(640)]);
    expect(world.audit.events.find(({ action }) => action === 'tighten')).toMatchObject({
      before: { limit: '1Gi', request: '900Mi' },
      after: { limit: '1Gi', request: '640Mi' },
    });
    expect((await world.ports.ledger.read(KEY)).change).toMatchObject({ proposalId: id, request: mi(640) });
  });

  it('comes down with the limit where both are', async () => {
    const { bot } = await afterDays(7, 300, { request: '900Mi' });
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({
      lowers: 'limit',
      suggestedLimit: '464Mi',
      suggestedRequest: '304Mi',
    });
  });

  it.each([
    { name: 'below what was measured', limit: '1Gi', request: '600Mi', words: 'at least 640Mi' },
    { name: 'as it is', limit: '1Gi', request: '900Mi', words: 'the request is not lower either' },
    { name: 'with a lower limit', limit: '900Mi', request: '640Mi', words: 'at least 1Gi' },
  ])('may not be asked for $name', async ({ limit, request, words }) => {
    const { bot } = await afterDays(7, 640, { request: '900Mi' });
    const outcome = await bot.propose.propose({ ...ASKED, limit, request }, soon());
    expect(outcome.kind === 'invalid' ? outcome.problems.map(({ message }) => message).join() : '').toContain(words);
  });

  it('is not what was measured any more when somebody has changed it', async () => {
    const { world, bot } = await afterDays(7, 640, { request: '900Mi' });
    const [container] = world.editor.template.containers;
    if (container === undefined) throw new Error('no container');
    const resources = { ...container.resources, request: { text: '700Mi', bytes: mi(700) } };
    world.editor.template = { ...world.editor.template, containers: [{ ...container, resources }] };
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({
      kind: 'refused',
      reason: 'The request is no longer the one that was measured: there is nothing to lower.',
    });
  });

  it('is left where it equals the limit, so that the pod stays Guaranteed', async () => {
    const { bot } = await afterDays(7, 640, { request: '1Gi' });
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({ kind: 'refused' });
  });

  it('can be taken back', async () => {
    const { world, bot } = await afterDays(7, 640, { request: '900Mi' });
    const proposalId = await approved(bot, '1Gi', '640Mi');
    expect(await bot.undo({ proposalId, person: 'UALICE', reason: 'The nodes are full.' }, soon())).toMatchObject({
      kind: 'proposed',
    });
    const incident = await world.ports.incidents.get(INCIDENT);
    expect((await stored(world, incident?.proposalId ?? '')).change.after.request).toBe(mi(900));
  });
});

it('a kill after a lowering is told, and the lowering can be taken back', async () => {
  const { world, bot } = await afterDays(7, 300);
  const outcome = await bot.propose.propose({ ...ASKED, limit: '464Mi' }, soon());
  const proposalId = outcome.kind === 'proposed' ? outcome.proposalId : '';
  await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  await bot.apply({ proposalId }, soon());
  await bot.verify({ proposalId }, soon());
  expect((await stored(world, proposalId)).state.kind).toBe('observing');
  world.clock.advance(HOUR);
  await bot.watch(killedPod(world, 'killed-again', 464), { initial: false });
  await bot.drain();
  expect((await stored(world, proposalId)).state).toMatchObject({ kind: 'closed', verdict: { kind: 'killed-again' } });
  expect(await world.ports.incidents.get('OOM-1002')).toMatchObject({ state: 'open', previousIncidentId: INCIDENT });
  const undone = await bot.undo({ proposalId, person: 'UALICE', reason: 'It was too little after all.' }, soon());
  expect(undone).toMatchObject({ kind: 'proposed' });
});
