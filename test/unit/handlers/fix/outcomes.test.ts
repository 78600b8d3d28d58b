// What comes after an approval, on fakes: several approvals, edits, undoing, a further raise, pods that hold up a rollout, pods in place.

import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/domain/base/piece.ts';
import { MINUTE } from '../../../../src/domain/base/time.ts';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../../../src/domain/change/proposal.ts';
import type { KernelKill } from '../../../../src/domain/kill/kernel-oom.ts';
import { mi, podTarget, policy, size, surroundings, templateContainer, templateState, workload } from '../../../support/build.ts';
import { textWith } from '../../../support/text-with.ts';
import { ASKED, alerted, INCIDENT, underReview } from '../support/alerted.ts';
import { createBot, killedPod, soon } from '../support/bot.ts';

async function asked(rules: Policy = policy(), more: object = {}) {
  const { world, bot } = await alerted(rules);
  expect(await bot.propose.propose({ ...ASKED, ...more }, soon())).toMatchObject({ kind: 'proposed' });
  return { world, bot, proposal: await underReview(world) };
}

function approving({ id, revision }: Proposal, decider = 'UBOB') {
  return { proposalId: id, version: revision, decider, decision: { kind: 'approve' } as const };
}

function kernelKill(limitMi: number): KernelKill {
  return {
    victim: { pid: 7, command: 'app', resident: mi(1) },
    scope: 'pod',
    limit: mi(limitMi),
    line: 'Killed process 7 (app)',
  };
}

const THREE = policy({ approvals: 2, approvers: [{ namespaces: ['*'], users: ['UBOB', 'UCAROL', 'UDAVE'], groups: [] }] });

describe('an approval', () => {
  it('is one of two that are needed, and counts once', async () => {
    const { world, bot, proposal } = await asked(THREE);
    expect(await bot.decide.decide(approving(proposal), soon())).toEqual({ kind: 'counted', missing: 1 });
    expect(await bot.decide.decide(approving(proposal), soon())).toMatchObject({ kind: 'refused' });
    await bot.drain();
    expect(world.editor.writes).toBe(0);
    expect(await bot.decide.decide(approving(proposal, 'UCAROL'), soon())).toEqual({ kind: 'approved' });
    await bot.drain();
    expect(world.editor.writes).toBe(1);
  });

  it('of three people in the same moment ends in one write', async () => {
    const { world, bot, proposal } = await asked(THREE);
    const outcomes = await Promise.all(
      ['UBOB', 'UCAROL', 'UDAVE'].map((decider) => bot.decide.decide(approving(proposal, decider), soon())),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['counted', 'approved', 'refused']);
    await bot.drain();
    expect(world.editor.writes).toBe(1);
  });

  it('is void when somebody edits, and nobody approves what they did not see', async () => {
    const { world, bot, proposal } = await asked(THREE);
    await bot.decide.decide(approving(proposal), soon());
    const edits = { proposalId: proposal.id, revision: 1 };
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UCAROL', edits }, soon())).toMatchObject({
      edits,
      suggestedLimit: '384Mi',
    });
    expect(await bot.propose.propose({ ...ASKED, requester: 'UCAROL', limit: '512Mi', edits }, soon())).toMatchObject({
      kind: 'proposed',
    });
    expect(await bot.decide.decide(approving(proposal, 'UDAVE'), soon())).toMatchObject({ kind: 'refused' });
    const edited = await underReview(world);
    expect(edited).toMatchObject({ id: proposal.id, revision: 2, approvals: [], requester: 'UCAROL' });
    expect(await bot.decide.decide(approving(edited, 'UCAROL'), soon())).toMatchObject({ kind: 'refused' });
    await bot.decide.decide(approving(edited, 'UBOB'), soon());
    await bot.decide.decide(approving(edited, 'UDAVE'), soon());
    await bot.drain();
    expect(world.editor.template.containers[0]?.resources.limit?.text).toBe('512Mi');
    expect(world.editor.writes).toBe(1);
  });

  it('writes nothing when what is stored is not what was approved', async () => {
    const { world, bot, proposal } = await asked();
    await bot.decide.decide(approving(proposal), soon());
    const stored = await world.ports.proposals.get(proposal.id);
    if (stored === undefined) throw new Error('gone');
    const forged = { ...stored, version: stored.version + 1, change: { ...stored.change, after: { limit: mi(9999) } } };
    await world.ports.proposals.replace(forged);
    await bot.drain();
    expect(world.editor.writes).toBe(0);
    expect(world.slack.sent.at(-1)?.text).toContain('not what was approved');
  });

  it('is written all the same when the object moves, but not in what was reviewed', async () => {
    const { world, bot, proposal } = await asked();
    const { dryRun } = world.editor;
    world.editor.dryRun = async (change) => {
      // A controller annotates it between the look and the patch.
      world.editor.dryRun = dryRun;
      expect(change.mark).toBe(`${proposal.id} ${proposal.incidentId}`);
      return { kind: 'drifted', message: 'a test failed' };
    };
    await bot.decide.decide(approving(proposal), soon());
    await bot.drain();
    expect(world.editor.writes).toBe(1);
  });

  it('is given up when the object never stands still', async () => {
    const { world, bot, proposal } = await asked();
    world.editor.refusal = { kind: 'drifted', message: 'a test failed' };
    await bot.decide.decide(approving(proposal), soon());
    await bot.drain();
    expect(world.slack.sent.at(-1)?.text).toContain('faster than it can be written');
  });

  it('that somebody may not give is told to them and recorded', async () => {
    const { world, bot, proposal } = await asked();
    await bot.decide.decide(approving(proposal, 'UMALLORY'), soon());
    const { entries } = await world.ports.audit.history({ proposalId: proposal.id, limit: 10 });
    expect(entries.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ action: 'approve', result: 'denied', actor: { kind: 'person', id: 'UMALLORY' } }),
    );
  });
});

