// chat.*: posting, editing, deleting, whispering.

import { messageOf, newId } from '../world.ts';
import type { Json, Message } from '../world.ts';
import { acceptBlocks, channelArg, listArg, objectArg, Refusal, textArg } from './method.ts';
import type { Args, Context, Method } from './method.ts';

const MOST_TEXT = 40_000;
const EVENT_TYPE = /^[A-Za-z0-9_-]+$/;

type Content = { readonly text: string; readonly blocks: readonly Json[]; readonly attachments: readonly Json[] };

function contentOf(args: Args): Content {
  const text = textArg(args, 'text');
  const blocks = args['blocks'] === undefined ? [] : acceptBlocks(args['blocks'], 'message');
  const attachments = listArg(args, 'attachments') ?? [];
  if (text === '' && blocks.length === 0 && attachments.length === 0) throw new Refusal('no_text');
  if (text.length > MOST_TEXT) throw new Refusal('msg_too_long');
  if (attachments.length > 100) throw new Refusal('too_many_attachments');
  return { text, blocks, attachments };
}

export const chat: Readonly<Record<string, Method>> = {
  'chat.postMessage': {
    token: 'bot',
    scope: 'chat:write',
    run(context, args) {
      const channel = channelArg(context, args);
      const content = contentOf(args);
      const threadTs = textArg(args, 'thread_ts') || undefined;
      if (threadTs !== undefined && messageOf(context.world, channel.id, threadTs) === undefined) throw new Refusal('thread_not_found');
      context.pace(channel.id);
      const message: Message = { ts: context.world.nextTs(), channel: channel.id, user: context.world.botUserId, ...content, metadata: metadataOf(args), threadTs, edited: false };
      channel.messages.push(message);
      context.world.changed();
      return { channel: channel.id, ts: message.ts, message: wire(context, message, true), ...warning(args) };
    },
  },
  'chat.update': {
    token: 'bot',
    scope: 'chat:write',
    run(context, args) {
      const channel = channelArg(context, args);
      const message = messageOf(context.world, channel.id, textArg(args, 'ts'));
      if (message === undefined || message.ephemeralFor !== undefined) throw new Refusal('message_not_found');
      if (message.user !== context.world.botUserId) throw new Refusal('cant_update_message');
      const content = contentOf(args);
      message.text = content.text;
      // text without blocks removes the blocks; attachments stay unless they are sent.
      message.blocks = content.blocks;
      if (args['attachments'] !== undefined) message.attachments = content.attachments;
      if (args['metadata'] !== undefined) message.metadata = metadataOf(args);
      message.edited ||= content.blocks.length === 0;
      context.world.changed();
      return { channel: channel.id, ts: message.ts, text: message.text, message: wire(context, message, true) };
    },
  },
  'chat.delete': {
    token: 'bot',
    scope: 'chat:write',
    run(context, args) {
      const channel = channelArg(context, args);
      const index = channel.messages.findIndex(({ ts }) => ts === textArg(args, 'ts'));
      const found = channel.messages[index];
      if (found === undefined) throw new Refusal('message_not_found');
      if (found.user !== context.world.botUserId) throw new Refusal('cant_delete_message');
      channel.messages.splice(index, 1);
      context.world.changed();
      return { channel: channel.id, ts: found.ts };
    },
  },
  'chat.postEphemeral': {
    token: 'bot',
    scope: 'chat:write',
    run(context, args) {
      const channel = channelArg(context, args);
      const user = textArg(args, 'user');
      if (!channel.members.includes(user)) throw new Refusal('user_not_in_channel');
      const ts = whisper(context, { channel: channel.id, user, content: contentOf(args), threadTs: textArg(args, 'thread_ts') || undefined });
      return { message_ts: ts };
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

export type Whisper = { readonly channel: string; readonly user: string; readonly content: Content; readonly threadTs?: string | undefined };

/** A message that only one person sees; it is in no history. */
export function whisper({ world }: Pick<Context, 'world'>, { channel, user, content, threadTs }: Whisper): string {
  const ts = world.nextTs();
  world.channels.find(({ id }) => id === channel)?.messages.push({ ts, channel, user: world.botUserId, ...content, threadTs, edited: false, ephemeralFor: user });
  world.changed();
  return ts;
}

function metadataOf(args: Args): Json | undefined {
  const metadata = objectArg(args, 'metadata');
  return typeof metadata?.['event_type'] === 'string' && EVENT_TYPE.test(metadata['event_type']) ? metadata : undefined;
}

/** Bad metadata is only a warning, and ignored. */
function warning(args: Args): Json {
  return args['metadata'] !== undefined && metadataOf(args) === undefined ? { warning: 'invalid_metadata_format', response_metadata: { warnings: ['invalid_metadata_format'] } } : {};
}

/** A message as Slack hands it out. */
export function wire({ world }: Pick<Context, 'world'>, message: Message, withMetadata: boolean): Json {
  const isBot = message.user === world.botUserId;
  return {
    type: 'message',
    ts: message.ts,
    user: message.user,
    text: message.text,
    team: world.teamId,
    blocks: message.blocks,
    ...(message.attachments.length === 0 ? {} : { attachments: message.attachments.map((attachment, index) => ({ id: index + 1, ...attachment })) }),
    ...(isBot ? { bot_id: world.botId, app_id: world.appId } : { client_msg_id: newId('m') }),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs, parent_user_id: world.botUserId }),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
  };
}
