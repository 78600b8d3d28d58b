// Looking after an incident: who may, what is told in the thread, what wakes a snooze, and that each deed can be taken back.

import { describe, expect, it } from 'vitest';
import { endExpectation } from '../../../../handlers/triage/expect.ts';
import { createCare } from '../../../../handlers/triage/triage.ts';
import type { CareWish } from '../../../../src/api/conversation.ts';
import { DAY, HOUR, SECOND, toInstant, toMillis } from '../../../../src/domain/base/time.ts';
import { KILLS_THAT_WAKE, nextMorning } from '../../../../src/domain/incident/care.ts';
import type { Incident } from '../../../../src/domain/incident/incident.ts';
import type { Note } from '../../../../src/domain/incident/note.ts';
import type { People, Person } from '../../../../src/ports/people.ts';
import { createFakeWorld, fakePeople } from '../../../fakes/world.ts';
import { createBot, killedPod } from '../support/bot.ts';

const INCIDENT = 'OOM-1001';
const ACKNOWLEDGE = { kind: 'acknowledge' } as const;
const SNOOZE = { kind: 'snooze', choice: '1h' } as const;
const EXPECT = { kind: 'expect', length: toMillis(DAY), reason: 'a load test' } as const;
const ASSIGN = { kind: 'assign', to: 'UCAROL' } as const;

async function alerted(people: People = fakePeople()) {
  const world = createFakeWorld();
  const bot = createBot(world);
  const care = createCare({ ...world.ports, people });
  const kill = async (containerId: string): Promise<void> => {
    await bot.watch(killedPod(world, containerId), { initial: false });
    await bot.drain();
  };
  await kill('first');
  return {
    world,
    kill,
    async do(wish: CareWish, person = 'UALICE') {
      world.clock.advance(SECOND);
      const outcome = await care({ incidentId: INCIDENT, person, wish });
      await bot.drain();
      return outcome;
    },
    async incident(): Promise<Incident> {
      const incident = await world.ports.incidents.get(INCIDENT);
      if (incident === undefined) throw new Error('no incident');
      return incident;
    },
    async sweep(): Promise<void> {
      await bot.sweep();
      await bot.drain();
    },
  };
}

type Alerted = Awaited<ReturnType<typeof alerted>>;

async function notes({ incident }: Alerted): Promise<readonly Note[]> {
  return (await incident()).thread.flatMap(({ subject }) => (subject.kind === 'note' ? [subject.note] : []));
}

function told({ world }: Alerted): number {
  return world.slack.sent.filter(({ kind }) => kind === 'note').length;
}

describe('acknowledging', () => {
  it('keeps the first name, tells the thread once, and can be taken back', async () => {
    const bot = await alerted();
    expect(await bot.do(ACKNOWLEDGE)).toEqual({ kind: 'done' });
    expect(await bot.do(ACKNOWLEDGE, 'UBOB')).toMatchObject({ kind: 'nothing' });
    expect((await bot.incident()).acknowledgedBy?.person).toBe('UALICE');
    expect(told(bot)).toBe(1);
    expect(await bot.do({ kind: 'undo', what: 'acknowledge' }, 'UBOB')).toEqual({ kind: 'done' });
    expect((await bot.incident()).acknowledgedBy).toBeUndefined();
    expect(await notes(bot)).toMatchObject([
      { deed: { kind: 'acknowledge' }, by: 'UALICE' },
      { deed: { kind: 'undo', what: 'acknowledge' }, by: 'UBOB' },
    ]);
    expect(await bot.do({ kind: 'undo', what: 'acknowledge' })).toMatchObject({ kind: 'nothing' });
  });
});

describe('assigning', () => {
  it('names who and by whom, the newest counts, and can be taken back', async () => {
    const bot = await alerted();
    await bot.do(ASSIGN);
    expect(await bot.do(ASSIGN)).toMatchObject({ kind: 'nothing' });
    await bot.do({ kind: 'assign', to: 'UBOB' });
    expect((await bot.incident()).assigned).toMatchObject({ to: 'UBOB', by: 'UALICE' });
    await bot.do({ kind: 'undo', what: 'assign' });
    expect((await bot.incident()).assigned).toBeUndefined();
  });

  it('is refused for who does not belong here', async () => {
    const people: People = {
      ...fakePeople(),
      person: async (id): Promise<Person> => ({ id, name: id, standing: id === 'UCAROL' ? 'bot' : 'full' }),
    };
    const bot = await alerted(people);
    expect(await bot.do(ASSIGN)).toMatchObject({ kind: 'refused' });
    expect((await bot.incident()).assigned).toBeUndefined();
  });
});

