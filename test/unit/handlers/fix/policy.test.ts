// The policy where it counts: before a person can ask, when somebody approves, and when something would be written.

import { describe, expect, it } from 'vitest';
import { MIB, toBytes } from '../../../../src/domain/base/memory.ts';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import { HOUR, MINUTE, toMillis } from '../../../../src/domain/base/time.ts';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import { reviewedText } from '../../../../src/domain/change/reviewed-text.ts';
import type { FakeWorld } from '../../../fakes/world.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { digest, evidence, NOW, policy, workload } from '../../../support/build.ts';
import { textWith } from '../../../support/text-with.ts';
import { ASKED, alerted, INCIDENT, underReview } from '../support/alerted.ts';
import { createBot, killedPod, soon } from '../support/bot.ts';

const ANYBODY = { incidentId: INCIDENT, person: 'UALICE' };

async function approved(rules: Policy) {
  const { world, bot } = await alerted(rules);
  const outcome = await bot.propose.propose(ASKED, soon());
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  const { proposalId } = outcome;
  const decided = await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  return { world, bot, proposalId, decided };
}

it.each([
  { name: 'a kind that may not be changed', rules: policy({ kinds: ['StatefulSet'] }), words: 'policy.kinds' },
  { name: 'a namespace that may not', rules: policy({ namespaces: ['!payments'] }), words: 'policy.namespaces' },
  {
    name: 'a person who may not ask',
    rules: policy({ proposers: [{ namespaces: ['*'], users: ['UDAVE'], groups: [] }] }),
    words: 'not among those who may propose',
  },
])('lets nobody review $name', async ({ rules, words }) => {
  const { bot } = await alerted(rules);
  const refused = { kind: 'refused', reason: textWith(words) };
  expect(await bot.propose.draft(ANYBODY, soon())).toMatchObject(refused);
  expect(await bot.propose.propose(ASKED, soon())).toMatchObject(refused);
});

it('holds a workload to its override', async () => {
  const { bot } = await alerted(policy({ overrides: [{ namespaces: ['payments'], rules: { maxFactor: 1.2 } }] }));
  const outcome = await bot.propose.propose(ASKED, soon());
  expect(outcome).toMatchObject({
    kind: 'invalid',
    problems: [{ field: 'limit', message: textWith('maxFactor') }],
  });
});

it('approves nothing in quiet hours, and everything after them', async () => {
  const quietHours = [{ days: [2], from: 0, to: 6 * 60, timezone: 'UTC' }];
  const { world, bot, proposalId, decided } = await approved(policy({ quietHours }));
  expect(decided).toMatchObject({ kind: 'refused', reason: textWith('00:00 to 06:00 UTC') });
  world.clock.advance(4 * HOUR);
  const later = await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  expect(later).toEqual({ kind: 'approved' });
});

it('rehearses to the end where nothing may be written', async () => {
  const { world, bot, proposalId, decided } = await approved(policy({ dryRunOnly: true }));
  expect(decided).toEqual({ kind: 'approved' });
  await bot.drain();
  expect(world.editor.writes).toBe(0);
  const verdict = { kind: 'not-applied', reason: textWith('policy.dryRunOnly') };
  const proposal = await world.ports.proposals.get(proposalId);
  expect(proposal?.state).toMatchObject({ kind: 'closed', verdict });
  // Told before anybody approves, and only where it is so.
  expect(proposal?.findings[0]).toMatchObject({ about: 'writing', level: 'warns', words: textWith('nothing is written') });
  const written = await approved(policy());
  expect((await written.world.ports.proposals.get(written.proposalId))?.findings.map(({ about }) => about)).not.toContain(
    'writing',
  );
});

it('waits after a change before it lets the next one be proposed', async () => {
  const { world, bot } = await approved(policy({ coolDown: toMillis(12 * HOUR) }));
  world.editor.status = { kind: 'failed', message: 'no node has room' };
  await bot.drain();
  await bot.watch(killedPod(world, 'the-next-container'), { initial: false });
  await bot.drain();
  expect(await bot.propose.draft(ANYBODY, soon())).toMatchObject({
    kind: 'refused',
    reason: textWith('policy.coolDown'),
  });
  world.clock.advance(12 * HOUR + MINUTE);
  expect(await bot.propose.draft(ANYBODY, soon())).toMatchObject({ kind: 'draft' });
});

