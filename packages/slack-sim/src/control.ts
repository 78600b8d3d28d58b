// The local Slack in the hands of its page and of tests: look, act as a person, break things.

import type { PeopleAct } from './people/people-act.ts';
import { COMMANDS } from './people/sayings.ts';
import { SHORTCUTS } from './people/shortcuts.ts';
import type { SocketMode } from './socket/socket-mode.ts';
import type { UiAnswer, UiMessage, UiRequests, UiState } from './ui/ui-types.ts';
import type { ApiCall } from './web-api/serve.ts';
import type { Json, Message, View, World } from './world.ts';
import { channelOf } from './world.ts';

export type Control = PeopleAct & {
  break(request: UiRequests['break']): UiAnswer;
  state(user: string): UiState;
  /** Everything said in a channel (in all of them when left out) that is not for one person only, with its metadata, oldest first. */
  messages(channel?: string): readonly Message[];
  /** What only this person sees. */
  ephemeral(user: string): readonly Message[];
  /** This person's open modals, the topmost last. */
  modals(user: string): readonly View[];
  homeOf(user: string): Json | undefined;
  /** Somebody archives the channel, or takes the bot out of it; `open` undoes both. */
  setChannel(id: string, state: 'open' | 'archived' | 'without-bot'): void;
  /** Somebody who may deletes a message. */
  remove(channel: string, ts: string): void;
  setGroup(id: string, members: readonly string[]): void;
  /** The app's calls of the Web API, oldest first: the last 5000. */
  calls(): readonly ApiCall[];
  onChange(listener: () => void): () => void;
  /** Resolves with the first value that is there, looking after every change and every 20 ms; rejects after the time with the words. */
  until<Value>(look: () => Value | undefined, wanted: { readonly withinMs: number; readonly words: string }): Promise<Value>;
};

const MOST_CALLS = 5000;

export type ControlOptions = { readonly world: World; readonly act: PeopleAct; readonly socket: SocketMode };

export function createControl({ world, act, socket }: ControlOptions): Control & { readonly record: (call: ApiCall) => void } {
  const calls: ApiCall[] = [];
  return {
    ...act,
    break({ disconnect, which = 'all', ...faults }) {
      const given = Object.fromEntries(Object.entries(faults).filter(([, value]) => value !== undefined));
      world.faults = { ...world.faults, ...given };
      if (disconnect !== undefined) socket.disconnect(disconnect, which);
      world.changed();
      return { ok: true };
    },
    state: (user) => stateOf({ world, socket, user }),
    messages: (id) =>
      world.channels
        .filter((channel) => id === undefined || channel.id === id)
        .flatMap(({ messages }) => messages.filter(({ ephemeralFor }) => ephemeralFor === undefined)),
    ephemeral: (user) => world.channels.flatMap(({ messages }) => messages.filter(({ ephemeralFor }) => ephemeralFor === user)),
    modals: (user) => world.modals.get(user) ?? [],
    homeOf: (user) => world.homes.get(user),
    setGroup(id, members) {
      const group = world.groups.find((each) => each.id === id);
      if (group !== undefined) group.members = members;
      world.changed();
    },
    ...moderation(world),
    calls: () => calls,
    onChange: world.onChange,
    until: (look, wanted) => until(world, look, wanted),
    record(call) {
      calls.push(call);
      if (calls.length > MOST_CALLS) calls.shift();
    },
  };
}

/** What people with more rights do to a channel. */
function moderation(world: World): Pick<Control, 'setChannel' | 'remove'> {
  return {
    setChannel(id, state) {
      const channel = channelOf(world, id);
      if (channel === undefined) return;
      channel.isArchived = state === 'archived';
      const others = channel.members.filter((member) => member !== world.botUserId);
      channel.members = state === 'without-bot' ? others : [...others, world.botUserId];
      world.changed();
    },
    remove(id, ts) {
      const channel = channelOf(world, id);
      if (channel !== undefined) channel.messages = channel.messages.filter((message) => message.ts !== ts);
      world.changed();
    },
  };
}

function stateOf({
  world,
  socket,
  user,
}: {
  readonly world: World;
  readonly socket: SocketMode;
  readonly user: string;
}): UiState {
  const users = world.users.map(({ id, name, realName, title, isBot }) => ({ id, name, realName, title, isBot }));
  const me = users.find(({ id }) => id === user) ?? { id: user, name: user, realName: user, title: '', isBot: false };
  return {
    team: 'Local Slack',
    me,
    users,
    groups: world.groups.map(({ id, handle, members }) => ({ id, handle, members })),
    channels: world.channels
      .filter(({ members }) => members.includes(world.botUserId) && members.includes(user))
      .map(({ id, name, topic, messages }) => ({
        id,
        name,
        topic,
        messages: messages.filter(({ ephemeralFor = user }) => ephemeralFor === user).map((message) => shown(message, messages)),
      })),
    modals: (world.modals.get(user) ?? []).map(({ id, hash, view, errors }) => ({ id, hash, view, errors })),
    home: world.homes.get(user),
    commands: COMMANDS,
    shortcuts: SHORTCUTS,
    faults: world.faults,
    connections: socket.connections(),
  };
}

function shown(message: Message, all: readonly Message[]): UiMessage {
  const { ts, user, text, blocks, attachments, threadTs, broadcast, edited, ephemeralFor } = message;
  const replyCount = all.filter((each) => each.threadTs === ts && each.ephemeralFor === undefined).length;
  return { ts, user, text, blocks, attachments, threadTs, broadcast, replyCount, edited, ephemeral: ephemeralFor !== undefined };
}

type Wanted = { readonly withinMs: number; readonly words: string };

const LOOK_EVERY_MS = 20;

function until<Value>(world: World, look: () => Value | undefined, { withinMs, words }: Wanted): Promise<Value> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      stopListening();
      clearInterval(looking);
      clearTimeout(timer);
      settle();
    };
    const check = (): void => {
      try {
        const value = look();
        if (value !== undefined) finish(() => resolve(value));
      } catch (error) {
        finish(() => reject(error));
      }
    };
    const stopListening = world.onChange(check);
    // What the app calls or keeps to itself changes nothing that is seen here.
    const looking = setInterval(check, LOOK_EVERY_MS);
    const timer = setTimeout(() => finish(() => reject(new Error(`waited ${withinMs} ms in vain for: ${words}`))), withinMs);
    check();
  });
}
