// A modal that is submitted or closed. The client's own checks come first (required, length, number range); then the app is asked, and its answer is
// carried out: errors beside their inputs, another view in its place or on top, or the modal goes.

import { isObject } from '../checks/check-words.ts';
import type { UiAnswer, UiRequests } from '../ui/ui-types.ts';
import { acceptModal, findView, pushView, replaceView, wireView } from '../web-api/views.ts';
import type { Json, User, View, World } from '../world.ts';
import { newTrigger } from '../world.ts';
import type { Acting } from './acting.ts';
import { actorOf, payloadBase, refused, TROUBLE } from './acting.ts';
import { blocksOf } from './clicks.ts';
import { fillState } from './view-state.ts';

type Own = { readonly person: User; readonly view: View; readonly stack: readonly View[] };

/** The modal, when it is this person's. */
function ownView(world: World, as: string, viewId: string): Own | undefined {
  const person = actorOf(world, as);
  const found = findView(world, viewId);
  return person === undefined || found?.user !== as ? undefined : { person, view: found.view, stack: found.stack };
}

export async function submit(acting: Acting, { as, viewId, values }: UiRequests['submit']): Promise<UiAnswer> {
  const { world, socket } = acting;
  const own = ownView(world, as, viewId);
  if (own === undefined) return refused('this modal is not yours');
  const { view, person } = own;
  if (own.stack.at(-1) !== view) return refused('another modal is on top of this one');
  if (view.view['submit'] === undefined) return refused('this modal has nothing to submit');
  const filled = fillState(blocksOf(view.view), values);
  if (Object.keys(filled.errors).length > 0) return showErrors(world, view, filled.errors);
  const delivery = await socket.deliver('interactive', {
    ...payloadBase(acting, person),
    type: 'view_submission',
    trigger_id: newTrigger(world, as),
    view: wireView(world, view, filled.values),
    response_urls: [],
  });
  if (delivery.kind !== 'acked') return showErrors(world, view, { '': TROUBLE });
  return carryOut(world, { as, view, answer: delivery.payload ?? {} });
}

export function close(acting: Acting, { as, viewId }: UiRequests['close']): UiAnswer {
  const { world, socket } = acting;
  const own = ownView(world, as, viewId);
  if (own === undefined) return refused('this modal is not yours');
  const { view, person } = own;
  pop(world, as, viewId);
  if (view.view['notify_on_close'] === true) {
    const content = wireView(world, view);
    void socket.deliver('interactive', { ...payloadBase(acting, person), type: 'view_closed', view: content, is_cleared: false });
  }
  return { ok: true };
}

function showErrors(world: World, view: View, errors: Readonly<Record<string, string>>): UiAnswer {
  view.errors = errors;
  world.changed();
  return refused(Object.values(errors)[0] ?? 'not accepted');
}

type Answered = { readonly as: string; readonly view: View; readonly answer: Json };

/** What the app answered to a submission; what Slack could not show is "trouble connecting" there too. */
function carryOut(world: World, { as, view, answer }: Answered): UiAnswer {
  try {
    switch (answer['response_action']) {
      case 'errors':
        return showErrors(world, view, errorsOf(view, answer['errors']));
      case 'update':
        replaceView(world, view, acceptModal(isObject(answer['view']) ? answer['view'] : undefined));
        return { ok: true };
      case 'push':
        pushView(world, as, acceptModal(isObject(answer['view']) ? answer['view'] : undefined));
        return { ok: true };
      case 'clear':
        world.modals.delete(as);
        world.changed();
        return { ok: true };
      case undefined:
        pop(world, as, view.id);
        return { ok: true };
      default:
        return showErrors(world, view, { '': TROUBLE });
    }
  } catch {
    return showErrors(world, view, { '': TROUBLE });
  }
}

/** Errors may only name input blocks of this view. */
function errorsOf(view: View, given: unknown): Readonly<Record<string, string>> {
  const inputs = blocksOf(view.view).flatMap((block) => (block['type'] === 'input' ? [String(block['block_id'])] : []));
  const named = isObject(given) ? Object.entries(given).map(([block, text]) => [block, String(text)] as const) : [];
  if (named.length === 0 || named.some(([block, text]) => !inputs.includes(block) || text === '')) return { '': TROUBLE };
  return Object.fromEntries(named);
}

function pop(world: World, user: string, viewId: string): void {
  world.modals.set(
    user,
    (world.modals.get(user) ?? []).filter(({ id }) => id !== viewId),
  );
  world.changed();
}
