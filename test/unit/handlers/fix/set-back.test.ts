// A change that held and was set back by somebody is not blamed for the next kill.

import { expect, it } from 'vitest';
import { renderMessage } from '../../../../src/adapters/slack/render.ts';
import { DAY, MINUTE } from '../../../../src/domain/base/time.ts';
import type { Message } from '../../../../src/ports/messenger.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { createBot, killedPod, soon } from '../support/bot.ts';

it('names the change and the limit that the next kill was really at', async () => {
  const world = createFakeWorld();
  const bot = createBot(world);
  const told = new Map<string, Message>();
  const { post, edit } = world.slack;
  world.slack.post = (message, place) => post(message, place).finally(() => told.set(message.kind, message));
  world.slack.edit = (message, posted) => edit(message, posted).finally(() => told.set(message.kind, message));
  await bot.watch(killedPod(world), { initial: false });
  await bot.drain();
  const asked = { incidentId: 'OOM-1001', requester: 'UALICE', limit: '384Mi', request: undefined, reason: 'It needs more.' };
  await bot.propose.propose(asked, soon());
  await bot.decide.decide({ proposalId: 'P-1', version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  await bot.drain();
  expect(await world.ports.incidents.get('OOM-1001')).toMatchObject({ state: 'resolved' });
  world.clock.advance(DAY);
  await bot.watch(killedPod(world, 'later', 256), { initial: false });
  await bot.drain();
  world.clock.advance(MINUTE);
  await bot.drain();
  const words = (kind: string): string => {
    const message = told.get(kind);
    const shown = message === undefined ? undefined : renderMessage(message, false);
    return `${shown?.text} ${shown?.strip?.text}`;
  };
  expect(words('again')).toContain('Killed at 256 MiB, not at the 384 MiB of P-1.');
  expect(words('root')).toContain('killed at 256 MiB, not at the 384 MiB of P-1');
});
