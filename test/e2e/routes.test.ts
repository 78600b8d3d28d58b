// Where an incident is told and whose it is, by the built program: the first route that fits by cluster, namespace, kind, labels and severity; and what the
// pod's own annotation asks for instead. Its owner is mentioned once, however often its message changes.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Message } from '../../packages/slack-sim/src/world.ts';
import { eventually } from '../contract/cluster/cluster-support.ts';
import type { DemoTarget } from './support/demo-target.ts';
import { startDemoTarget } from './support/demo-target.ts';
import { shownText } from './support/stage.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const WORKLOAD = 'payments/checkout-api';
const DEPLOYMENT = '/apis/apps/v1/namespaces/payments/deployments/checkout-api';
const PODS = '/api/v1/namespaces/payments/pods';
const WITHIN_MS = 90_000;

const pods = z.object({
  items: z.array(z.object({ metadata: z.object({ annotations: z.record(z.string(), z.string()).optional() }) })).min(1),
});

describe('an incident', () => {
  let target: DemoTarget;
  let world: TestWorld;

  beforeEach(async () => {
    target = await startDemoTarget({ only: WORKLOAD });
    world = await startTestWorld(target);
  });

  afterEach(async () => {
    await world.stop();
  });

  async function run(): Promise<void> {
    const { fallbackChannelId, groups } = world.slack;
    const place = 'clusters: ["c*"], namespaces: ["pay*"], kinds: [Deployment], severities: [warning]';
    await world.headroom({
      environment: { CLUSTER_NAME: 'c1' },
      rules: [
        'routes:',
        // None of these fits, each for one reason.
        '  - { clusters: ["dev-*"], channel: C0NOWHERE }',
        '  - { namespaces: ["!pay*"], channel: C0NOWHERE }',
        '  - { kinds: [CronJob, "*Set"], channel: C0NOWHERE }',
        '  - { labels: { app.kubernetes.io/name: "search*" }, channel: C0NOWHERE }',
        '  - { severities: [critical, info], channel: C0NOWHERE }',
        `  - { ${place}, labels: { app.kubernetes.io/name: "checkout-*" }, channel: ${fallbackChannelId}, owner: ${groups.sreLeads} }`,
      ].join('\n'),
    });
  }

  function killOne(): Promise<string> {
    const { namespace, name } = target.deployment;
    const look = (): string | undefined => {
      try {
        return target.demo.control.killNow(namespace, name);
      } catch {
        return undefined;
      }
    };
    return world.slack.control.until(look, { withinMs: WITHIN_MS, words: 'a container that runs' });
  }

  function explained(channel: string): Promise<Message> {
    const look = (): Message | undefined =>
      world.slack.control.messages(channel).find((message) => /Likely cause/.test(shownText(message)));
    return world.slack.control.until(look, { withinMs: WITHIN_MS, words: 'its message with its cause' });
  }

  it('goes to the channel of the first route that fits, and mentions its owner once', async () => {
    const { control, channelId, fallbackChannelId, groups, people } = world.slack;
    await run();
    await killOne();
    const root = await explained(fallbackChannelId);
    await control.action({
      as: people.alice,
      where: { kind: 'message', channel: fallbackChannelId, ts: root.ts },
      blockId: blockOf(root, 'care:acknowledge'),
      actionId: 'care:acknowledge',
    });
    await control.until(() => control.messages().find((message) => /acknowledged it/.test(shownText(message))), {
      withinMs: WITHIN_MS,
      words: 'the line that says who looks after it',
    });

    expect(control.messages(channelId)).toEqual([]);
    const mentions = control
      .messages()
      .map((message) => JSON.stringify(message).split(`<!subteam^${groups.sreLeads}`).length - 1);
    expect(mentions.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('goes where its pod’s annotation asks for, and to whom', async () => {
    const { control, channelId, fallbackChannelId, people } = world.slack;
    const annotations = { 'headroom.dev/channel': channelId, 'headroom.dev/owner': people.bob };
    await target.connection.json({
      method: 'PATCH',
      path: DEPLOYMENT,
      contentType: 'application/json-patch+json',
      body: [{ op: 'add', path: '/spec/template/metadata/annotations', value: annotations }],
      signal: AbortSignal.timeout(10_000),
    });
    await eventually('pods of the new template only', WITHIN_MS, async () => {
      const found = pods.parse(await target.connection.json({ path: PODS, signal: AbortSignal.timeout(10_000) })).items;
      return found.every(({ metadata }) => metadata.annotations?.['headroom.dev/channel'] === channelId) ? true : undefined;
    });
    await run();
    await killOne();
    const root = await explained(channelId);

    expect(shownText(root)).toContain(`<@${people.bob}>`);
    expect(shownText(root)).toContain('checkout-api');
    expect(control.messages(fallbackChannelId)).toEqual([]);
  });
});

function blockOf({ blocks }: Message, actionId: string): string {
  return String(blocks.find((block) => JSON.stringify(block).includes(actionId))?.['block_id']);
}
