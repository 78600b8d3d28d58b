// Asked to stop while what it needs is away: within ten seconds, as `docker stop` grants them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startDemoCluster } from '../../packages/kube-sim/src/start.ts';
import { startLocalSlack } from '../../packages/slack-sim/src/start.ts';
import { startLocalRedis } from '../../src/app/embedded/redis.ts';
import { startHeadroom } from './support/headroom.ts';

const WITHIN_MS = 10_000;

it.each(['all', 'worker', 'slack', 'watcher'] as const)(
  'stops within ten seconds while Redis and Slack are away: %s',
  async (role) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'headroom-stop-'));
    const [slack, redis] = [await startLocalSlack({ port: 0 }), await startLocalRedis({ dataDir })];
    const cluster = await startDemoCluster({ port: 0, automatic: true });
    const kubeconfig = join(dataDir, 'kubeconfig');
    await writeFile(kubeconfig, cluster.kubeconfig);
    const target = { kubeconfig, prometheusUrl: undefined, namespaces: [], watch: '10s' };
    const headroom = await startHeadroom({ target, redisUrl: redis.url, slack, role });
    try {
      await headroom.ready;
      await slack.stop();
      await redis.stop();
      await headroom.said('waiting for Redis');
      const begun = performance.now();
      expect(await headroom.stop()).toBe(0);
      expect(performance.now() - begun).toBeLessThan(WITHIN_MS);
      // Every line but the banner and the goodbye is one of the log.
      const raw = headroom
        .output()
        .split('\n')
        .filter((line) => /^\(node:|^\[ioredis\]|^IMPORTANT/.test(line));
      expect(raw).toEqual([]);
    } finally {
      await headroom.crash();
      await cluster.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
