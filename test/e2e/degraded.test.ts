// A lesser cluster or Slack makes the messages poorer, never the bot stop; what is missing is said at the start and where it matters.

import { afterEach, describe, expect, it } from 'vitest';
import type { DemoTarget } from './support/demo-target.ts';
import { startDemoTarget } from './support/demo-target.ts';
import { shownText } from './support/stage.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

describe('a cluster that does not allow everything', () => {
  let world: TestWorld | undefined;

  afterEach(async () => {
    await world?.stop();
  });

  async function told(
    deny: (target: DemoTarget) => void,
    { shows, more = {} }: { readonly shows: readonly RegExp[]; readonly more?: Partial<DemoTarget> },
  ): Promise<{ readonly output: string; readonly why: string }> {
    const target = await startDemoTarget();
    deny(target);
    world = await startTestWorld({ ...target, ...more });
    const headroom = await world.headroom();
    const root = await world.stage.root('payments/checkout-api');
    const why = await world.stage.reply(root, 'Why it was killed', shows);
    return { output: headroom.output(), why: shownText(why) };
  }

  it('without logs and events: says so once at the start, and in the explanation', async () => {
    const shows = [/No log:.*no right to read pod logs/, /Without events: no right to read/];
    const { output } = await told(({ demo }) => demo.control.deny(['pods/log', 'events']), { shows });
    expect(output).toContain('does not allow to read pod logs');
    expect(output).toContain('does not allow to read events');
  });

  it('without Prometheus: shows one instant, and says that it is no peak', async () => {
    const { why } = await told(() => undefined, { shows: [/not a peak|No memory usage/], more: { prometheusUrl: undefined } });
    expect(why).not.toContain('data_visualization');
  });
});

describe('a Slack without user groups', () => {
  it('lets nobody through by a group it cannot read, and says why to the one who clicked', async () => {
    const world = await startTestWorld(await startDemoTarget());
    try {
      await world.headroom();
      world.slack.control.break({ noUserGroups: true });
      const root = await world.stage.root('payments/checkout-api', ({ text }) => text.startsWith('OOMKilled'));
      await world.stage.reply(root, 'Why it was killed');
      await world.stage.click(world.stage.alice, root, 'review_fix');
      const form = await world.stage.modal(world.stage.alice, ({ view }) => view['callback_id'] === 'review_submit');
      await world.stage.submit(world.stage.alice, form, { reason: 'It needs more than that.' });
      const proposal = await world.stage.reply(root, 'asks to change');
      await world.stage.click(world.stage.bob, proposal, 'approve_change');
      await world.stage.modal(world.stage.bob, ({ view }) => JSON.stringify(view).includes('could not be read from Slack'));
    } finally {
      await world.stop();
    }
  });
});
