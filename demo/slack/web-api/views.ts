// views.*: modals per person, opened by a trigger that lives three seconds and works once, and the Home tab.

import { z } from 'zod';
import { newHash, newId } from '../world.ts';
import type { Json, View, World } from '../world.ts';
import { acceptBlocks, objectArg, Refusal, textArg } from './method.ts';
import type { Args, Context, Method } from './method.ts';

const DEEPEST = 3;
const plain = (most: number) => z.object({ type: z.literal('plain_text'), text: z.string().min(1).max(most) });

const modal = z.looseObject({
  type: z.literal('modal'),
  title: plain(24),
  submit: plain(24).optional(),
  close: plain(24).optional(),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
});

/** The view with block ids. Throws Refusal as Slack would. */
export function acceptModal(view: Json | undefined): Json {
  const parsed = modal.safeParse(view);
  if (!parsed.success) throw invalid(parsed.error.issues.map((issue) => `[ERROR] ${issue.message} [json-pointer:/view/${issue.path.map(String).join('/')}]`));
  const blocks = acceptBlocks(parsed.data['blocks'], 'modal');
  const hasInput = blocks.some((block) => block['type'] === 'input');
  if (hasInput && parsed.data.submit === undefined) throw invalid(['[ERROR] missing required field: submit [json-pointer:/view]']);
  return { ...parsed.data, blocks };
}

function invalid(messages: readonly string[]): Refusal {
  return new Refusal('invalid_arguments', { response_metadata: { messages } });
}

export function findView(world: World, viewId: string): { readonly user: string; readonly view: View; readonly stack: View[] } | undefined {
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
  const view: View = { id, hash: newHash(world), rootId: stack[0]?.id ?? id, previousId: stack.at(-1)?.id, view: content, errors: {} };
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
      const view = objectArg(args, 'view');
      const user = textArg(args, 'user_id');
      if (!world.users.some(({ id }) => id === user)) throw new Refusal('user_not_found');
      if (view?.['type'] !== 'home') throw invalid(['[ERROR] must be home [json-pointer:/view/type]']);
      world.homes.set(user, { ...view, blocks: acceptBlocks(view['blocks'], 'home') });
      world.changed();
      return { view: { ...view, id: `VHOME${user}`, hash: newHash(world) } };
    },
  },
  'blocks.validate': {
    token: 'bot',
    run: (_, args) => ({ blocks: acceptBlocks(args['blocks'], 'message').length }),
  },
};