describe('a review', () => {
  it('keeps the findings with the proposal', async () => {
    const { proposal } = await asked();
    expect(proposal.findings.map(({ about }) => about)).toEqual(expect.arrayContaining(['restart', 'room', 'qos', 'pod']));
  });

  it('is refused by a LimitRange before anybody is asked', async () => {
    const { world, bot } = await alerted();
    const limits = [{ name: 'team', type: 'Container' as const, max: mi(300) }];
    const reading = surroundings({ limitRanges: known(limits, 'test', world.clock.now()) });
    const strict = createBot({ ...world, ports: { ...world.ports, surroundings: { read: async () => reading } } });
    expect(await strict.propose.propose(ASKED, soon())).toMatchObject({
      kind: 'invalid',
      problems: [{ field: 'limit', message: textWith('LimitRange team allows at most 300 MiB') }],
    });
    expect(await bot.propose.propose(ASKED, soon())).toMatchObject({ kind: 'proposed' });
  });

  it('is refused by the dry run of a pod, in its own words', async () => {
    const { world, bot } = await alerted();
    world.editor.rehearsePod = async () => ({ kind: 'denied', message: 'exceeded quota: team' });
    expect(await bot.propose.propose(ASKED, soon())).toMatchObject({
      problems: [{ message: 'The API server would refuse the new pods: exceeded quota: team' }],
    });
  });

  it.each([
    ['a workload that others write', { closed: 'It belongs to Database main (db.example/v1).' }, 'It belongs to Database'],
    ['a way that is not open', { ways: [] }, 'does not run'],
  ])('says why nothing can be done about %s', async (_what, template, words) => {
    const { world, bot } = await alerted();
    world.editor.template = templateState(template);
    expect(await bot.propose.propose(ASKED, soon())).toMatchObject({ kind: 'refused', reason: textWith(words) });
  });

  it('changes the whole pod where only that has a limit', async () => {
    const { world, bot } = await alerted();
    const app = templateContainer({ resources: {}, hasLimits: false, hasRequests: false });
    const pod = templateContainer({ name: '', list: 'pod', resources: { limit: size(256), request: size(256) } });
    world.editor.template = templateState({ containers: [app, pod] });
    await bot.propose.propose(ASKED, soon());
    expect((await underReview(world)).change).toMatchObject({ list: 'pod', container: '' });
  });

  it('makes a Job again only when that was chosen', async () => {
    const { world, bot } = await alerted();
    world.editor.template = templateState({ ways: ['recreate'], workload: workload({ kind: 'Job', name: 'migrate' }) });
    expect(await bot.propose.propose(ASKED, soon())).toMatchObject({ kind: 'invalid', problems: [{ field: 'way' }] });
    expect(await bot.propose.propose({ ...ASKED, way: 'recreate' }, soon())).toMatchObject({ kind: 'proposed' });
    expect((await underReview(world)).change).toMatchObject({ way: 'recreate', replacement: textWith(/^migrate-/) });
  });
});

