// Quiet is called what was watched: a time nobody watched makes the window longer, after a change and without one, and the words say so.

import { describe, expect, it } from 'vitest';
import { rootView } from '../../../../src/adapters/slack/views/incident/root.ts';
import { DAY, HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import type { Proposal } from '../../../../src/domain/change/proposal.ts';
import { scopesOf } from '../../../../src/domain/coverage/watched.ts';
import type { Incident } from '../../../../src/domain/incident/incident.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { policy } from '../../../support/build.ts';
import { createBot, killedPod, soon } from '../support/bot.ts';

const INCIDENT = 'OOM-1001';
const RULES = policy({ watchFloor: policy().watchCeiling });

async function killed() {
  const world = createFakeWorld();
  const bot = createBot(world, RULES);
  await bot.watch(killedPod(world), { initial: false });
  await bot.drain();
  const incident = async (): Promise<Incident> => {
    const found = await world.ports.incidents.get(INCIDENT);
    if (found === undefined) throw new Error('there is no incident');
    return found;
  };
  const passed = (lengthMs: number, away = false): void => {
    world.watcher.away = away;
    world.clock.advance(lengthMs);
  };
  return { world, bot, incident, passed };
}

function words(incident: Incident, proposal?: Proposal): string {
  return JSON.stringify(rootView({ incident, proposal }));
}

describe('an incident without a change', () => {
  it('is resolved when it was watched for as long as the policy says, and tells how long', async () => {
    const { bot, incident, passed } = await killed();
    passed(DAY + HOUR);
    expect(await bot.sweep()).toMatchObject({ resolved: 1 });
    expect(await incident()).toMatchObject({ state: 'resolved', watched: { gaps: [] } });
    expect(words(await incident())).toContain('No kill in 25 hours of watching');
  });

  it('stays open when nobody watched for a while, says so, and is resolved that much later', async () => {
    const { world, bot, incident, passed } = await killed();
    passed(HOUR);
    passed(5 * HOUR, true);
    passed(DAY - 5 * HOUR);
    expect(await bot.sweep()).toMatchObject({ resolved: 0 });
    expect(await incident()).toMatchObject({ state: 'open', watched: { gaps: [{ until: world.clock.now() - DAY + 5 * HOUR }] } });
    expect(words(await incident())).toMatch(/not watched from .* to .*: it is quiet if none is seen until/);
    const { version } = await incident();
    expect(await bot.sweep()).toMatchObject({ resolved: 0 });
    expect((await incident()).version).toBe(version);
    passed(5 * HOUR);
    expect(await bot.sweep()).toMatchObject({ resolved: 1 });
    expect(words(await incident())).toMatch(/No kill in .* of watching, without a change \(not watched from/);
  });

  it('stays open while nobody watches', async () => {
    const { bot, incident, passed } = await killed();
    passed(2 * DAY, true);
    expect(await bot.sweep()).toMatchObject({ resolved: 0 });
    expect(words(await incident())).toMatch(/not watched since .*: it stays open/);
  });

  it.each([
    { name: 'only other namespaces were watched', scopes: scopesOf('prod', { only: ['another'], excluded: [] }) },
    { name: 'its namespace was left out', scopes: scopesOf('prod', { only: [], excluded: ['payments'] }) },
  ])('stays open when $name, and is resolved when its own was watched', async ({ scopes }) => {
    const { world, bot, incident, passed } = await killed();
    world.watcher.scopes = scopes;
    passed(2 * DAY);
    expect(await bot.sweep()).toMatchObject({ resolved: 0 });
    expect(words(await incident())).toMatch(/not watched since .*: it stays open/);
    world.watcher.scopes = scopesOf('prod', { only: ['payments'], excluded: [] });
    passed(DAY + HOUR);
    expect(await bot.sweep()).toMatchObject({ resolved: 1 });
  });

  it('says nothing of it any more once it was killed again', async () => {
    const { world, bot, incident, passed } = await killed();
    passed(2 * DAY, true);
    await bot.sweep();
    world.watcher.away = false;
    await bot.watch(killedPod(world, 'second'), { initial: false });
    await bot.drain();
    expect(await incident()).toMatchObject({ state: 'open', killCount: 2 });
    expect((await incident()).watched).toBeUndefined();
  });
});

/** A change that is rolled out and being watched for a day. */
async function observing() {
  const started = await killed();
  const { world, bot } = started;
  const asked = { incidentId: INCIDENT, requester: 'UALICE', limit: '384Mi', request: undefined, reason: 'It needs more.' };
  await bot.propose.propose(asked, soon());
  const stored = async (): Promise<Proposal> => {
    const proposal = await world.ports.proposals.get('P-1');
    if (proposal === undefined) throw new Error('there is no proposal');
    return proposal;
  };
  const { id, revision } = await stored();
  await bot.decide.decide({ proposalId: id, version: revision, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  await bot.apply({ proposalId: id }, soon());
  const verify = () => bot.verify({ proposalId: id }, soon());
  await verify();
  expect(await stored()).toMatchObject({ state: { kind: 'observing' } });
  return { ...started, stored, verify };
}

describe('a change', () => {
  it('is quiet when the whole window was watched', async () => {
    const { stored, verify, passed } = await observing();
    passed(DAY - MINUTE);
    expect(await verify()).toMatchObject({ kind: 'later' });
    passed(MINUTE);
    expect(await verify()).toEqual({ kind: 'verdict', verdict: 'quiet' });
    expect(await stored()).toMatchObject({ state: { verdict: { kind: 'quiet', watchedMs: DAY } } });
  });

  it('is not called quiet at the end of a window that nobody watched', async () => {
    const { stored, verify, passed, incident } = await observing();
    passed(2 * DAY, true);
    expect(await verify()).toMatchObject({ kind: 'later' });
    expect(words(await incident(), await stored())).toMatch(/not watched since .*goes on when somebody watches again/);
  });

  it('is watched for longer by the time nobody watched, once and for all, and tells it', async () => {
    const { world, stored, verify, passed, incident } = await observing();
    passed(HOUR);
    passed(5 * HOUR, true);
    passed(DAY - 6 * HOUR);
    expect(await verify()).toMatchObject({ kind: 'later', afterMs: 4 * HOUR });
    const { state, version } = await stored();
    expect(state).toMatchObject({ kind: 'observing', windowMs: DAY, until: world.clock.now() + 5 * HOUR });
    expect(words(await incident(), await stored())).toMatch(/later than planned because it was not watched from/);
    passed(HOUR);
    expect(await verify()).toMatchObject({ kind: 'later' });
    expect((await stored()).version).toBe(version);
    passed(4 * HOUR);
    expect(await verify()).toEqual({ kind: 'verdict', verdict: 'quiet' });
    expect(await stored()).toMatchObject({ state: { verdict: { watchedMs: DAY, unwatched: [{}] } } });
    expect(words(await incident(), await stored())).toMatch(/no kill in 1 day of watching \(not watched from/);
  });

  it('is quiet over an absence so short that the re-read covers it, and says so', async () => {
    const { stored, verify, passed, incident } = await observing();
    passed(HOUR);
    passed(2 * MINUTE, true);
    passed(DAY - HOUR - 2 * MINUTE);
    expect(await verify()).toEqual({ kind: 'verdict', verdict: 'quiet' });
    expect((await stored()).state).not.toHaveProperty('verdict.unwatched');
    expect(words(await incident(), await stored())).toContain(
      'no kill in 1 day of watching (short absences of 2 minutes in all, with every pod read after each)',
    );
  });

  it('is quiet over a kill of a pod that still had the old limit, and says so', async () => {
    const { world, bot, stored, verify, passed, incident } = await observing();
    passed(HOUR);
    await bot.watch(killedPod(world, 'old', 256), { initial: false });
    await bot.drain();
    passed(DAY);
    await verify();
    expect(await stored()).toMatchObject({ state: { verdict: { kind: 'quiet', otherKills: 1 } } });
    expect(words(await incident(), await stored())).toMatch(
      /no kill in .* of watching with the new limit \(1 with another limit meanwhile\)/,
    );
  });
});
