// What every story needs: a real Redis, a local Slack, and the cluster it is told on.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { startLocalSlack } from '../../../packages/slack-sim/src/start.ts';
import type { LocalRedis } from '../../../src/app/embedded/redis.ts';
import { startLocalRedis } from '../../../src/app/embedded/redis.ts';
import type { Headroom, HeadroomOptions } from './headroom.ts';
import { startHeadroom } from './headroom.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';
import type { Target } from './target.ts';

export type TestWorld = {
  readonly target: Target;
  readonly slack: LocalSlack;
  readonly redis: LocalRedis;
  readonly stage: Stage;
  /** Starts the bot and waits until it works. */
  headroom(
    more?: Partial<
      Pick<
        HeadroomOptions,
        'stormAfter' | 'remindAfter' | 'digests' | 'role' | 'environment' | 'target' | 'rules' | 'policy' | 'reportWithin'
      >
    >,
  ): Promise<Headroom>;
  stop(): Promise<void>;
};

/** Slack waits three seconds (the contracts hold the bot to it): a machine that stands still for as long must not end a story here. */
const SLACK_WAITS_MS = 20_000;

export async function startTestWorld(target: Target): Promise<TestWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-world-'));
  const redis = await startLocalRedis({ dataDir });
  const slack = await startLocalSlack({ port: 0, answerWithinMs: SLACK_WAITS_MS, triggerMs: SLACK_WAITS_MS });
  const running: Headroom[] = [];
  return {
    target,
    slack,
    redis,
    stage: createStage(slack, target.patienceMs),
    async headroom(more = {}) {
      const headroom = await startHeadroom({ target, redisUrl: redis.url, slack, ...more });
      running.push(headroom);
      await headroom.ready;
      return headroom;
    },
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
      await slack.stop();
      await redis.stop();
      await target.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