describe('a raise that did not hold', () => {
  async function killedAgain(fix: Awaited<ReturnType<typeof asked>>, containerId: string, limitMi: number) {
    const { world, bot, proposal } = fix;
    await bot.decide.decide(approving(proposal), soon());
    await bot.apply({ proposalId: proposal.id }, soon());
    await bot.verify({ proposalId: proposal.id }, soon());
    world.clock.advance(MINUTE);
    await bot.watch(killedPod(world, containerId, limitMi), { initial: false });
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({ state: { verdict: { kind: 'killed-again' } } });
  }

  it('may be followed by one more, with a cap that is said, and then by people', async () => {
    const fix = await asked();
    await killedAgain(fix, 'second', 384);
    const { world, bot, proposal } = fix;
    expect(world.editor.template.containers[0]?.resources.limit?.text).toBe('384Mi');
    expect(await bot.undo({ proposalId: proposal.id, person: 'UALICE', reason: 'take it back' }, soon())).toMatchObject({
      kind: 'refused',
      reason: textWith('would only be hit sooner'),
    });
    const draft = await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon());
    expect(draft).toMatchObject({ bounds: { max: '768Mi' }, warnings: [textWith('This is the last one')] });
    expect(await bot.propose.propose({ ...ASKED, limit: '1Gi' }, soon())).toMatchObject({ kind: 'invalid' });
    expect(await bot.propose.propose({ ...ASKED, limit: '768Mi' }, soon())).toMatchObject({ kind: 'proposed' });
    await killedAgain({ ...fix, proposal: await underReview(world) }, 'third', 768);
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({
      kind: 'refused',
      reason: textWith('handed over to people'),
    });
  });
});

describe('a change that cannot roll out', () => {
  it('may be undone by a proposal of its own, letter for letter', async () => {
    const { world, bot, proposal } = await asked();
    world.editor.status = { kind: 'failed', message: 'no node has room' };
    await bot.decide.decide(approving(proposal), soon());
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({
      state: { verdict: { kind: 'not-rolled-out', undo: 'offered' } },
    });
    const undo = { proposalId: proposal.id, person: 'UALICE', reason: 'no node has room for it' };
    expect(await bot.undo(undo, soon())).toMatchObject({ kind: 'proposed' });
    expect(await bot.undo(undo, soon())).toMatchObject({ kind: 'refused' });
    const back = await underReview(world);
    expect(back).toMatchObject({ undoes: proposal.id, change: { after: { limit: mi(256) }, texts: { limit: '256Mi' } } });
    world.editor.status = { kind: 'complete', message: 'all pods run with it' };
    await bot.decide.decide(approving(back), soon());
    await bot.drain();
    expect(await world.ports.proposals.get(back.id)).toMatchObject({ state: { verdict: { kind: 'restored' } } });
    expect(await world.ports.incidents.get(INCIDENT)).toMatchObject({ state: 'open' });
    expect(world.editor.template.containers[0]?.resources.limit?.text).toBe('256Mi');
  });

  it('is undone without asking where the policy says so', async () => {
    const { world, bot, proposal } = await asked(policy({ undoAutomatically: true }));
    world.editor.rollout = async ({ after }) =>
      after.limit === mi(256)
        ? { kind: 'complete', message: 'all pods run with it' }
        : { kind: 'stuck', pods: ['db-0'], message: 'db-0 cannot get ready' };
    await bot.decide.decide(approving(proposal), soon());
    await bot.drain();
    expect(world.editor.writes).toBe(2);
    expect(world.editor.template.containers[0]?.resources.limit?.text).toBe('256Mi');
  });

  it('gives up on a controller that never gets on', async () => {
    const { world, bot, proposal } = await asked();
    world.editor.template = { ...world.editor.template, workload: workload({ kind: 'StatefulSet' }) };
    world.editor.status = { kind: 'progressing', message: '0 of 3 pods updated' };
    await bot.decide.decide(approving(proposal), soon());
    const ports = world.ports;
    await bot.apply({ proposalId: proposal.id }, soon());
    const rolling = await ports.proposals.get(proposal.id);
    if (rolling === undefined) throw new Error('gone');
    await ports.proposals.replace({
      ...rolling,
      version: rolling.version + 1,
      change: { ...rolling.change, workload: workload({ kind: 'StatefulSet' }) },
    });
    expect(await bot.verify({ proposalId: proposal.id }, soon())).toMatchObject({ kind: 'later' });
    world.clock.advance(60 * MINUTE);
    expect(await bot.verify({ proposalId: proposal.id }, soon())).toEqual({ kind: 'verdict', verdict: 'not-rolled-out' });
  });

  it('is not taken back when it is the new pods that are killed', async () => {
    const { world, bot, proposal } = await asked(policy({ undoAutomatically: true }));
    world.editor.status = { kind: 'failed', message: 'it exceeded its progress deadline' };
    await bot.decide.decide(approving(proposal), soon());
    await bot.apply({ proposalId: proposal.id }, soon());
    // Long before any deadline is over.
    world.jobs.splice(0);
    world.clock.advance(MINUTE);
    await bot.watch(killedPod(world, 'of-a-new-pod', 384), { initial: false });
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({ state: { verdict: { kind: 'killed-again' } } });
    expect(world.editor.template.containers[0]?.resources.limit?.text).toBe('384Mi');
  });

  it('carries on with what was approved along with it', async () => {
    const { world, bot, proposal } = await asked(policy(), { releaseStuck: true });
    const due = [['pod db-0 was deleted'], []];
    world.editor.proceed = async (change) => (change.releaseStuck === true ? (due.shift() ?? []) : []);
    await bot.decide.decide(approving(proposal), soon());
    await bot.apply({ proposalId: proposal.id }, soon());
    expect(await bot.verify({ proposalId: proposal.id }, soon())).toMatchObject({
      kind: 'later',
      reason: 'pod db-0 was deleted',
    });
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({ state: { verdict: { kind: 'quiet' } } });
  });
});