type More = { readonly request?: string; readonly way?: 'template' };

async function asked(rules: Policy = policy(), more: More = {}, given?: FakeWorld) {
  const { world, bot } = await alerted(rules, given);
  const outcome = await bot.propose.propose({ ...ASKED, requester: 'UALICE', ...more }, soon());
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  const { proposalId } = outcome;
  return {
    world,
    bot,
    proposalId,
    decision: { proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } } as const,
  };
}

/** From now on Argo CD brings it from a repository. */
function takenOver(world: FakeWorld): void {
  const fieldOwners = [{ tool: 'argo-cd', signal: 'annotation tracking-id', name: 'shop' }] as const;
  world.editor.template = { ...world.editor.template, fieldOwners };
}

/** A request of 300Mi of 384Mi, on a node with 7680Mi. */
const NARROWED: readonly { readonly rule: string; readonly narrowed: Policy }[] = [
  { rule: 'namespaces', narrowed: policy({ namespaces: ['!payments'] }) },
  { rule: 'kinds', narrowed: policy({ kinds: ['StatefulSet'] }) },
  { rule: 'routes', narrowed: policy({ routes: ['pull-request'] }) },
  { rule: 'minLimit', narrowed: policy({ minLimit: toBytes(400 * MIB) }) },
  { rule: 'maxLimit', narrowed: policy({ maxLimit: toBytes(300 * MIB) }) },
  { rule: 'maxFactor', narrowed: policy({ maxFactor: 1.2 }) },
  { rule: 'maxNodeShare', narrowed: policy({ maxNodeShare: 0.01 }) },
  { rule: 'minRequestShare', narrowed: policy({ minRequestShare: 0.9 }) },
  { rule: 'maxRequestShare', narrowed: policy({ maxRequestShare: 0.5 }) },
  { rule: 'approvalHours', narrowed: policy({ approvalHours: [{ days: [2], from: 9 * 60, to: 17 * 60, timezone: 'UTC' }] }) },
  { rule: 'quietHours', narrowed: policy({ quietHours: [{ days: [2], from: 0, to: 6 * 60, timezone: 'UTC' }] }) },
];

it.each(NARROWED)('approves nothing that $rule does not allow any more at the click', async ({ rule, narrowed }) => {
  const { world, bot, proposalId, decision } = await asked(policy(), { request: '300Mi' });
  const { decide } = createBot(world, narrowed);
  expect(await decide.decide(decision, soon())).toMatchObject({ kind: 'refused', reason: textWith(`policy.${rule}`) });
  expect((await world.ports.proposals.get(proposalId))?.state.kind).toBe('pending');
  expect(await bot.decide.decide(decision, soon())).toEqual({ kind: 'approved' });
});

async function writtenUnder(narrowed: Policy, before?: (world: FakeWorld) => void, given = createFakeWorld()) {
  const { world, bot, proposalId, decision } = await asked(policy(), { request: '300Mi' }, given);
  expect(await bot.decide.decide(decision, soon())).toEqual({ kind: 'approved' });
  before?.(world);
  const outcome = await createBot(world, narrowed).apply({ proposalId }, soon());
  return { world, outcome, state: (await world.ports.proposals.get(proposalId))?.state };
}

it.each([
  ...NARROWED,
  { rule: 'approvals', narrowed: policy({ approvals: 2 }) },
  { rule: 'dryRunOnly', narrowed: policy({ dryRunOnly: true }) },
])('writes nothing that $rule does not allow any more after the click', async ({ rule, narrowed }) => {
  const { world, outcome, state } = await writtenUnder(narrowed);
  expect(outcome).toMatchObject({ kind: 'not-applied', reason: textWith(`policy.${rule}`) });
  expect(state).toMatchObject({ kind: 'closed', verdict: { kind: 'not-applied' } });
  expect(world.editor.writes).toBe(0);
});

