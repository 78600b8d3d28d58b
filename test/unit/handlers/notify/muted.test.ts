// Expected kills: recorded and counted, told to nobody, and told again when the time is over or somebody takes the mute back.

import { describe, expect, it } from 'vitest';
import { HOUR, toInstant } from '../../../../src/domain/base/time.ts';
import { muteKey } from '../../../../src/domain/incident/mute.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { createBot, killedPod } from '../support/bot.ts';

const WORKLOAD = { namespace: 'payments', kind: 'Deployment', name: 'checkout-api' };

function expecting() {
  const world = createFakeWorld();
  const bot = createBot(world);
  const kill = async (containerId: string): Promise<void> => {
    await bot.watch(killedPod(world, containerId), { initial: false });
    await bot.drain();
  };
  const mute = async (): Promise<void> => {
    const now = world.clock.now();
    const until = toInstant(now + HOUR);
    await world.ports.mutes.put({ cluster: 'prod', workload: WORKLOAD, by: 'UALICE', at: now, until, reason: 'load test' });
  };
  const only = async () => {
    const [incident] = await world.ports.incidents.list({ state: 'all', limit: 10 });
    return incident;
  };
  return { world, kill, mute, only };
}

describe('a muted workload', () => {
  it('has its kills recorded and told to nobody', async () => {
    const { world, kill, mute, only } = expecting();
    await mute();
    await kill('one');
    await kill('two');
    expect(world.slack.sent).toEqual([]);
    expect(await only()).toMatchObject({ killCount: 2, muted: { by: 'UALICE' }, thread: [] });
  });

  it('is told of at the first kill after the mute, with all that were counted', async () => {
    const { world, kill, mute, only } = expecting();
    await mute();
    await kill('one');
    world.clock.advance(2 * HOUR);
    await kill('two');
    expect(world.slack.sent.map(({ kind }) => kind)).toEqual(['root', 'explanation']);
    expect(await only()).toMatchObject({ killCount: 2 });
  });

  it('is told of again once the mute is taken back', async () => {
    const { world, kill, mute } = expecting();
    await mute();
    await kill('one');
    await world.ports.mutes.remove(muteKey({ cluster: 'prod', workload: WORKLOAD }));
    await kill('two');
    expect(world.slack.sent.map(({ kind }) => kind)).toEqual(['root', 'explanation']);
  });

  it('does not hide what was told before', async () => {
    const { world, kill, mute, only } = expecting();
    await kill('one');
    await mute();
    await kill('two');
    expect(world.slack.sent.map(({ kind }) => kind)).toEqual(['root', 'explanation']);
    expect((await only())?.killCount).toBe(2);
  });

  it('leaves others alone', async () => {
    const { world, kill } = expecting();
    const now = world.clock.now();
    const other = { ...WORKLOAD, name: 'search' };
    await world.ports.mutes.put({
      cluster: 'prod',
      workload: other,
      by: 'UALICE',
      at: now,
      until: toInstant(now + HOUR),
      reason: '',
    });
    await kill('one');
    expect(world.slack.sent).toHaveLength(2);
  });
});
