// The stories of the product, told the same way on the demo cluster and on a real one.

import { expect } from 'vitest';
import type { UiView } from '../../../packages/slack-sim/src/ui/ui-types.ts';
import type { Message } from '../../../packages/slack-sim/src/world.ts';
import { shownText } from './stage.ts';
import type { TestWorld } from './world.ts';

/** The values of the request modal that a story types in; the limit stays as suggested. */
const REASON = { reason: 'It needs more than that in normal work.' } as const;

/** (a) A bare pod whose child is killed is explained correctly, and the fix says what can be done. */
export async function barePodStory({ stage, target }: TestWorld): Promise<void> {
  const { namespace, name } = target.barePod;
  const root = await stage.root(`${namespace}/${name}`, ({ text }) => text.startsWith('OOMKilled'));
  expect(shownText(root)).toContain('killed one of its processes');
  expect(shownText(root)).toContain('exit code 1');
  // What the status shows depends on how soon it was read: the state of the run that died, or of the one before.
  const status = /State: +Terminated\\n +Reason: +OOMKilled/;
  await stage.reply(root, 'Why it was killed', ['Exit code 1, not 137', 'oom_score_adj', status]);
  expect(await stage.click(stage.alice, root, 'review_fix')).toEqual({ ok: true });
  const answer = await stage.modal(stage.alice, ({ view }) => shownText({ view }).includes('kubectl delete pod'));
  expect(shownText(answer)).toContain('resources.limits.memory');
}

export type Raised = { readonly root: Message; readonly before: string; readonly after: string };

/** (b) From a kill of PID 1 to an approved raise. Returns once the change is written. */
export async function approvedRaise(world: TestWorld, between: () => Promise<void> = async () => undefined): Promise<Raised> {
  const { stage, target } = world;
  const { namespace, name } = target.deployment;
  const root = await stage.root(`${namespace}/${name}`, ({ text }) => text.startsWith('OOMKilled'));
  await stage.reply(root, 'Why it was killed', ['Exit code 137 = 128 + 9']);
  await between();
  await requestRaise(world, root);
  const proposal = await stage.reply(root, 'asks to change memory limit');
  await between();
  await refuseOwnApproval(world, proposal);
  await approve(world, proposal);
  await between();
  const outcome = await stage.reply(root, /^(Approved|Written|Rolled out|Quiet)/);
  const [, before = '', after = ''] = /memory limit ([0-9.]+ [KMG]iB) to \*([0-9.]+ [KMG]iB)\*/i.exec(outcome.text) ?? [];
  return { root, before, after };
}

async function requestRaise({ stage }: TestWorld, root: Message): Promise<void> {
  const open = async (): Promise<UiView> => {
    expect(await stage.click(stage.alice, root, 'review_fix')).toEqual({ ok: true });
    return stage.modal(stage.alice, ({ view }) => view['callback_id'] === 'review_submit');
  };
  const { ok: isLate } = await stage.submit(stage.alice, await open(), { limit: '12 apples', reason: 'short' });
  const refused = await stage.modal(stage.alice, ({ view, errors }) =>
    isLate ? shownText({ view }).includes('Close this and open it again') : 'limit' in errors && 'reason' in errors,
  );
  // A bot that stood still for longer than Slack waits says what is wrong in the form's place.
  expect(await stage.submit(stage.alice, isLate ? await open() : refused, REASON)).toEqual({ ok: true });
}

async function refuseOwnApproval({ stage }: TestWorld, proposal: Message): Promise<void> {
  await stage.click(stage.alice, proposal, 'approve_change');
  await stage.modal(stage.alice, ({ view }) => JSON.stringify(view).includes('somebody else has to approve it'));
}

async function approve({ stage }: TestWorld, proposal: Message): Promise<void> {
  expect(await stage.click(stage.bob, proposal, 'approve_change')).toEqual({ ok: true });
  const form = await stage.modal(stage.bob, ({ view }) => view['callback_id'] === 'approve_submit');
  expect(shownText(form)).toContain('exactly this');
  expect(await stage.submit(stage.bob, form, { read: ['read'] })).toEqual({ ok: true });
}

/** … to quiet, on the same messages. */
export async function quiet({ stage, target }: TestWorld, root: Message): Promise<void> {
  await stage.reply(root, /^Quiet: .*no kill in/);
  const resolved = await stage.root(
    `${target.deployment.namespace}/${target.deployment.name}`,
    ({ ts, text }) => ts === root.ts && text.startsWith('Resolved'),
  );
  expect(shownText(resolved)).toContain('is quiet again');
}

/** Each message of the thread once: root, proposal, outcome, and an explanation for each cause found. */
export function expectNothingTwice({ stage, target }: TestWorld, root: Message): void {
  expect(stage.roots(`${target.deployment.namespace}/${target.deployment.name}`)).toHaveLength(1);
  const kinds = stage.replies(root).map(({ metadata }) => JSON.stringify(metadata));
  expect(kinds).toEqual([...new Set(kinds)]);
  expect(stage.replies(root).some(({ text }) => text.startsWith('Why it was killed'))).toBe(true);
  for (const words of [/asks to change memory limit/, /^(Quiet|Killed again)/]) {
    expect(stage.replies(root).filter(({ text }) => words.test(text)).length, String(words)).toBe(1);
  }
}

/** People ask. */
export async function askingStory({ stage, target }: TestWorld): Promise<void> {
  const { namespace, name } = target.barePod;
  await stage.command(stage.bob, `/oom pod ${namespace}/${name}`);
  await stage.whisper(stage.bob, 'Why it was killed');
  await stage.command(stage.bob, '/oom list');
  await stage.whisper(stage.bob, /incidents? (is|are) open/);
  await stage.command(stage.bob, '/oom hlep');
  await stage.whisper(stage.bob, /Did you mean .*help/);
  await stage.command(stage.bob, `/oom pod ${namespace}/${name}s`);
  await stage.whisper(stage.bob, new RegExp(`Nearest:.*${namespace}/${name}`));
  await stage.command(stage.bob, '/oom help');
  await stage.whisper(stage.bob, 'What you can ask');
  await stage.command(stage.bob, `/oom top ${namespace}`);
  await stage.whisper(stage.bob, new RegExp(`^Namespace ${namespace}`));
  await stage.command(stage.bob, '/oom recent');
  await stage.whisper(stage.bob, /incidents? (is|are) known/);
}