it('holds to the override for the labels that the workload has by now', async () => {
  const gold = policy({ overrides: [{ namespaces: ['*'], labels: { tier: 'gold' }, rules: { maxFactor: 1.2 } }] });
  const { outcome } = await writtenUnder(gold, (world) => {
    world.editor.template = { ...world.editor.template, labels: { tier: 'gold' } };
  });
  expect(outcome).toMatchObject({ kind: 'not-applied', reason: textWith('policy.maxFactor') });
});

function plain(): FakeWorld {
  const world = createFakeWorld();
  world.editor.template = { ...world.editor.template, labels: { tier: 'plain' } };
  return world;
}

/** From now on it is a workload of another tier. */
function gilded({ editor }: FakeWorld): void {
  editor.template = { ...editor.template, labels: { tier: 'gold' } };
}

const GOLD = { namespaces: ['*'], labels: { tier: 'gold' } };
const TWO_FOR_GOLD = policy({ overrides: [{ ...GOLD, rules: { approvals: 2 } }] });
const NOT_BOB_FOR_GOLD = policy({
  approvers: [
    { namespaces: ['*'], labels: { tier: 'plain' }, users: ['UBOB'], groups: [] },
    { ...GOLD, users: ['UDAVE'], groups: [] },
  ],
});

it.each([
  { name: 'two approve', rules: TWO_FOR_GOLD, reason: 'policy.approvals' },
  { name: 'somebody else approves', rules: NOT_BOB_FOR_GOLD, reason: 'may not approve it any more' },
  {
    name: 'it is only rehearsed',
    rules: policy({ overrides: [{ ...GOLD, rules: { dryRunOnly: true } }] }),
    reason: 'dryRunOnly',
  },
])('writes nothing where the workload’s labels have come to ask that $name', async ({ rules, reason }) => {
  const { world, outcome } = await writtenUnder(rules, gilded, plain());
  expect(outcome).toMatchObject({ kind: 'not-applied', reason: textWith(reason) });
  expect(world.editor.writes).toBe(0);
});

it('counts an approval by the labels that the workload has at the click', async () => {
  const { world, bot, decision } = await asked(TWO_FOR_GOLD);
  gilded(world);
  expect(await bot.decide.decide(decision, soon())).toEqual({ kind: 'counted', missing: 1 });
});

it('lets nobody approve whom the labels at the click do not name, and records the attempt', async () => {
  const { world, bot, decision, proposalId } = await asked(NOT_BOB_FOR_GOLD, {}, plain());
  gilded(world);
  expect(await bot.decide.decide(decision, soon())).toMatchObject({ kind: 'refused', reason: textWith('not among those') });
  expect(world.audit.events.at(-1)).toMatchObject({ action: 'approve', result: 'denied' });
  expect((await world.ports.proposals.get(proposalId))?.approvals).toEqual([]);
});

it.each([
  {
    name: 'is no approver any more',
    rules: policy({ approvers: [{ namespaces: ['*'], users: ['UDAVE'], groups: [] }] }),
    standing: 'full',
  },
  { name: 'left the workspace', rules: policy(), standing: 'deactivated' },
] as const)('writes nothing once somebody who approved it $name', async ({ rules, standing }) => {
  const { world, outcome } = await writtenUnder(rules, ({ ports }) => {
    ports.people.person = async (id) => ({ id, name: id, standing });
  });
  expect(outcome).toMatchObject({ kind: 'not-applied', reason: textWith('may not approve it any more') });
  expect(world.editor.writes).toBe(0);
});

it('counts no approval of somebody who loses the right while the form is open, and records the attempt', async () => {
  const { world, bot, proposalId, decision } = await asked();
  expect(await bot.decide.draft({ proposalId, version: 1, person: 'UBOB' })).toMatchObject({ kind: 'ready' });
  world.ports.people.person = async (id) => ({ id, name: id, standing: 'guest' });
  expect(await bot.decide.decide(decision, soon())).toMatchObject({ kind: 'refused', reason: textWith('Guests') });
  expect(world.audit.events.at(-1)).toMatchObject({ action: 'approve', result: 'denied' });
  expect((await world.ports.proposals.get(proposalId))?.approvals).toEqual([]);
});

