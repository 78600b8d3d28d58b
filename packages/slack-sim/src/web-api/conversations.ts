// conversations.*: what there is and what was said. Pages by limit and cursor; messages newest first, threads oldest first, as Slack gives them.
// Ephemeral messages are in neither.

import type { Channel, Message } from '../world.ts';
import { channelOf, directOf, messageOf } from '../world.ts';
import type { Args, Context, Method } from './method.ts';
import { channelArg, flagArg, Refusal, textArg } from './method.ts';
import { wire } from './wire.ts';

function info({ world }: Context, channel: Channel) {
  return {
    id: channel.id,
    name: channel.name,
    is_channel: !channel.id.startsWith('D'),
    is_im: channel.id.startsWith('D'),
    is_private: channel.id.startsWith('D'),
    is_archived: channel.isArchived === true,
    is_member: channel.members.includes(world.botUserId),
    topic: { value: channel.topic },
    num_members: channel.members.length,
  };
}

export const conversations: Readonly<Record<string, Method>> = {
  'conversations.info': {
    token: 'bot',
    scope: 'channels:read',
    run(context, args) {
      const channel = channelOf(context.world, textArg(args, 'channel'));
      if (channel === undefined) throw new Refusal('channel_not_found');
      return { channel: info(context, channel) };
    },
  },
  'conversations.list': {
    token: 'bot',
    scope: 'channels:read',
    run(context, args) {
      const channels = context.world.channels.filter(({ id }) => !id.startsWith('D'));
      return paged(
        'channels',
        channels.map((channel) => info(context, channel)),
        args,
      );
    },
  },
  'conversations.members': {
    token: 'bot',
    scope: 'channels:read',
    run: (context, args) => paged('members', channelArg(context, args).members, args),
  },
  'conversations.history': {
    token: 'bot',
    scope: 'channels:history',
    run(context, args) {
      const channel = channelArg(context, args);
      const roots = channel.messages.filter(
        ({ threadTs, broadcast, ephemeralFor }) => (threadTs === undefined || broadcast === true) && ephemeralFor === undefined,
      );
      return listing(context, roots.toReversed(), args);
    },
  },
  'conversations.replies': {
    token: 'bot',
    scope: 'channels:history',
    run(context, args) {
      const channel = channelArg(context, args);
      const root = textArg(args, 'ts');
      if (messageOf(context.world, channel.id, root) === undefined) throw new Refusal('thread_not_found');
      const thread = channel.messages.filter(
        ({ ts, threadTs, ephemeralFor }) => (ts === root || threadTs === root) && ephemeralFor === undefined,
      );
      return listing(context, thread, args);
    },
  },
  'conversations.open': {
    token: 'bot',
    scope: 'im:write',
    run({ world }, args) {
      const channel = channelOf(world, textArg(args, 'channel')) ?? directOf(world, textArg(args, 'users'));
      if (channel === undefined) throw new Refusal('user_not_found');
      return { channel: { id: channel.id } };
    },
  },
  'conversations.join': {
    token: 'bot',
    scope: 'channels:join',
    run(context, args) {
      const { world } = context;
      const channel = channelOf(world, textArg(args, 'channel'));
      if (channel === undefined) throw new Refusal('channel_not_found');
      if (channel.id.startsWith('D')) throw new Refusal('method_not_supported_for_channel_type');
      if (!channel.members.includes(world.botUserId)) channel.members = [...channel.members, world.botUserId];
      world.changed();
      return { channel: info(context, channel) };
    },
  },
};

function listing(context: Context, messages: readonly Message[], args: Args) {
  const oldest = Number(textArg(args, 'oldest') || 0);
  const latest = Number(textArg(args, 'latest') || Number.POSITIVE_INFINITY);
  const inclusive = flagArg(args, 'inclusive');
  const within = messages.filter(({ ts }) =>
    inclusive ? Number(ts) >= oldest && Number(ts) <= latest : Number(ts) > oldest && Number(ts) < latest,
  );
  const withMetadata = flagArg(args, 'include_all_metadata');
  const page = paged(
    'messages',
    within.map((message) => wire(context.world, message, withMetadata)),
    args,
  );
  return { ...page, has_more: page.response_metadata.next_cursor !== '' };
}

export function paged<Name extends string>(name: Name, items: readonly unknown[], args: Args) {
  const limit = Math.min(Number(textArg(args, 'limit') || 100), 999);
  const start = Number(Buffer.from(textArg(args, 'cursor'), 'base64').toString('utf8').replace('next:', '') || 0);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(limit) || limit < 1) throw new Refusal('invalid_cursor');
  const next = start + limit < items.length ? Buffer.from(`next:${start + limit}`).toString('base64') : '';
  return { [name]: items.slice(start, start + limit), response_metadata: { next_cursor: next } };
}
