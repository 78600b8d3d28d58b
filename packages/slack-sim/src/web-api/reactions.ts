// reactions.*: one of each name a person and message.

import { messageOf } from '../world.ts';
import type { Args, Context, Method } from './method.ts';
import { channelArg, Refusal, textArg } from './method.ts';

function marked(context: Context, args: Args) {
  const channel = channelArg(context, args);
  const message = messageOf(context.world, channel.id, textArg(args, 'timestamp'));
  if (message === undefined) throw new Refusal('message_not_found');
  const name = textArg(args, 'name').replaceAll(':', '');
  if (!/^[a-z0-9_+'-]+$/.test(name)) throw new Refusal('invalid_name');
  return { message, name, people: message.reactions?.[name] ?? [] };
}

export const reactions: Readonly<Record<string, Method>> = {
  'reactions.add': {
    token: 'bot',
    scope: 'reactions:write',
    run(context, args) {
      const { message, name, people } = marked(context, args);
      if (people.includes(context.world.botUserId)) throw new Refusal('already_reacted');
      message.reactions = { ...message.reactions, [name]: [...people, context.world.botUserId] };
      context.world.changed();
      return {};
    },
  },
  'reactions.remove': {
    token: 'bot',
    scope: 'reactions:write',
    run(context, args) {
      const { message, name, people } = marked(context, args);
      if (!people.includes(context.world.botUserId)) throw new Refusal('no_reaction');
      message.reactions = { ...message.reactions, [name]: people.filter((user) => user !== context.world.botUserId) };
      context.world.changed();
      return {};
    },
  },
};