it('waits with the write while Slack does not say who is in the group, and writes once it does', async () => {
  const byGroup = policy({ approvers: [{ namespaces: ['*'], users: [], groups: ['SLEADS'] }] });
  const { world, bot } = await alerted(byGroup);
  world.ports.people.members = async () => known(['UBOB'], 'Slack', NOW);
  const outcome = await bot.propose.propose(ASKED, soon());
  const proposalId = outcome.kind === 'proposed' ? outcome.proposalId : '';
  const decided = await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  expect(decided).toEqual({ kind: 'approved' });
  world.ports.people.members = async () => unavailable('Slack does not answer');
  await expect(bot.apply({ proposalId }, soon())).rejects.toThrow('could not be read');
  expect(world.editor.writes).toBe(0);
  world.ports.people.members = async () => known(['UBOB'], 'Slack', NOW);
  expect(await bot.apply({ proposalId }, soon())).toMatchObject({ kind: 'written' });
  expect(world.editor.writes).toBe(1);
});

it('writes nothing that nobody got to write before it expired', async () => {
  const { outcome } = await writtenUnder(policy(), ({ clock }) => clock.advance(25 * HOUR));
  expect(outcome).toMatchObject({ kind: 'not-applied', reason: textWith('expired') });
});

describe('an override for a label of the workload', () => {
  const gold = { namespaces: ['*'], labels: { tier: 'gold' } };

  async function explained(rules: Policy, labels: Readonly<Record<string, string>> | undefined) {
    const world = createFakeWorld();
    const owner = { chain: [workload()], top: workload(), labels, replicas: 3, fieldOwners: [] };
    world.ports.evidence.read = async () => evidence({ owner: known(owner, 'owner references', NOW) });
    const bot = createBot(world, rules);
    await bot.watch(killedPod(world), { initial: false });
    await bot.drain();
    return (await world.ports.incidents.dossier(INCIDENT))?.recommendation;
  }

  it.each([
    { name: 'holds for the number that is recommended', labels: { tier: 'gold' }, limit: 288 },
    { name: 'holds for no workload with another label', labels: { tier: 'silver' }, limit: 512 },
    { name: 'holds for none whose labels could not be read', labels: undefined, limit: 512 },
  ])('$name', async ({ labels, limit }) => {
    const rules = policy({ overrides: [{ ...gold, rules: { maxLimit: toBytes(288 * MIB) } }] });
    expect(await explained(rules, labels)).toMatchObject({ kind: 'raise', limit: limit * MIB });
  });
});

describe('an owner that nobody knows', () => {
  /** Decided by a process of another cluster, which cannot read the object, about a proposal that keeps no route. */
  async function decidedElsewhere(rules: Policy) {
    const { world, proposalId, decision } = await asked();
    const stored = await world.ports.proposals.get(proposalId);
    if (stored === undefined) throw new Error('gone');
    const without = { ...stored, version: stored.version + 1, route: undefined };
    await world.ports.proposals.replace({ ...without, hash: digest(reviewedText(without)) });
    return createBot(world, rules, { cluster: 'elsewhere' }).decide.decide(decision, soon());
  }

  it('counts as one that takes a live patch back', async () => {
    expect(await decidedElsewhere(policy({ routes: ['live', 'pull-request'] }))).toMatchObject({
      kind: 'refused',
      reason: textWith(
        'policy.routes: live-override is not among live, pull-request (who manages the workload is not known here',
      ),
    });
    expect(await decidedElsewhere(policy())).toEqual({ kind: 'approved' });
  });

  it('is known by what the review kept', async () => {
    const { world, decision } = await asked();
    const { decide } = createBot(world, policy({ routes: ['live'] }), { cluster: 'elsewhere' });
    expect(await decide.decide(decision, soon())).toEqual({ kind: 'approved' });
  });
});

