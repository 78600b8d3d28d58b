// How two people get a change on its way at the local Slack: Alice asks for it, Bob approves it, and what becomes of it is read in the thread.

import { expect } from 'vitest';
import type { UiAnswer, UiView } from '../../../packages/slack-sim/src/ui/ui-types.ts';
import type { Message } from '../../../packages/slack-sim/src/world.ts';
import { shownText } from './stage.ts';
import type { TestWorld } from './world.ts';

export const REASON = 'It needs more than that in normal work.';

type Typed = Readonly<Record<string, string | readonly string[]>>;

export type Talk = {
  /** The root message of that workload, once its kill is explained. */
  killed(name: string): Promise<Message>;
  /** The form once it says those words of the limit. Where that takes longer than Slack waits they come without the fields, and it is opened once more. */
  denied(root: Message, typed: Typed, words: string): Promise<UiView>;
  proposed(root: Message, typed: Typed): Promise<Message>;
  /** The form in front of Bob; what he approves is written once it is submitted. */
  approving(root: Message, proposal: Message): Promise<UiView>;
  approved(root: Message, proposal: Message): Promise<void>;
  /** The proposal's own message once it says so. */
  became(root: Message, proposal: Message, words: string | RegExp): Promise<Message>;
};

export function createTalk(world: TestWorld, namespace: string): Talk {
  const { stage, target, slack } = world;
  const proposals = (root: Message): readonly Message[] =>
    stage.replies(root).filter(({ text }) => text.includes('asks to change memory limit'));
  /** Alice fills the review in; the form stays open when it is refused. */
  const review = async (root: Message, typed: Typed): Promise<{ readonly form: UiView; readonly answer: UiAnswer }> => {
    const fresh = stage.roots(namespace).find(({ ts }) => ts === root.ts) ?? root;
    expect(await stage.click(stage.alice, fresh, 'review_fix')).toEqual({ ok: true });
    const form = await stage.modal(stage.alice, ({ view }) => view['callback_id'] === 'review_submit');
    return { form, answer: await stage.submit(stage.alice, form, { reason: REASON, ...typed }) };
  };
  const approving: Talk['approving'] = async (root, proposal) => {
    const fresh = proposals(root).find(({ ts }) => ts === proposal.ts) ?? proposal;
    expect(await stage.click(stage.bob, fresh, 'approve_change')).toEqual({ ok: true });
    const form = await stage.modal(stage.bob, ({ view }) => view['callback_id'] === 'approve_submit');
    expect(shownText(form)).toContain('What restarts');
    return form;
  };
  return {
    approving,
    async killed(name) {
      const root = await stage.root(`${namespace}/${name}`, ({ text }) => text.startsWith('OOMKilled'));
      await stage.reply(root, 'Why it was killed');
      return root;
    },
    async denied(root, typed, words) {
      for (;;) {
        const { form } = await review(root, typed);
        const told = await stage.modal(stage.alice, (each) => each.id === form.id && shownText({ view: each }).includes(words));
        if ('limit' in told.errors) return told;
        slack.control.close({ as: stage.alice, viewId: form.id });
      }
    },
    async proposed(root, typed) {
      const before = proposals(root).length;
      expect((await review(root, typed)).answer).toEqual({ ok: true });
      return slack.control.until(() => proposals(root)[before], { withinMs: target.patienceMs, words: 'the proposal' });
    },
    async approved(root, proposal) {
      await stage.submit(stage.bob, await approving(root, proposal), { read: ['read'] });
    },
    became(root, proposal, words) {
      const look = (): Message | undefined =>
        proposals(root).find(
          ({ ts, text }) => ts === proposal.ts && (typeof words === 'string' ? text.includes(words) : words.test(text)),
        );
      return slack.control.until(look, { withinMs: target.patienceMs, words: `the proposal with ${String(words)}` });
    },
  };
}
