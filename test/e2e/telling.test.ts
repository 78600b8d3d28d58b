// One incident, one root message, kept true: its kills are counted without an edit for each, the channel is told again when it goes on, it is called quiet after a
// time that was watched, and it opens again when it happens again.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../packages/slack-sim/src/world.ts';
import type { DemoTarget } from './support/demo-target.ts';
import { startDemoTarget } from './support/demo-target.ts';
import { shownText } from './support/stage.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const WORKLOAD = 'payments/checkout-api';
/** Of its pods: all of them are killed at once. */
const PODS = 3;
const QUIET_AFTER = '40s';
const WITHIN_MS = 90_000;
const TEST_MS = 340_000;

describe('one incident', () => {
  let target: DemoTarget;
  let world: TestWorld;

  beforeAll(async () => {
    target = await startDemoTarget({ only: WORKLOAD });
    world = await startTestWorld(target);
    await world.headroom({ remindAfter: PODS, policy: [`quietAfter: ${QUIET_AFTER}`] });
  });

  afterAll(async () => {
    await world.stop();
  });

  /** Kills so many of its containers, waiting for those that are starting. */
  async function kill(count: number): Promise<void> {
    const { namespace, name } = target.deployment;
    for (let killed = 0; killed < count; killed += 1) {
      await world.slack.control.until(() => killedOne(namespace, name), { withinMs: WITHIN_MS, words: 'a container that runs' });
    }
  }

  function killedOne(namespace: string, name: string): string | undefined {
    try {
      return target.demo.control.killNow(namespace, name);
    } catch {
      return undefined;
    }
  }

  function roots(): readonly Message[] {
    return world.slack.control.messages(world.slack.channelId).filter(({ threadTs }) => threadTs === undefined);
  }

  /** The root once it says that. */
  function rootSaying(words: RegExp): Promise<Message> {
    return world.slack.control.until(() => roots().find((message) => words.test(shownText(message))), {
      withinMs: WITHIN_MS,
      words: `a root message that says ${String(words)}`,
    });
  }

  /** A reply that the channel shows too. */
  function news(words: RegExp): Promise<Message> {
    const { control, channelId } = world.slack;
    return control.until(
      () => control.messages(channelId).find(({ broadcast, text }) => broadcast === true && words.test(text)),
      {
        withinMs: WITHIN_MS,
        words: `news that say ${String(words)}`,
      },
    );
  }

  function edits(): number {
    return world.slack.control.calls().filter(({ method }) => method === 'chat.update').length;
  }

  it(
    'is counted up in its one message, not by an edit for each kill, and the channel is told that it goes on',
    async () => {
      await kill(1);
      await rootSaying(/Likely cause/);
      const before = edits();
      await kill(3 * PODS - 1);
      await news(/^Still going on: .*killed at least \d+ times/);
      await rootSaying(new RegExp(`[Kk]illed (for memory |\\*)${3 * PODS} times`));
      expect(roots()).toHaveLength(1);
      expect(edits() - before).toBeLessThan(3 * PODS - 1);
    },
    TEST_MS,
  );

  it('is called quiet when it was watched without a kill, and says for how long', async () => {
    const resolved = await rootSaying(/checkout-api is quiet again/);
    expect(shownText(resolved)).toMatch(/No kill in \d+ seconds of watching, without a change/);
    expect(shownText(resolved)).not.toContain('"button"');
  });

  it('opens again when it happens again: the same message, and news in the channel', async () => {
    await kill(1);
    await news(/^Killed again: .*is open again/);
    const root = await rootSaying(/checkout-api ran out of memory/);
    expect(shownText(root)).toContain('Open again since');
    expect(roots()).toHaveLength(1);
  });
});
