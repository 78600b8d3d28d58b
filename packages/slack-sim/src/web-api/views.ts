// views.*: modals per person, opened by a trigger that lives three seconds and works once, and the Home tab.

import type { Problems } from '../checks/check-words.ts';
import { at, bounded, optional, textObject } from '../checks/check-words.ts';
import type { Json, View, World } from '../world.ts';
import { newHash, newId } from '../world.ts';
import type { Args, Context, Method } from './method.ts';
import { acceptBlocks, jsonArg, objectArg, Refusal, refusalOf, textArg } from './method.ts';

const DEEPEST = 3;
const MOST_METADATA = 3000;
const MOST_BYTES = 250_000;

/** The view with block ids. Throws Refusal as Slack would. */
export function acceptModal(view: Json | undefined): Json {
  if (view === undefined) throw refusalOf('invalid_arguments', [at('missing required field: view', '/view')]);
  if (view['type'] !== 'modal') throw refusalOf('invalid_arguments', [at('must be modal', '/view/type')]);
  const problems = [
    ...textObject(view['title'], '/view/title', { most: 24, plain: true }),
    ...optional(view, 'submit', (submit) => textObject(submit, '/view/submit', { most: 24, plain: true })),
    ...optional(view, 'close', (close) => textObject(close, '/view/close', { most: 24, plain: true })),
    ...idsOf(view),
  ];
  if (problems.length > 0) throw refusalOf('invalid_arguments', problems);
  const blocks = acceptBlocks(view['blocks'], 'modal');
  if (view['submit'] === undefined && blocks.some((block) => block['type'] === 'input')) {
    throw refusalOf('invalid_arguments', [at('missing required field: submit', '/view')]);
  }
  if (JSON.stringify(view).length > MOST_BYTES) throw new Refusal('view_too_large');
  return { ...view, blocks };
}

function idsOf(view: Json): Problems {
  const metadata = view['private_metadata'];
  return [
    ...(metadata === undefined || metadata === '' ? [] : bounded(metadata, '/view/private_metadata', { most: MOST_METADATA })),
    ...(view['callback_id'] === undefined || view['callback_id'] === ''
      ? []
      : bounded(view['callback_id'], '/view/callback_id', { most: 255 })),
  ];
}

function acceptHome(view: Json | undefined): Json {
  if (view?.['type'] !== 'home') throw refusalOf('invalid_arguments', [at('must be home', '/view/type')]);
  const problems = idsOf(view);
  if (problems.length > 0) throw refusalOf('invalid_arguments', problems);
  return { ...view, blocks: acceptBlocks(view['blocks'], 'home') };
}

export function findView(
  world: World,
  viewId: string,
): { readonly user: string; readonly view: View; readonly stack: View[] } | undefined {
  for (const [user, stack] of world.modals) {
    const view = stack.find(({ id }) => id === viewId);
    if (view !== undefined) return { user, view, stack };
  }
  return undefined;
}

/** A view as payloads and answers carry it. */
export function wireView(world: World, view: View, values: Json = {}): Json {
  const { submit, close, ...content } = view.view;
  return {
    ...content,
    id: view.id,
    team_id: world.teamId,
    app_id: world.appId,
    bot_id: world.botId,
    hash: view.hash,
    root_view_id: view.rootId,
    previous_view_id: view.previousId ?? null,
    private_metadata: content['private_metadata'] ?? '',
    callback_id: content['callback_id'] ?? '',
    submit: submit ?? null,
    close: close ?? null,
    state: { values },
  };
}

export function replaceView(world: World, view: View, content: Json): void {
  view.view = content;
  view.hash = newHash(world);
  view.errors = {};
  world.changed();
}

function useTrigger(world: World, args: Args): string {
  const trigger = world.triggers.get(textArg(args, 'trigger_id'));
  if (trigger === undefined) throw new Refusal('invalid_trigger_id');
  if (trigger.used) throw new Refusal('exchanged_trigger_id');
  if (trigger.expiresAt < world.now()) throw new Refusal('expired_trigger_id');
  trigger.used = true;
  return trigger.user;
}

/** Puts a new view on top of the person's modals. */
export function pushView(world: World, user: string, content: Json): View {
  const stack = world.modals.get(user) ?? [];
  if (stack.length >= DEEPEST) throw new Refusal('push_limit_reached');
  const id = newId('V');
  const view: View = {
    id,
    hash: newHash(world),
    rootId: stack[0]?.id ?? id,
    previousId: stack.at(-1)?.id,
    view: content,
    errors: {},
  };
  world.modals.set(user, [...stack, view]);
  world.changed();
  return view;
}

function opening(fresh: boolean): Method {
  return {
    token: 'bot',
    run({ world }: Context, args) {
      const content = acceptModal(objectArg(args, 'view'));
      const user = useTrigger(world, args);
      if (fresh) world.modals.delete(user);
      return { view: wireView(world, pushView(world, user, content)) };
    },
  };
}

export const views: Readonly<Record<string, Method>> = {
  'views.open': opening(true),
  'views.push': opening(false),
  'views.update': {
    token: 'bot',
    run({ world }, args) {
      const found = findView(world, textArg(args, 'view_id'));
      if (found === undefined) throw new Refusal('not_found');
      const hash = textArg(args, 'hash');
      if (hash !== '' && hash !== found.view.hash) throw new Refusal('hash_conflict');
      replaceView(world, found.view, acceptModal(objectArg(args, 'view')));
      return { view: wireView(world, found.view) };
    },
  },
  'views.publish': {
    token: 'bot',
    run({ world }, args) {
      const view = acceptHome(objectArg(args, 'view'));
      const user = textArg(args, 'user_id');
      if (!world.users.some(({ id }) => id === user)) throw new Refusal('user_not_found');
      world.homes.set(user, view);
      world.changed();
      return { view: { ...view, id: homeIdOf(user), team_id: world.teamId, hash: newHash(world), state: { values: {} } } };
    },
  },
  'blocks.validate': {
    token: 'bot',
    run(_, args) {
      const message = objectArg(args, 'message');
      const view = objectArg(args, 'view');
      if (view !== undefined) {
        if (view['type'] === 'home') acceptHome(view);
        else acceptModal(view);
      } else {
        acceptBlocks(message === undefined ? jsonArg(args, 'blocks') : message['blocks'], 'message');
      }
      return {};
    },
  },
};

/** The id of a person's Home tab. */
export function homeIdOf(user: string): string {
  return `VHOME${user.slice(1)}`;
}
