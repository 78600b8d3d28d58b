// Message shortcuts: a person picks one in a message's menu, and the app gets that message. Any message will do, the app's own or anybody's; one that
// only one person sees has no shortcuts.

import type { UiAnswer, UiRequests } from '../ui/ui-types.ts';
import { wire } from '../web-api/wire.ts';
import { channelOf, messageOf, newTrigger } from '../world.ts';
import type { Acting } from './acting.ts';
import { actorOf, NO_ANSWER, payloadBase, refused } from './acting.ts';

/** The message shortcuts of the app's manifest. */
export const SHORTCUTS = [{ callbackId: 'explain_oom', name: 'Explain this OOM' }] as const;

export async function shortcut(
  acting: Acting,
  { as, channel: channelId, ts, callbackId }: UiRequests['shortcut'],
): Promise<UiAnswer> {
  const { world, socket, responses, baseUrl, scopes } = acting;
  const person = actorOf(world, as);
  const channel = channelOf(world, channelId);
  const message = messageOf(world, channelId, ts);
  if (person === undefined || channel?.members.includes(as) !== true) return refused('not in this channel');
  if (message === undefined || message.ephemeralFor !== undefined) return refused('that message is not there any more');
  // An app without the scope has no shortcuts.
  if (!scopes.includes('commands') || !SHORTCUTS.some((known) => known.callbackId === callbackId))
    return refused('no such shortcut');
  const { threadTs } = message;
  const delivery = await socket.deliver('interactive', {
    ...payloadBase(acting, person),
    type: 'message_action',
    action_ts: world.nextTs(),
    callback_id: callbackId,
    trigger_id: newTrigger(world, as),
    response_url: `${baseUrl()}${responses.create({ channel: channel.id, user: as, threadTs, original: ts })}`,
    message_ts: ts,
    channel: { id: channel.id, name: channel.name },
    message: wire(world, message, false),
  });
  return delivery.kind === 'acked' ? { ok: true } : refused(NO_ANSWER);
}
