// chat.*: post, edit, delete, whisper, link. An edit with text alone removes the blocks, keeps the attachments, and never notifies.

import type { Channel, Message } from '../world.ts';
import { messageOf } from '../world.ts';
import { contentOf, metadataOf, metadataWarning } from './content.ts';
import type { Args, Context, Method } from './method.ts';
import { channelArg, flagArg, openChannelArg, Refusal, textArg } from './method.ts';
import { whisper, wire } from './wire.ts';

export const chat: Readonly<Record<string, Method>> = {
  'chat.postMessage': { token: 'bot', scope: 'chat:write', run: post },
  'chat.update': { token: 'bot', scope: 'chat:write', run: update },
  'chat.delete': {
    token: 'bot',
    scope: 'chat:write',
    run(context, args) {
      const { channel, message } = ownMessage(context, args, 'cant_delete_message');
      channel.messages = channel.messages.filter(({ ts }) => ts !== message.ts);
      context.world.changed();
      return { channel: channel.id, ts: message.ts };
    },
  },
  'chat.postEphemeral': {
    token: 'bot',
    scope: 'chat:write',
    run(context, args) {
      const channel = channelArg(context, args);
      const user = textArg(args, 'user');
      if (!channel.members.includes(user)) throw new Refusal('user_not_in_channel');
      const threadTs = textArg(args, 'thread_ts') || undefined;
      return { message_ts: whisper(context.world, { channel: channel.id, user, content: contentOf(context, args), threadTs }) };
    },
  },
  'chat.getPermalink': {
    token: 'bot',
    run(context, args) {
      const channel = channelArg(context, args);
      const ts = textArg(args, 'message_ts');
      if (messageOf(context.world, channel.id, ts) === undefined) throw new Refusal('message_not_found');
      return { channel: channel.id, permalink: `${context.baseUrl}/#${channel.id}/${ts}` };
    },
  },
};

function post(context: Context, args: Args) {
  const { world } = context;
  const channel = openChannelArg(context, args);
  const content = contentOf(context, args);
  const threadTs = textArg(args, 'thread_ts') || undefined;
  if (threadTs !== undefined && messageOf(world, channel.id, threadTs) === undefined) throw new Refusal('thread_not_found');
  context.pace(channel.id);
  const message: Message = {
    ts: world.nextTs(),
    channel: channel.id,
    user: world.botUserId,
    ...content,
    metadata: metadataOf(args),
    threadTs,
    ...(threadTs !== undefined && flagArg(args, 'reply_broadcast') ? { broadcast: true } : {}),
    edited: false,
  };
  channel.messages.push(message);
  world.changed();
  return { channel: channel.id, ts: message.ts, message: wire(world, message, true), ...metadataWarning(args) };
}

function update(context: Context, args: Args) {
  const { world } = context;
  const { channel, message } = ownMessage(context, args, 'cant_update_message');
  const content = contentOf(context, args);
  message.text = content.text;
  message.blocks = content.blocks;
  if (args['attachments'] !== undefined) message.attachments = content.attachments;
  if (args['metadata'] !== undefined) message.metadata = metadataOf(args);
  message.edited ||= content.blocks.length === 0;
  world.changed();
  return {
    channel: channel.id,
    ts: message.ts,
    text: message.text,
    message: wire(world, message, true),
    ...metadataWarning(args),
  };
}

function ownMessage(context: Context, args: Args, word: string): { readonly channel: Channel; readonly message: Message } {
  const channel = openChannelArg(context, args);
  const message = messageOf(context.world, channel.id, textArg(args, 'ts'));
  if (message === undefined || message.ephemeralFor !== undefined) throw new Refusal('message_not_found');
  if (message.user !== context.world.botUserId) throw new Refusal(word);
  return { channel, message };
}
