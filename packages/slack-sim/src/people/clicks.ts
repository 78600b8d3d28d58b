// A click or a choice in a message, a modal or the Home tab, turned into Slack's block_actions. It is passed on only when that element is really
// there, for this person, and offers what was chosen.

import { isObject } from '../checks/check-words.ts';
import type { UiAction, UiAnswer } from '../ui/ui-types.ts';
import { findView, homeIdOf, wireView } from '../web-api/views.ts';
import { wire } from '../web-api/wire.ts';
import type { Json } from '../world.ts';
import { channelOf, messageOf, newTrigger } from '../world.ts';
import type { Acting } from './acting.ts';
import { actorOf, NO_ANSWER, payloadBase, refused } from './acting.ts';
import { findElement } from './find-element.ts';
import type { Given } from './view-state.ts';
import { fillState, isOffered, valueOf } from './view-state.ts';

type Target = { readonly blocks: readonly Json[]; readonly context: (values: Json) => Json };

export async function click(acting: Acting, action: UiAction): Promise<UiAnswer> {
  const { world, socket } = acting;
  const { as, blockId, actionId, value } = action;
  const person = actorOf(world, as);
  if (person === undefined) return refused('nobody of that name can click');
  const target = targetOf(acting, action);
  if (target === undefined) return refused('that is not there any more');
  const found = findElement(target.blocks, blockId, actionId);
  if (found === undefined) return refused('that button is not there any more');
  const { block, element } = found;
  if (!isOffered(element, value)) return refused('that choice is not there any more');
  // An input is told to the app only when its block asks for it; else it waits for the submission.
  if (block['type'] === 'input' && block['dispatch_action'] !== true) return { ok: true };
  const delivery = await socket.deliver('interactive', {
    ...payloadBase(acting, person),
    ...target.context(fillState(target.blocks, givenBy(action)).values),
    type: 'block_actions',
    trigger_id: newTrigger(world, as),
    actions: [{ ...partsOf(element, value), action_id: actionId, block_id: blockId, action_ts: world.nextTs() }],
  });
  return delivery.kind === 'acked' ? { ok: true } : refused(NO_ANSWER);
}

/** What was typed elsewhere in the modal, and this choice. */
function givenBy({ values = {}, blockId, actionId, value }: UiAction): Given {
  return value === undefined ? values : { ...values, [blockId]: { ...values[blockId], [actionId]: value } };
}

function partsOf(element: Json, value: UiAction['value']): Json {
  if (element['type'] !== 'button') return valueOf(element, value);
  const { type, text, value: carried, style } = element;
  return { type, text, ...(carried === undefined ? {} : { value: carried }), ...(style === undefined ? {} : { style }) };
}

function targetOf(acting: Acting, action: UiAction): Target | undefined {
  const { where, as } = action;
  switch (where.kind) {
    case 'home':
      return homeTarget(acting, as);
    case 'view':
      return viewTarget(acting, as, where.viewId);
    case 'message':
      return messageTarget(acting, as, where);
  }
}

function homeTarget({ world }: Acting, as: string): Target | undefined {
  const view = world.homes.get(as);
  if (view === undefined) return undefined;
  const id = homeIdOf(as);
  return {
    blocks: blocksOf(view),
    context: (values) => ({
      container: { type: 'view', view_id: id },
      view: { ...view, id, team_id: world.teamId, state: { values } },
    }),
  };
}

function viewTarget({ world }: Acting, as: string, viewId: string): Target | undefined {
  const found = findView(world, viewId);
  if (found?.user !== as) return undefined;
  const { view } = found;
  return {
    blocks: blocksOf(view.view),
    context: (values) => ({ container: { type: 'view', view_id: view.id }, view: wireView(world, view, values) }),
  };
}

type Place = { readonly channel: string; readonly ts: string };

function messageTarget({ world, responses, baseUrl }: Acting, as: string, { channel: channelId, ts }: Place): Target | undefined {
  const channel = channelOf(world, channelId);
  const message = messageOf(world, channelId, ts);
  if (channel?.members.includes(as) !== true || message === undefined) return undefined;
  const isEphemeral = message.ephemeralFor !== undefined;
  if (isEphemeral && message.ephemeralFor !== as) return undefined;
  const { threadTs } = message;
  return {
    blocks: message.blocks,
    context: (values) => ({
      container: {
        type: 'message',
        message_ts: ts,
        channel_id: channel.id,
        is_ephemeral: isEphemeral,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      },
      channel: { id: channel.id, name: channel.name },
      // Slack leaves the message out when only one person sees it.
      ...(isEphemeral ? {} : { message: wire(world, message, false) }),
      state: { values },
      response_url: `${baseUrl()}${responses.create({ channel: channel.id, user: as, threadTs, original: ts })}`,
    }),
  };
}

export function blocksOf(view: Json): readonly Json[] {
  return Array.isArray(view['blocks']) ? view['blocks'].filter(isObject) : [];
}