describe('pods in place', () => {
  async function resized() {
    const { world, bot } = await alerted();
    world.editor.pods = async () => [podTarget({ uid: 'pod-1' })];
    expect(await bot.propose.propose({ ...ASKED, way: 'resize' }, soon())).toMatchObject({ kind: 'proposed' });
    const proposal = await underReview(world);
    await bot.decide.decide(approving(proposal), soon());
    await bot.apply({ proposalId: proposal.id }, soon());
    const arrived = templateContainer({ resources: { request: size(128), limit: size(384) } });
    world.editor.pods = async () => [podTarget({ uid: 'pod-1', containers: [arrived] })];
    await bot.verify({ proposalId: proposal.id }, soon());
    return { world, bot, proposal };
  }

  it('are quiet, and leave the incident open for the template', async () => {
    const { world, bot, proposal } = await resized();
    expect(proposal.change).toMatchObject({ way: 'resize', pods: [{ uid: 'pod-1' }] });
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({ state: { verdict: { kind: 'quiet' } } });
    expect(await world.ports.incidents.get(INCIDENT)).toMatchObject({ state: 'open', proposalId: undefined });
  });

  it.each([
    { name: 'the kernel’s own number is the old one', limitMi: 256, oldCgroup: 'known' },
    { name: 'the kernel’s own number was not read', limitMi: undefined, oldCgroup: 'possible' },
    { name: 'the kernel’s own number is the new one', limitMi: 384, oldCgroup: undefined },
  ])('killed again are told apart when $name', async ({ limitMi, oldCgroup }) => {
    const { world, bot, proposal } = await resized();
    world.clock.advance(MINUTE);
    const { claim } = world.ports.intake;
    world.ports.intake.claim = (found, how) =>
      claim({ ...found, kernel: limitMi === undefined ? undefined : kernelKill(limitMi) }, how);
    await bot.watch(killedPod(world, 'old-cgroup', 384), { initial: false });
    await bot.drain();
    const closed = await world.ports.proposals.get(proposal.id);
    const verdict = closed?.state.kind === 'closed' ? closed.state.verdict : undefined;
    expect(verdict).toMatchObject({ kind: 'killed-again' });
    expect(verdict?.kind === 'killed-again' ? verdict.oldCgroup : 'another verdict').toBe(oldCgroup);
  });

  it('that are all gone meanwhile are not written', async () => {
    const { world, bot } = await alerted();
    world.editor.pods = async () => [podTarget({ uid: 'pod-1' })];
    await bot.propose.propose({ ...ASKED, way: 'resize' }, soon());
    const proposal = await underReview(world);
    world.editor.pods = async () => [];
    expect(await bot.decide.decide(approving(proposal), soon())).toMatchObject({
      kind: 'refused',
      reason: textWith('no longer there'),
    });
  });
});
