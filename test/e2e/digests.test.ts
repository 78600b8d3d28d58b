// Digests as cron brings them: turned on in headroom.yaml while two workers run, one message in each channel that has incidents, and only one.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../packages/slack-sim/src/world.ts';
import { startDemoTarget } from './support/demo-target.ts';
import type { Headroom } from './support/headroom.ts';
import { shownText } from './support/stage.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

/** A full minute until the schedule is known, one more until it is due, and what a busy machine takes: one that stands still at a full minute misses it. */
const WITHIN_MS = 300_000;
const TEST_MS = 640_000;

describe('digests', () => {
  let world: TestWorld;
  let running: readonly Headroom[];
  let rules: string;

  beforeAll(async () => {
    world = await startTestWorld({ ...(await startDemoTarget()), namespaces: [] });
    rules = `routes:\n  - { namespaces: [payments], channel: ${world.slack.fallbackChannelId} }`;
    running = [await world.headroom({ rules }), await world.headroom({ rules, role: 'worker' })];
  });

  afterAll(async () => {
    await world.stop();
  });

  function told(channel: string): readonly Message[] {
    return world.slack.control.messages(channel).filter(({ text }) => text.startsWith('The last day:'));
  }

  /** Names the time that it was due. */
  function keyOf({ metadata }: Message): string {
    return JSON.stringify(metadata);
  }

  it(
    'come to each routed channel, once for a time, from the minute on that they are turned on',
    async () => {
      const { channelId, fallbackChannelId, control } = world.slack;
      const channels = [channelId, fallbackChannelId];
      await control.until(() => channels.every((channel) => control.messages(channel).length > 0) || undefined, {
        withinMs: WITHIN_MS,
        words: 'an incident in both channels',
      });
      expect(channels.flatMap(told)).toEqual([]);
      await Promise.all(running.map((each) => each.rewrite({ rules, digests: 'daily: "* * * * *", weekly: off' })));
      await control.until(() => channels.every((channel) => told(channel).length > 0) || undefined, {
        withinMs: WITHIN_MS,
        words: 'a digest in both channels',
      });
      // What is planned by then is told before they end.
      await Promise.all(running.map((each) => each.stop()));
      for (const channel of channels) {
        const keys = told(channel).map(keyOf);
        expect(new Set(keys).size).toBe(keys.length);
      }
      const [here, there] = channels.map((channel) => shownText(told(channel)[0] ?? {}));
      expect(there).toContain('payments/checkout-api');
      expect(here).not.toContain('payments/');
      expect(here).toContain('data_visualization');
    },
    TEST_MS,
  );
});