describe('an owner that came after the kill was explained', () => {
  it('is seen by the review, and the live patch has to be chosen', async () => {
    const { world, bot } = await alerted(policy());
    takenOver(world);
    expect(await bot.propose.draft(ANYBODY, soon())).toMatchObject({ usualWay: undefined, takenBackBy: 'Argo CD (shop)' });
    expect(await bot.propose.propose(ASKED, soon())).toMatchObject({ problems: [{ field: 'way' }] });
  });

  it('refuses the live patch where the policy wants only pull requests, and says why', async () => {
    const { world, bot } = await alerted(policy({ routes: ['live', 'pull-request'] }));
    takenOver(world);
    expect(await bot.propose.draft(ANYBODY, soon())).toMatchObject({
      kind: 'refused',
      reason: textWith('Argo CD (shop) brings it from a repository (annotation tracking-id)'),
    });
  });

  it('voids what was reviewed without it, at the click', async () => {
    const { world, bot, proposalId, decision } = await asked();
    takenOver(world);
    expect(await bot.decide.decide(decision, soon())).toMatchObject({
      kind: 'refused',
      reason: textWith('Argo CD (shop) owns it since it was reviewed'),
    });
    expect((await world.ports.proposals.get(proposalId))?.state).toMatchObject({ kind: 'expired' });
  });

  it('voids what was approved without it, at the write', async () => {
    const { world, outcome } = await writtenUnder(policy(), takenOver);
    expect(outcome).toMatchObject({ kind: 'not-applied', reason: textWith('owns it since it was reviewed') });
    expect(world.editor.writes).toBe(0);
  });

  it('changes nothing about a live patch that was chosen knowingly', async () => {
    const { world, bot } = await alerted(policy());
    takenOver(world);
    const outcome = await bot.propose.propose({ ...ASKED, requester: 'UALICE', way: 'template' }, soon());
    const proposalId = outcome.kind === 'proposed' ? outcome.proposalId : '';
    await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
    expect(await bot.apply({ proposalId }, soon())).toMatchObject({ kind: 'written' });
  });
});

it('asks again when it is resumed, also before a pull request', async () => {
  const { world, bot } = await alerted(policy());
  takenOver(world);
  world.repositories.refusal = undefined;
  const outcome = await bot.propose.propose(ASKED, soon());
  const proposalId = outcome.kind === 'proposed' ? outcome.proposalId : '';
  await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  const { dossier } = world.ports.incidents;
  world.ports.incidents.dossier = () => Promise.reject(new Error('the process died here'));
  await expect(bot.apply({ proposalId }, soon())).rejects.toThrow('died');
  world.ports.incidents.dossier = dossier;
  const { apply } = createBot(world, policy({ maxLimit: toBytes(300 * MIB) }));
  expect(await apply({ proposalId }, soon())).toMatchObject({ kind: 'not-applied', reason: textWith('policy.maxLimit') });
  expect(world.repositories.opened).toBe(0);
});

it('lets nobody ask for an undo by a way that is no longer allowed', async () => {
  const { world, bot, proposalId } = await approved(policy());
  world.editor.status = { kind: 'failed', message: 'no node has room' };
  await bot.drain();
  const { undo } = createBot(world, policy({ routes: ['pull-request'] }));
  const outcome = await undo({ proposalId, person: 'UALICE', reason: 'It does not fit.' }, soon());
  expect(outcome).toMatchObject({ kind: 'refused', reason: textWith('policy.routes') });
});

it.each([
  { name: 'only rehearses', dryRunOnly: true, said: 1 },
  { name: 'lets it be written', dryRunOnly: false, said: 0 },
])('tells whoever approves an undo whether anything is written: a policy that $name', async ({ dryRunOnly, said }) => {
  const { world, bot, proposalId } = await approved(policy());
  world.editor.status = { kind: 'failed', message: 'no node has room' };
  await bot.drain();
  const { undo } = createBot(world, policy({ dryRunOnly }));
  expect(await undo({ proposalId, person: 'UALICE', reason: 'It does not fit.' }, soon())).toMatchObject({ kind: 'proposed' });
  const { findings } = await underReview(world);
  expect(findings.filter(({ about, words }) => about === 'writing' && words.includes('nothing is written'))).toHaveLength(said);
});
