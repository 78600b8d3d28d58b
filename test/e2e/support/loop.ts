// The stories in the order they are told on one cluster, with one Redis and one Slack.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvedRaise, askingStory, barePodStory, expectNothingTwice, quiet } from './stories.ts';
import type { Target } from './target.ts';
import { lookAt } from './template.ts';
import type { TestWorld } from './world.ts';
import { startTestWorld } from './world.ts';

export function loopStories(title: string, startTarget: () => Promise<Target>): void {
  describe(title, () => {
    let world: TestWorld;

    beforeAll(async () => {
      world = await startTestWorld(await startTarget());
    });

    afterAll(async () => {
      await world.stop();
    });

    it('takes a Deployment from a kill through an approved raise to quiet, and changes nothing else', async () => {
      const headroom = await world.headroom();
      const before = await lookAt(world.target);
      const raised = await approvedRaise(world);
      await quiet(world, raised.root);
      const after = await lookAt(world.target);
      expect(after.limit).not.toBe(before.limit);
      expect(after.generation).toBe(before.generation + 1);
      expect(after.rest).toBe(before.rest);
      expectNothingTwice(world, raised.root);
      expect(headroom.output()).not.toContain('hunter2');
    });

    it('explains a bare pod whose child was killed, and says what can be done', async () => {
      await barePodStory(world);
    });

    it('answers what people ask, and the nearest match to what they misspell', async () => {
      await askingStory(world);
    });

    it('shows no secret of the pod in any message', () => {
      expect(JSON.stringify(world.slack.control.messages(world.slack.channelId))).not.toContain('hunter2');
    });
  });
}
