// Set generous, measure under load, then tighten, through the local Slack, on the demo cluster and on a real one: a raise that stayed quiet is made seven
// days old in the ledger, the thread says that the limit may come down, and a lower one is reviewed, approved and written. The audit of all of it holds.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Message } from '../../packages/slack-sim/src/world.ts';
import type { RedisConnection } from '../../src/adapters/redis/connection.ts';
import { connectRedis } from '../../src/adapters/redis/connection.ts';
import { redisLedger } from '../../src/adapters/redis/stores/ledger.ts';
import { toBytes } from '../../src/domain/base/memory.ts';
import { DAY, toInstant } from '../../src/domain/base/time.ts';
import { silentLog } from '../fakes/telemetry.ts';
import { startDemoTarget } from './support/demo-target.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';
import { shownText } from './support/stage.ts';
import type { Target } from './support/target.ts';
import { lookAt } from './support/template.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const SIMULATED_DAYS = 8;

/** The first raise is by more than is usual. */
const POLICY = ['maxFactor: 16'];

type Place = {
  readonly name: string;
  readonly start: () => Promise<Target>;
  /** Far above what it needs: as it is typed, and as it is told. */
  readonly generous: { readonly limit: string; readonly words: string };
};

const kubeconfig = realKubeconfig();
const places: readonly Place[] = [
  { name: 'the demo cluster', start: startDemoTarget, generous: { limit: '1Gi', words: '1 GiB' } },
  ...(kubeconfig === undefined
    ? []
    : [{ name: 'a real cluster', start: () => startRealTarget(kubeconfig), generous: { limit: '800Mi', words: '800 MiB' } }]),
];

describe.each(places)('a limit that was raised, on $name', ({ start, generous }) => {
  let target: Target;
  let world: TestWorld;
  let redis: RedisConnection;

  beforeAll(async () => {
    target = await start();
    world = await startTestWorld(target);
    redis = connectRedis({ url: world.redis.url, log: silentLog });
  });

  afterAll(async () => {
    await redis.close();
    await world.stop();
  });

  async function change(
    root: Message,
    { button, limit, reason }: { readonly button: Message; readonly limit?: string; readonly reason: string },
  ) {
    const { stage } = world;
    const known = stage.replies(root).filter(({ text }) => text.includes('asks to change')).length;
    expect(await stage.click(stage.alice, button, 'review_fix')).toEqual({ ok: true });
    const form = await stage.modal(stage.alice, ({ view }) => view['callback_id'] === 'review_submit');
    expect(await stage.submit(stage.alice, form, { reason, ...(limit === undefined ? {} : { limit }) })).toEqual({ ok: true });
    const proposal = await world.slack.control.until(
      () => stage.replies(root).filter(({ text }) => text.includes('asks to change'))[known],
      { withinMs: target.patienceMs, words: 'one more proposal' },
    );
    expect(await stage.click(stage.bob, proposal, 'approve_change')).toEqual({ ok: true });
    const approval = await stage.modal(stage.bob, ({ view }) => view['callback_id'] === 'approve_submit');
    expect(await stage.submit(stage.bob, approval, { read: ['read'] })).toEqual({ ok: true });
    return form;
  }

  /** As if the change, and the kills before it, were more than a week ago. */
  async function makeOld(): Promise<void> {
    const { client } = redis;
    const { namespace, name, container } = target.deployment;
    const [changeKey = ''] = await client.keys(`headroom:ledger-change:*/${namespace}/Deployment/${name}/${container}`);
    const key = changeKey.replace('headroom:ledger-change:', '');
    const ledger = redisLedger({ client, clock: { now: () => toInstant(Date.now()) } });
    const days = Array.from({ length: SIMULATED_DAYS }, (_, day) => ({
      at: toInstant(Date.now() - day * DAY),
      bytes: toBytes(200 * 2 ** 20),
    }));
    await ledger.notePeaks(key, days);
    const text = await client.get(changeKey);
    await client.set(changeKey, aged(text ?? ''));
    const kills = `headroom:ledger-kills:${key}`;
    for (const [field, kill] of Object.entries(await client.hgetall(kills))) {
      await client.hdel(kills, field);
      await client.hset(kills, String(Number(field) - SIMULATED_DAYS * DAY), aged(kill));
    }
  }

  it('comes down again after seven days under load', async () => {
    const { stage } = world;
    const { namespace, name } = target.deployment;
    const only = { target: { ...target, namespaces: [namespace] }, policy: POLICY };
    const headroom = await world.headroom(only);
    const root = await stage.root(`${namespace}/${name}`, ({ text }) => text.startsWith('OOMKilled'));
    await stage.reply(root, 'Why it was killed');
    await change(root, { button: root, limit: generous.limit, reason: 'Generous first, then measured.' });
    await stage.reply(root, /^Quiet: .*no kill in/);
    expect((await lookAt(target)).limit).toBe(generous.limit);

    expect(await headroom.stop()).toBe(0);
    await makeOld();
    await world.headroom(only);
    const measured = await stage.reply(root, new RegExp(`^8 days after P-\\d+: the limit of ${generous.words} held`));
    expect(shownText(measured)).toMatch(/It may be lowered\. New limit \d+Mi/);
    const form = await change(root, { button: measured, reason: 'It was measured for a week.' });
    expect(shownText(form)).toContain('Lower memory limit');
    await world.slack.control.until(
      () => stage.replies(root).filter(({ text }) => text.startsWith('Quiet:')).length === 2 || undefined,
      { withinMs: target.patienceMs, words: 'the lower limit is quiet, too' },
    );
    expect(Number(/^(\d+)Mi$/.exec((await lookAt(target)).limit ?? '')?.[1])).toBeLessThan(700);

    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'audit', 'verify'], {
      env: { REDIS_URL: world.redis.url },
    });
    expect(stdout).toMatch(/^Intact: \d+ records/);
    const exported = await promisify(execFile)(process.execPath, [MAIN, 'audit', 'export'], {
      env: { REDIS_URL: world.redis.url },
    });
    const actions = exported.stdout
      .trim()
      .split('\n')
      .map((line) => z.object({ event: z.object({ action: z.string() }) }).parse(JSON.parse(line)).event.action);
    expect(actions.filter((action) => action !== 'policy')).toEqual([
      ...['propose', 'approve', 'begin', 'write', 'roll-out', 'close'],
      'tighten',
      ...['propose', 'approve', 'begin', 'write', 'roll-out', 'close'],
    ]);
  });
});

function aged(text: string): string {
  const value = z.looseObject({ at: z.number() }).parse(JSON.parse(text));
  return JSON.stringify({ ...value, at: value.at - SIMULATED_DAYS * DAY });
}
