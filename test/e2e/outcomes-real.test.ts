// How a fix may end, told by two people at the local Slack on a real cluster with a kubelet: rejected, denied by a quota, drifted, expired, killed again and
// raised once more; a rollout that cannot be scheduled and is taken back; a StatefulSet that waits for a pod in vain; a pod resized in place.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutcomeTarget } from './support/outcome-target.ts';
import { startOutcomeTarget } from './support/outcome-target.ts';
import { realKubeconfig } from './support/real-target.ts';
import { shownText } from './support/stage.ts';
import type { Talk } from './support/talk.ts';
import { createTalk, REASON } from './support/talk.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();

/** Of workloads with that label only, so that each story has its own rules. */
const RULES = [
  'maxFactor: 16',
  'overrides:',
  '  - labels: { story: expires }',
  '    proposalExpiry: 3s',
  '  - labels: { story: unschedulable }',
  '    undoAutomatically: true',
];

describe.skipIf(kubeconfig === undefined)('how a fix may end, on a real cluster: set E2E_KUBECONFIG to run it', () => {
  let world: TestWorld;
  let target: OutcomeTarget;
  let talk: Talk;

  beforeAll(async () => {
    target = await startOutcomeTarget(kubeconfig ?? '');
    world = await startTestWorld(target);
    talk = createTalk(world, target.namespace);
    await world.headroom({ policy: RULES });
  });

  afterAll(async () => {
    await world.stop();
  });

  describe('a Deployment', () => {
    it('is denied by a quota in its own words, and rejected with a reason', async () => {
      const root = await talk.killed('hungry');
      const { stage } = world;
      await target.quota('100Mi');
      const denied = await talk.denied(root, { limit: '400Mi' }, 'exceeded quota');
      expect(JSON.stringify(denied.errors)).toContain('exceeded quota');
      await target.quota(undefined);
      expect(await stage.submit(stage.alice, denied, { limit: '400Mi', reason: REASON })).toEqual({ ok: true });
      const proposal = await stage.reply(root, 'asks to change memory limit');
      expect(shownText(proposal)).toContain('Dry run of a pod');
      expect(await stage.click(stage.bob, proposal, 'refuse_change')).toEqual({ ok: true });
      const refusal = await stage.modal(stage.bob, ({ view }) => view['callback_id'] === 'refuse_submit');
      expect(await stage.submit(stage.bob, refusal, { reason: 'the sale is over, wait for Monday' })).toEqual({ ok: true });
      await talk.became(root, proposal, 'was refused by');
    });

    it('drifts while it is reviewed, and is left alone', async () => {
      const root = await talk.killed('hungry');
      const proposal = await talk.proposed(root, { limit: '400Mi' });
      await target.setLimit('hungry', '51Mi');
      await world.stage.click(world.stage.bob, proposal, 'approve_change');
      const form = await world.stage.modal(world.stage.bob, ({ view }) => view['callback_id'] === 'approve_submit');
      await world.stage.submit(world.stage.bob, form, { read: ['read'] });
      await talk.became(root, proposal, 'was 50Mi when this was reviewed and is 51Mi now');
      expect(await target.limit('hungry')).toBe('51Mi');
    });

    it('is not written when nobody approves in time', async () => {
      const root = await talk.killed('hungry');
      await target.label('hungry', 'expires');
      const proposal = await talk.proposed(root, { limit: '400Mi' });
      await talk.became(root, proposal, 'expired unapproved');
      await target.label('hungry', undefined);
      expect(await target.limit('hungry')).toBe('51Mi');
    });

    it('is edited, killed again after too small a raise, raised once more, and quiet', async () => {
      const root = await talk.killed('hungry');
      const proposal = await talk.proposed(root, { limit: '400Mi' });
      expect(await world.stage.click(world.stage.alice, proposal, 'edit_change')).toEqual({ ok: true });
      const form = await world.stage.modal(world.stage.alice, ({ view }) => shownText({ view }).includes('400Mi'));
      expect(await world.stage.submit(world.stage.alice, form, { limit: '56Mi', reason: REASON })).toEqual({ ok: true });
      const edited = await talk.became(root, proposal, '56 MiB');
      expect(shownText(edited)).toContain('revision 2');
      await talk.approved(root, edited);
      await world.stage.reply(root, /^Killed again: .*was not enough/);
      expect(await target.limit('hungry')).toBe('56Mi');
      const last = await talk.proposed(root, { limit: '112Mi' });
      await talk.approved(root, last);
      await world.stage.reply(root, /^Quiet: .*112 MiB.*no kill in/);
      expect(await target.limit('hungry')).toBe('112Mi');
    });
  });

  it('a rollout that cannot be scheduled is taken back by the policy, letter for letter', async () => {
    await target.startUnschedulable('alone');
    const root = await talk.killed('alone');
    const proposal = await talk.proposed(root, { limit: '160Mi' });
    await talk.approved(root, proposal);
    await world.stage.reply(root, /^Not rolled out: .*progress deadline/);
    await world.stage.reply(root, /^Taken back: /);
    expect(await target.limit('alone')).toBe('50Mi');
  });

  it('a StatefulSet that waits for a pod in vain gets it deleted along with the change', async () => {
    await target.startStatefulSet('db');
    const root = await talk.killed('db');
    await target.isCrashLooping('db-0');
    const proposal = await talk.proposed(root, { limit: '160Mi', release: ['release'] });
    await talk.approved(root, proposal);
    await world.stage.reply(root, /^Quiet: .*160 MiB/);
    expect(await target.isReady('db-0')).toBe(true);
  });

  it('a running pod is resized in place without a restart, and the thread says what is left to do', async () => {
    await target.startCalm('calm');
    const root = await talk.killed('calm');
    const { restarts } = await target.isRunning('calm');
    const proposal = await talk.proposed(root, { limit: '160Mi', way: 'resize' });
    await talk.approved(root, proposal);
    const outcome = await world.stage.reply(root, /^Quiet: .*160 MiB/);
    expect(shownText(outcome)).toContain('the template still has the old limit');
    const after = await target.isRunning('calm');
    expect(after).toEqual({ restarts, inForce: '160Mi' });
    expect(await target.limit('calm')).toBe('50Mi');
  });
});
