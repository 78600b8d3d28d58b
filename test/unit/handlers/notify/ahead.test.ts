// What a process whose clock was ahead has noted: it delays nothing for longer than it was to.

import { describe, expect, it } from 'vitest';
import { DAY, HOUR, isRecentlyNoted, MINUTE, SECOND, toInstant } from '../../../../src/domain/base/time.ts';
import { entryOf, withEntry } from '../../../../src/domain/incident/incident.ts';
import { withReminder } from '../../../../src/domain/incident/reminder.ts';
import type { FakeWorld } from '../../../fakes/world.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { incident, NOW } from '../../../support/build.ts';
import { INCIDENT } from '../support/alerted.ts';
import { createBot, killedPod } from '../support/bot.ts';

/** The root message as somebody else noted it. */
async function noteRoot(world: FakeWorld, change: { readonly sendingSince?: number; readonly shownAt?: number }): Promise<void> {
  await world.ports.incidents.update(INCIDENT, (current) => {
    const root = entryOf(current, 'root');
    if (root === undefined) return current;
    const { sendingSince, shownAt } = change;
    return withEntry(current, {
      ...root,
      ...(sendingSince === undefined ? {} : { sendingSince: toInstant(sendingSince), posted: undefined }),
      ...(shownAt === undefined || root.posted === undefined ? {} : { posted: { ...root.posted, shownAt: toInstant(shownAt) } }),
    });
  });
}

describe('a message that a process with a clock a day ahead', () => {
  it('was about to send is sent within the usual wait, and not at once: it may be under way', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    await bot.watch(killedPod(world), { initial: false });
    const crash = new Error('killed before it was sent');
    world.slack.post = () => Promise.reject(crash);
    await expect(bot.drain()).rejects.toBe(crash);
    await noteRoot(world, { sendingSince: world.clock.now() + DAY });
    const sent: string[] = [];
    world.slack.post = async (message, place) => {
      sent.push(message.kind);
      return { channel: place.channel, id: String(sent.length), fingerprint: 'x' };
    };
    for (let looks = 0; looks < 12; looks += 1) {
      expect(await bot.post({ incidentId: INCIDENT })).toMatchObject({ kind: 'later' });
      world.clock.advance(SECOND);
    }
    await bot.post({ incidentId: INCIDENT });
    expect(sent).toContain('root');
  });

  it('has edited is edited at once when its counter changes', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    await bot.watch(killedPod(world), { initial: false });
    await bot.drain();
    await noteRoot(world, { shownAt: world.clock.now() + DAY });
    world.clock.advance(MINUTE);
    await bot.watch(killedPod(world, 'another-container-id'), { initial: false });
    const before = world.clock.now();
    await bot.drain();
    expect(world.slack.edits).toBeGreaterThan(0);
    expect(world.clock.now() - before).toBeLessThan(MINUTE);
  });

  it('has reminded of is reminded of again', () => {
    const at = toInstant(NOW + DAY);
    const reminded = incident({ killCount: 40, thread: [{ key: 'reminder/20', subject: { kind: 'reminder', kills: 20, at } }] });
    expect(withReminder(reminded, 10, NOW).thread.map(({ key }) => key)).toEqual(['reminder/20', 'reminder/40']);
  });
});

it.each([
  { name: 'just now', atMs: 0, recent: true },
  { name: 'by a clock that is a little ahead', atMs: 30 * SECOND, recent: true },
  { name: 'long ago', atMs: -HOUR, recent: false },
  { name: 'by a clock that is far ahead', atMs: HOUR, recent: false },
])('what was noted $name is recent: $recent', ({ atMs, recent }) => {
  expect(isRecentlyNoted(toInstant(NOW + atMs), NOW, MINUTE)).toBe(recent);
});