describe('snoozing', () => {
  it('ends by itself when its time is over, and says so once', async () => {
    const bot = await alerted();
    await bot.do(SNOOZE);
    expect((await bot.incident()).snoozed).toMatchObject({ by: 'UALICE', kills: 1 });
    await bot.sweep();
    expect((await bot.incident()).snoozed).toBeDefined();
    bot.world.clock.advance(HOUR);
    await bot.sweep();
    await bot.sweep();
    expect((await bot.incident()).snoozed).toBeUndefined();
    expect(await notes(bot)).toMatchObject([{ deed: { kind: 'snooze' } }, { kind: 'woken', why: 'time', snoozedBy: 'UALICE' }]);
  });

  it('is ended by as many kills more', async () => {
    const bot = await alerted();
    await bot.do(SNOOZE);
    for (let count = 1; count < KILLS_THAT_WAKE; count += 1) await bot.kill(`more-${count}`);
    expect((await bot.incident()).snoozed).toBeDefined();
    await bot.kill('the-last');
    expect((await bot.incident()).snoozed).toBeUndefined();
    expect((await notes(bot)).at(-1)).toMatchObject({ kind: 'woken', why: 'kills' });
  });

  it('is ended by whoever likes', async () => {
    const bot = await alerted();
    await bot.do(SNOOZE);
    await bot.do({ kind: 'undo', what: 'snooze' }, 'UBOB');
    expect((await bot.incident()).snoozed).toBeUndefined();
  });

  it('is over when it is resolved', async () => {
    const bot = await alerted();
    await bot.do({ kind: 'snooze', choice: '1w' });
    bot.world.clock.advance(2 * DAY);
    await bot.sweep();
    expect((await bot.incident()).state).toBe('resolved');
    expect(await bot.do(ACKNOWLEDGE)).toMatchObject({ kind: 'nothing' });
  });
});

describe('expecting', () => {
  it('mutes the workload, says so, and can be taken back', async () => {
    const bot = await alerted();
    expect(await bot.do(EXPECT)).toEqual({ kind: 'done' });
    expect(await bot.world.ports.mutes.list()).toMatchObject([{ workload: { name: 'checkout-api' }, reason: 'a load test' }]);
    expect((await bot.incident()).muted).toMatchObject({ by: 'UALICE' });
    await bot.do({ kind: 'undo', what: 'expect' }, 'UBOB');
    expect(await bot.world.ports.mutes.list()).toEqual([]);
    expect((await bot.incident()).muted).toBeUndefined();
    expect(await bot.do({ kind: 'undo', what: 'expect' })).toMatchObject({ kind: 'nothing' });
  });

  it('is over at its time, and the thread says so', async () => {
    const bot = await alerted();
    await bot.do({ ...EXPECT, length: toMillis(HOUR) });
    bot.world.clock.advance(2 * HOUR);
    await bot.sweep();
    expect((await bot.incident()).muted).toBeUndefined();
    expect((await notes(bot)).at(-1)).toMatchObject({ kind: 'expected-over', by: 'UALICE' });
  });

  it('may be ended from elsewhere, and the message shows it', async () => {
    const bot = await alerted();
    await bot.do(EXPECT);
    const { namespace, kind, name } = (await bot.incident()).workload;
    await endExpectation(bot.world.ports, { cluster: 'prod', workload: { namespace, kind, name } }, 'UBOB');
    expect((await bot.incident()).muted).toBeUndefined();
  });

  it.each([
    { name: 'no reason', wish: { ...EXPECT, reason: ' ' } },
    { name: 'too long a time', wish: { ...EXPECT, length: toMillis(91 * DAY) } },
    { name: 'too short a time', wish: { ...EXPECT, length: toMillis(SECOND) } },
  ])('with $name is refused', async ({ wish }) => {
    const bot = await alerted();
    expect(await bot.do(wish)).toMatchObject({ kind: 'refused' });
    expect(await bot.world.ports.mutes.list()).toEqual([]);
  });
});

describe('who may', () => {
  it.each([
    { standing: 'full', cares: true, silences: true },
    { standing: 'guest', cares: true, silences: false },
    { standing: 'stranger', cares: false, silences: false },
    { standing: 'bot', cares: false, silences: false },
    { standing: 'deactivated', cares: false, silences: false },
  ] as const)('$standing', async ({ standing, cares, silences }) => {
    const bot = await alerted(fakePeople(standing));
    expect((await bot.do(ACKNOWLEDGE)).kind).toBe(cares ? 'done' : 'refused');
    expect((await bot.do(EXPECT)).kind).toBe(silences ? 'done' : 'refused');
  });

  it('nobody, of what is not known', async () => {
    const { world } = await alerted();
    const care = createCare(world.ports);
    expect(await care({ incidentId: 'OOM-9', person: 'UALICE', wish: ACKNOWLEDGE })).toMatchObject({ kind: 'refused' });
  });
});

describe('tomorrow at nine', () => {
  const at = (iso: string) => toInstant(Date.parse(iso));

  it.each([
    { now: '2026-11-24T02:47:11Z', zone: 'UTC', next: '2026-11-25T09:00:00Z' },
    { now: '2026-11-24T23:30:00Z', zone: 'Europe/Berlin', next: '2026-11-26T08:00:00Z' },
    { now: '2026-11-24T02:47:00Z', zone: 'America/New_York', next: '2026-11-24T14:00:00Z' },
    { now: '2026-11-24T12:00:00Z', zone: 'Asia/Kolkata', next: '2026-11-25T03:30:00Z' },
    { now: '2026-11-24T12:00:00Z', zone: 'no/such', next: '2026-11-25T09:00:00Z' },
  ])('from $now in $zone', ({ now, zone, next }) => {
    expect(new Date(nextMorning(at(now), zone)).toISOString()).toBe(new Date(next).toISOString());
  });
});
