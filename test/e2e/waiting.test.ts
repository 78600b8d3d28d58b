// A Redis, an API server or a Slack that is not there yet is waited for, with a line that says so; when it comes, the bot works.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoCluster } from '../../packages/kube-sim/src/start.ts';
import type { LocalSlack } from '../../packages/slack-sim/src/start.ts';
import { startLocalSlack } from '../../packages/slack-sim/src/start.ts';
import { freePort, startLocalRedis } from '../../src/app/embedded/redis.ts';
import { startHeadroom } from './support/headroom.ts';

describe('what is not there yet', () => {
  let dataDir: string;
  let slack: LocalSlack;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'headroom-waiting-'));
    slack = await startLocalSlack({ port: 0 });
  });

  afterAll(async () => {
    await slack.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is waited for: Redis first, then the API server', async () => {
    const [redisPort, clusterPort] = [await freePort(), await freePort()];
    const kubeconfig = join(dataDir, 'kubeconfig');
    const early = await startDemoCluster({ port: clusterPort, automatic: false, token: 'the-same' });
    await writeFile(kubeconfig, early.kubeconfig);
    await early.stop();
    const target = { kubeconfig, prometheusUrl: undefined, namespaces: [], watch: '10s' };
    const headroom = await startHeadroom({ target, redisUrl: `redis://:secret-word@127.0.0.1:${redisPort}/0`, slack });
    await headroom.said('waiting for Redis');
    const redis = await startLocalRedis({ dataDir, port: redisPort });
    await headroom.said('waiting for the API server');
    const cluster = await startDemoCluster({ port: clusterPort, automatic: false, token: 'the-same' });
    await headroom.ready;
    expect(headroom.output()).not.toContain('secret-word');
    expect(await headroom.stop()).toBe(0);
    await cluster.stop();
    await redis.stop();
  });
});
