// A message as Slack hands it out, and one that only one person sees.

import type { Json, Message, World } from '../world.ts';
import { newId } from '../world.ts';
import type { Content } from './content.ts';

export function wire(world: World, message: Message, withMetadata: boolean): Json {
  return {
    type: 'message',
    ts: message.ts,
    user: message.user,
    text: message.text,
    team: world.teamId,
    blocks: message.blocks,
    ...(message.attachments.length === 0
      ? {}
      : { attachments: message.attachments.map((each, index) => ({ id: index + 1, ...each })) }),
    ...(message.user === world.botUserId ? { bot_id: world.botId, app_id: world.appId } : { client_msg_id: newId('m') }),
    ...threadOf(world, message),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...reactionsOf(message),
  };
}

function threadOf(world: World, { channel, ts, threadTs }: Message): Json {
  const all = world.channels.find(({ id }) => id === channel)?.messages ?? [];
  if (threadTs !== undefined) return { thread_ts: threadTs, parent_user_id: all.find((each) => each.ts === threadTs)?.user };
  const replies = all.filter((each) => each.threadTs === ts && each.ephemeralFor === undefined);
  const latest = replies.at(-1);
  if (latest === undefined) return {};
  const users = [...new Set(replies.map(({ user }) => user))];
  return {
    thread_ts: ts,
    reply_count: replies.length,
    reply_users: users,
    reply_users_count: users.length,
    latest_reply: latest.ts,
  };
}

function reactionsOf({ reactions }: Message): Json {
  const shown = Object.entries(reactions ?? {}).filter(([, users]) => users.length > 0);
  return shown.length === 0 ? {} : { reactions: shown.map(([name, users]) => ({ name, users, count: users.length })) };
}

export type Whisper = {
  readonly channel: string;
  readonly user: string;
  readonly content: Content;
  readonly threadTs?: string | undefined;
  /** Who says it; the bot when left out. */
  readonly from?: string | undefined;
};

/** A message that only one person sees; it is in no history. Answers its timestamp. */
export function whisper(world: World, { channel, user, content, threadTs, from = world.botUserId }: Whisper): string {
  const ts = world.nextTs();
  const place = world.channels.find(({ id }) => id === channel);
  place?.messages.push({ ts, channel, user: from, ...content, threadTs, edited: false, ephemeralFor: user });
  world.changed();
  return ts;
}
