// auth, users, user groups, bots, and the door to Socket Mode: whose token this is, who people are, who is in which group.

import type { User } from '../world.ts';
import { paged } from './conversations.ts';
import type { Context, Method } from './method.ts';
import { flagArg, Refusal, textArg } from './method.ts';

function profile({ world }: Context, user: User) {
  return {
    id: user.id,
    team_id: world.teamId,
    name: user.name,
    real_name: user.realName,
    deleted: false,
    is_bot: user.isBot,
    is_restricted: user.isGuest,
    is_ultra_restricted: false,
    tz: 'Europe/Berlin',
    profile: { real_name: user.realName, display_name: user.realName, title: user.title },
  };
}

export const people: Readonly<Record<string, Method>> = {
  'auth.test': {
    token: 'bot',
    run: ({ world, baseUrl }) => ({
      url: `${baseUrl}/`,
      team: 'Local',
      user: 'headroom',
      team_id: world.teamId,
      user_id: world.botUserId,
      bot_id: world.botId,
      is_enterprise_install: false,
    }),
  },
  'apps.connections.open': {
    token: 'app',
    run: ({ baseUrl, newTicket }) => ({ url: `${baseUrl.replace(/^http/, 'ws')}/link?ticket=${newTicket()}&app_id=local` }),
  },
  'users.info': {
    token: 'bot',
    scope: 'users:read',
    run(context, args) {
      const user = context.world.users.find(({ id }) => id === textArg(args, 'user'));
      if (user === undefined) throw new Refusal('user_not_found');
      return { user: profile(context, user) };
    },
  },
  'users.list': {
    token: 'bot',
    scope: 'users:read',
    run: (context, args) =>
      paged(
        'members',
        context.world.users.map((user) => profile(context, user)),
        args,
      ),
  },
  'bots.info': {
    token: 'bot',
    scope: 'users:read',
    run({ world }, args) {
      const bot = textArg(args, 'bot');
      if (bot !== '' && bot !== world.botId) throw new Refusal('bot_not_found');
      return { bot: { id: world.botId, app_id: world.appId, user_id: world.botUserId, name: 'Headroom', deleted: false } };
    },
  },
  'usergroups.list': {
    token: 'bot',
    scope: 'usergroups:read',
    run({ world }, args) {
      const withUsers = flagArg(args, 'include_users');
      const usergroups = world.groups.map(({ id, handle, members }) => ({
        id,
        team_id: world.teamId,
        handle,
        name: handle,
        date_delete: 0,
        user_count: members.length,
        ...(withUsers ? { users: members } : {}),
      }));
      return { usergroups };
    },
  },
  'usergroups.users.list': {
    token: 'bot',
    scope: 'usergroups:read',
    run({ world }, args) {
      const group = world.groups.find(({ id }) => id === textArg(args, 'usergroup'));
      if (group === undefined) throw new Refusal('no_such_subteam');
      return { users: group.members };
    },
  },
};
