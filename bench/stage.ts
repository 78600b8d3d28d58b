// What a figure of the whole bot is measured on: a fleet of pods on a real API server, a real Redis, the local Slack, and the bot as its own process.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalSlack } from '../packages/slack-sim/src/start.ts';
import { startLocalSlack } from '../packages/slack-sim/src/start.ts';
import type { ClusterConnection } from '../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../src/adapters/kubernetes/client/connection.ts';
import { startLocalRedis } from '../src/app/embedded/redis.ts';
import type { Headroom } from '../test/e2e/support/headroom.ts';
import { startHeadroom } from '../test/e2e/support/headroom.ts';
import type { Fleet } from './pods.ts';
import { addPods, createFleet } from './pods.ts';

export type Stage = {
  readonly connection: ClusterConnection;
  readonly slack: LocalSlack;
  readonly fleet: Fleet;
  /** With every role in one process, watching the fleet; resolves when it is ready. Stopped with the stage. */
  startBot(options: BotOptions): Promise<Headroom>;
};

export type BotOptions = { readonly prometheusUrl: string | undefined; readonly stormAfter?: number };

/** Everything is there while the work is done, and gone afterwards. */
export async function onStage(
  { kubeconfig, pods }: { readonly kubeconfig: string; readonly pods: number },
  work: (stage: Stage) => Promise<void>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const redis = await startLocalRedis({ dataDir });
  const slack = await startLocalSlack({ port: 0 });
  const fleet = await createFleet(connection, `headroom-bench-${process.pid}`);
  let bot: Headroom | undefined;
  const startBot = async ({ prometheusUrl, ...options }: BotOptions): Promise<Headroom> => {
    const target = { kubeconfig, prometheusUrl, namespaces: [fleet.namespace], watch: '10s' };
    bot = await startHeadroom({ target, redisUrl: redis.url, slack, ...options });
    await bot.ready;
    return bot;
  };
  try {
    await addPods(connection, fleet, pods - fleet.names.length);
    await work({ connection, slack, fleet, startBot });
  } finally {
    await bot?.stop();
    await fleet.remove();
    await connection.close();
    await slack.stop();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
