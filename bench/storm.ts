// Three hundred kills of sixty workloads within five seconds, Slack at one message a second in a channel and refusing now and then: how soon every
// incident can be reached, how many messages the channel itself shows, and that none is lost or doubled. A real API server, Redis, the local Slack.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startLocalRedis } from '../demo/redis/start.ts';
import type { LocalSlack } from '../demo/slack/start.ts';
import { startLocalSlack } from '../demo/slack/start.ts';
import type { Message } from '../demo/slack/world.ts';
import { connectCluster } from '../src/adapters/kubernetes/connection.ts';
import { startHeadroom } from '../test/e2e/support/headroom.ts';
import type { Fleet } from './pods.ts';
import { addPods, createFleet, inParallel, markKilled } from './pods.ts';

const WORKLOADS = 60;
const ROUNDS = 5;
const REACHABLE_WITHIN_MS = 120_000;
const COUNTED_WITHIN_MS = 240_000;
const REFUSE_EVERY_MS = 10_000;

export async function benchStorm(kubeconfig: string): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-storm-${process.pid}`;
  const redis = await startLocalRedis({ dataDir });
  const slack = await startLocalSlack({ port: 0 });
  const fleet = await createFleet(connection, namespace);
  await addPods(connection, fleet, WORKLOADS - fleet.names.length);
  const target = { kubeconfig, prometheusUrl: undefined, namespaces: [namespace], watch: '10s' };
  const headroom = await startHeadroom({ target, redisUrl: redis.url, slack, stormAfter: 5 });
  const refusing = setInterval(() => slack.control.break({ rateLimitNext: 1 }), REFUSE_EVERY_MS);
  try {
    await headroom.ready;
    const started = performance.now();
    for (let round = 0; round < ROUNDS; round += 1)
      await inParallel(fleet.names, (name) => markKilled(connection, { namespace, name }));
    const killed = performance.now();
    await reported(slack, fleet, { killed, spentMs: killed - started });
  } finally {
    clearInterval(refusing);
    await headroom.stop();
    await fleet.remove();
    await connection.close();
    await slack.stop();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Storm = { readonly killed: number; readonly spentMs: number };

async function reported({ control, channelId }: LocalSlack, { names }: Fleet, { killed, spentMs }: Storm): Promise<void> {
  const all = (): readonly Message[] => control.messages(channelId);
  const own = (name: string): Message | undefined =>
    all().find((message) => keyOf(message).endsWith('/root') && message.text.includes(name));
  const since = (): string => `${((performance.now() - killed) / 1000).toFixed(1)} s`;
  await control.until(() => (names.every((name) => own(name) !== undefined) ? true : undefined), {
    withinMs: REACHABLE_WITHIN_MS,
    words: 'a message for each incident',
  });
  const reachable = since();
  const counts = new RegExp(`killed ${ROUNDS} times`);
  await control.until(() => (names.every((name) => counts.test(own(name)?.text ?? '')) ? true : undefined), {
    withinMs: COUNTED_WITHIN_MS,
    words: 'every kill counted on its message',
  });
  const keys = all().map(keyOf);
  const loud = all().filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast === true);
  const refused = control.calls().filter(({ ok, error }) => !ok && error === 'ratelimited').length;
  process.stdout.write(
    [
      `${WORKLOADS * ROUNDS} kills of ${WORKLOADS} workloads within ${(spentMs / 1000).toFixed(1)} s, ${refused} calls refused with 429`,
      `every incident reachable after ${reachable}, every kill counted on its message after ${since()}`,
      `messages in the channel’s main view: ${loud.length}; in threads: ${all().length - loud.length}; sent twice: ${keys.length - new Set(keys).size}`,
      '',
    ].join('\n'),
  );
}

const metadata = z.object({ event_payload: z.object({ key: z.string() }) });

function keyOf(message: Message): string {
  return metadata.safeParse(message.metadata).data?.event_payload.key ?? `unknown ${message.ts}`;
}
