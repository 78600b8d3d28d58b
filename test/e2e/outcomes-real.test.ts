// How a fix may end, told by two people at the local Slack on a real cluster with a kubelet: rejected, denied by a quota, drifted, expired, killed again and
// raised once more; a rollout that cannot be scheduled and is taken back; a StatefulSet that waits for a pod in vain; a pod resized in place.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../demo/slack/world.ts';
import type { OutcomeTarget } from './support/outcome-target.ts';
import { startOutcomeTarget } from './support/outcome-target.ts';
import { realKubeconfig } from './support/real-target.ts';
import { shownText } from './support/stage.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();
const REASON = 'It needs more than that in normal work.';

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

  beforeAll(async () => {
    target = await startOutcomeTarget(kubeconfig ?? '');
    world = await startTestWorld(target);
    await world.headroom({ policy: RULES });
  });

  afterAll(async () => {
    await world.stop();
  });

  async function killed(name: string): Promise<Message> {
    const root = await world.stage.root(`${target.namespace}/${name}`, ({ text }) => text.startsWith('OOMKilled'));
    await world.stage.reply(root, 'Why it was killed');
    return root;
  }

  type Typed = Readonly<Record<string, string | readonly string[]>>;

  /** Alice fills the review in; the form stays open when it is refused. */
  async function review(root: Message, typed: Typed) {
    const { stage } = world;
    const fresh = stage.roots(target.namespace).find(({ ts }) => ts === root.ts) ?? root;
    expect(await stage.click(stage.alice, fresh, 'review_fix')).toEqual({ ok: true });
    const form = await stage.modal(stage.alice, ({ view }) => view['callback_id'] === 'review_submit');
    return { form, answer: await stage.submit(stage.alice, form, { reason: REASON, ...typed }) };
  }

  function proposals(root: Message): readonly Message[] {
    return world.stage.replies(root).filter(({ text }) => text.includes('asks to change memory limit'));
  }

  async function proposed(root: Message, typed: Typed): Promise<Message> {
    const before = proposals(root).length;
    expect((await review(root, typed)).answer).toEqual({ ok: true });
    return world.slack.control.until(() => proposals(root)[before], { withinMs: target.patienceMs, words: 'the proposal' });
  }

  async function approved(root: Message, proposal: Message): Promise<void> {
    const { stage } = world;
    const fresh = proposals(root).find(({ ts }) => ts === proposal.ts) ?? proposal;
    expect(await stage.click(stage.bob, fresh, 'approve_change')).toEqual({ ok: true });
    const form = await stage.modal(stage.bob, ({ view }) => view['callback_id'] === 'approve_submit');
    expect(shownText(form)).toContain('What restarts');
    await stage.submit(stage.bob, form, { read: ['read'] });
  }

  async function became(root: Message, proposal: Message, words: string | RegExp): Promise<Message> {
    const look = (): Message | undefined =>
      proposals(root).find(
        ({ ts, text }) => ts === proposal.ts && (typeof words === 'string' ? text.includes(words) : words.test(text)),
      );
    return world.slack.control.until(look, { withinMs: target.patienceMs, words: `the proposal with ${String(words)}` });
  }

  describe('a Deployment', () => {
    it('is denied by a quota in its own words, and rejected with a reason', async () => {
      const root = await killed('hungry');
      const { stage } = world;
      await target.quota('100Mi');
      const { answer, form } = await review(root, { limit: '400Mi' });
      expect(answer.ok).toBe(false);
      const denied = await stage.modal(stage.alice, ({ id, errors }) => id === form.id && 'limit' in errors);
      expect(JSON.stringify(denied.errors)).toContain('exceeded quota');
      await target.quota(undefined);
      expect(await stage.submit(stage.alice, denied, { limit: '400Mi', reason: REASON })).toEqual({ ok: true });
      const proposal = await stage.reply(root, 'asks to change memory limit');
      expect(shownText(proposal)).toContain('Dry run of a pod');
      expect(await stage.click(stage.bob, proposal, 'refuse_change')).toEqual({ ok: true });
      const refusal = await stage.modal(stage.bob, ({ view }) => view['callback_id'] === 'refuse_submit');
      expect(await stage.submit(stage.bob, refusal, { reason: 'the sale is over, wait for Monday' })).toEqual({ ok: true });
      await became(root, proposal, 'was refused by');
    });

    it('drifts while it is reviewed, and is left alone', async () => {
      const root = await killed('hungry');
      const proposal = await proposed(root, { limit: '400Mi' });
      await target.setLimit('hungry', '51Mi');
      await world.stage.click(world.stage.bob, proposal, 'approve_change');
      const form = await world.stage.modal(world.stage.bob, ({ view }) => view['callback_id'] === 'approve_submit');
      await world.stage.submit(world.stage.bob, form, { read: ['read'] });
      await became(root, proposal, 'was 50Mi when this was reviewed and is 51Mi now');
      expect(await target.limit('hungry')).toBe('51Mi');
    });

    it('is not written when nobody approves in time', async () => {
      const root = await killed('hungry');
      await target.label('hungry', 'expires');
      const proposal = await proposed(root, { limit: '400Mi' });
      await became(root, proposal, 'expired unapproved');
      await target.label('hungry', undefined);
      expect(await target.limit('hungry')).toBe('51Mi');
    });

    it('is edited, killed again after too small a raise, raised once more, and quiet', async () => {
      const root = await killed('hungry');
      const proposal = await proposed(root, { limit: '400Mi' });
      expect(await world.stage.click(world.stage.alice, proposal, 'edit_change')).toEqual({ ok: true });
      const form = await world.stage.modal(world.stage.alice, ({ view }) => shownText({ view }).includes('400Mi'));
      expect(await world.stage.submit(world.stage.alice, form, { limit: '56Mi', reason: REASON })).toEqual({ ok: true });
      const edited = await became(root, proposal, '56 MiB');
      expect(shownText(edited)).toContain('revision 2');
      await approved(root, edited);
      await world.stage.reply(root, /^Killed again: .*was not enough/);
      expect(await target.limit('hungry')).toBe('56Mi');
      const last = await proposed(root, { limit: '112Mi' });
      await approved(root, last);
      await world.stage.reply(root, /^Quiet: .*112 MiB.*no kill in/);
      expect(await target.limit('hungry')).toBe('112Mi');
    });
  });

  it('a rollout that cannot be scheduled is taken back by the policy, letter for letter', async () => {
    await target.startUnschedulable('alone');
    const root = await killed('alone');
    const proposal = await proposed(root, { limit: '160Mi' });
    await approved(root, proposal);
    await world.stage.reply(root, /^Not rolled out: .*progress deadline/);
    await world.stage.reply(root, /^Taken back: /);
    expect(await target.limit('alone')).toBe('50Mi');
  });

  it('a StatefulSet that waits for a pod in vain gets it deleted along with the change', async () => {
    await target.startStatefulSet('db');
    const root = await killed('db');
    await target.isCrashLooping('db-0');
    const proposal = await proposed(root, { limit: '160Mi', release: ['release'] });
    await approved(root, proposal);
    await world.stage.reply(root, /^Quiet: .*160 MiB/);
    expect(await target.isReady('db-0')).toBe(true);
  });

  it('a running pod is resized in place without a restart, and the thread says what is left to do', async () => {
    await target.startCalm('calm');
    const root = await killed('calm');
    const { restarts } = await target.isRunning('calm');
    const proposal = await proposed(root, { limit: '160Mi', way: 'resize' });
    await approved(root, proposal);
    const outcome = await world.stage.reply(root, /^Quiet: .*160 MiB/);
    expect(shownText(outcome)).toContain('the template still has the old limit');
    const after = await target.isRunning('calm');
    expect(after).toEqual({ restarts, inForce: '160Mi' });
    expect(await target.limit('calm')).toBe('50Mi');
  });
});
