// Everything the local Slack knows: people, groups, channels, messages, modals, home tabs. Plain data in memory; whoever changes it says so, and
// what must survive a restart (messages, homes) is written to one file.

import { randomBytes, randomInt } from 'node:crypto';
import type { UiFaults } from './ui/ui-types.ts';

export type Json = Readonly<Record<string, unknown>>;

export type User = {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly title: string;
  readonly isBot: boolean;
  readonly isGuest: boolean;
};

export type Message = {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  text: string;
  blocks: readonly Json[];
  attachments: readonly Json[];
  metadata?: Json | undefined;
  readonly threadTs?: string | undefined;
  /** A reply that the channel shows too. */
  readonly broadcast?: boolean | undefined;
  edited: boolean;
  /** Only this person sees it. */
  readonly ephemeralFor?: string | undefined;
  /** Names with who reacted so. */
  reactions?: Readonly<Record<string, readonly string[]>> | undefined;
};

export type Channel = {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  members: readonly string[];
  isArchived?: boolean;
  messages: Message[];
};

export type View = {
  readonly id: string;
  hash: string;
  readonly rootId: string;
  readonly previousId: string | undefined;
  view: Json;
  errors: Readonly<Record<string, string>>;
};

type Group = { readonly id: string; readonly handle: string; members: readonly string[] };

type Trigger = { readonly user: string; readonly expiresAt: number; used: boolean };

export type World = {
  readonly teamId: string;
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly channels: Channel[];
  readonly modals: Map<string, View[]>;
  readonly homes: Map<string, Json>;
  readonly triggers: Map<string, Trigger>;
  faults: UiFaults;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly triggerMs: number;
  /** A new, ever larger message timestamp. */
  readonly nextTs: () => string;
  /** Something people see has changed. */
  readonly changed: () => void;
  readonly onChange: (listener: () => void) => () => void;
};

/** Alice is on call, Bob leads, Carol and Dan only read along, Gina is a guest. */
export const PEOPLE = {
  alice: 'U0ALICE01',
  bob: 'U0BOB0001',
  carol: 'U0CAROL01',
  dan: 'U0DAN0001',
  gina: 'U0GINA001',
  bot: 'U0HEADRM1',
} as const;
/** Says what Slack itself says: unknown commands, an app that did not answer. */
export const SLACKBOT = 'USLACKBOT';
export const CHANNEL = { alerts: 'C0ALERTS1', fallback: 'C0PLATFM1', private: 'C0PRIVAT1' } as const;
export const GROUPS = { sreLeads: 'S0SRELEAD' } as const;
const NO_FAULTS: UiFaults = { rateLimitNext: 0, slowMs: 0, dropAnswerNext: 0, noUserGroups: false, noCharts: false };

/** `triggerMs`: how long a trigger lives. */
export function createWorld({ now, triggerMs }: Pick<World, 'now' | 'triggerMs'>): World {
  const listeners = new Set<() => void>();
  let lastTs = 0;
  return {
    teamId: 'T0LOCAL01',
    appId: 'A0HEADRM1',
    botId: 'B0HEADRM1',
    botUserId: PEOPLE.bot,
    botToken: 'xoxb-local-headroom',
    appToken: 'xapp-local-headroom',
    users: everybody(),
    groups: [{ id: GROUPS.sreLeads, handle: 'sre-leads', members: [PEOPLE.bob] }],
    channels: firstChannels(),
    modals: new Map(),
    homes: new Map(),
    triggers: new Map(),
    faults: NO_FAULTS,
    now,
    triggerMs,
    nextTs() {
      lastTs = Math.max(lastTs + 1, now() * 1000);
      return `${Math.floor(lastTs / 1e6)}.${String(lastTs % 1e6).padStart(6, '0')}`;
    },
    changed() {
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function firstChannels(): Channel[] {
  return [
    newChannel(CHANNEL.alerts, 'oom-alerts', {
      topic: 'Containers killed for memory, and their fixes',
      members: Object.values(PEOPLE),
    }),
    newChannel(CHANNEL.fallback, 'platform-alerts', {
      topic: 'What has no channel of its own any more',
      members: Object.values(PEOPLE),
    }),
    newChannel(CHANNEL.private, 'without-the-bot', { topic: 'The bot is not in here', members: [PEOPLE.alice, PEOPLE.bob] }),
  ];
}

function everybody(): readonly User[] {
  return [
    person(PEOPLE.alice, 'alice', { realName: 'Alice Archer', title: 'On-call engineer' }),
    person(PEOPLE.bob, 'bob', { realName: 'Bob Becker', title: 'SRE lead' }),
    person(PEOPLE.carol, 'carol', { realName: 'Carol Chen', title: 'Developer, checkout' }),
    person(PEOPLE.dan, 'dan', { realName: 'Dan Diaz', title: 'Developer, search' }),
    { ...person(PEOPLE.gina, 'gina', { realName: 'Gina Guest', title: 'Contractor' }), isGuest: true },
    { ...person(PEOPLE.bot, 'headroom', { realName: 'Headroom', title: 'From the kill to a verified fix' }), isBot: true },
    { ...person(SLACKBOT, 'slackbot', { realName: 'Slackbot', title: '' }), isBot: true },
  ];
}

function person(id: string, name: string, { realName, title }: { readonly realName: string; readonly title: string }): User {
  return { id, name, realName, title, isBot: false, isGuest: false };
}

function newChannel(id: string, name: string, { topic, members }: Pick<Channel, 'topic' | 'members'>): Channel {
  return { id, name, topic, members, messages: [] };
}

/** The id of the bot's direct messages with a person. */
export function directIdOf(user: string): string {
  return `D${user.slice(1)}`;
}

/** The bot's direct messages with a person, made when they were not there; undefined for an unknown person. */
export function directOf(world: World, user: string): Channel | undefined {
  const id = directIdOf(user);
  const known = channelOf(world, id);
  if (known !== undefined || !world.users.some((each) => each.id === user && !each.isBot)) return known;
  const made = newChannel(id, 'headroom', { topic: 'Direct messages', members: [user, world.botUserId] });
  world.channels.push(made);
  return made;
}

export function channelOf(world: World, id: string): Channel | undefined {
  return world.channels.find((channel) => channel.id === id || `#${channel.name}` === id || channel.name === id);
}

export function messageOf(world: World, channel: string, ts: string): Message | undefined {
  return channelOf(world, channel)?.messages.find((message) => message.ts === ts);
}

/** "V" and ten letters, as Slack's ids look. */
export function newId(prefix: string): string {
  return `${prefix}0${randomBytes(5).toString('hex').toUpperCase().slice(0, 9)}`;
}

export function newHash(world: World): string {
  return `${Math.floor(world.now() / 1000)}.${randomBytes(4).toString('hex')}`;
}

/** Works once. */
export function newTrigger(world: World, user: string): string {
  const id = `${randomInt(1e9, 1e10)}.${randomInt(1e9, 1e10)}.${randomBytes(16).toString('hex')}`;
  world.triggers.set(id, { user, expiresAt: world.now() + world.triggerMs, used: false });
  for (const [known, { expiresAt }] of world.triggers) if (expiresAt < world.now() - 60_000) world.triggers.delete(known);
  return id;
}
