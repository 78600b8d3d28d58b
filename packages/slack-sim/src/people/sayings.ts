// What people write: commands, mentions of the app, and plain messages, which the app does not hear because it subscribes to none.

import { respondAt } from '../socket/response-url.ts';
import type { UiAnswer, UiRequests } from '../ui/ui-types.ts';
import type { Channel, Json, User } from '../world.ts';
import { channelOf, messageOf, newId, newTrigger } from '../world.ts';
import type { Acting } from './acting.ts';
import { actorOf, NO_ANSWER, refused, tellFromSlack } from './acting.ts';

type Say = UiRequests['say'];

/** The commands of the app's manifest, as the page lists them. */
export const COMMANDS = [{ command: '/oom', usageHint: 'a pod’s name, top, recent, recommend, history, mute, help …' }] as const;

export async function say(acting: Acting, request: Say): Promise<UiAnswer> {
  const { world } = acting;
  const channel = channelOf(world, request.channel);
  const person = actorOf(world, request.as);
  if (person === undefined || channel?.members.includes(person.id) !== true) return refused('not in this channel');
  if (request.text.trim() === '') return refused('nothing to say');
  return request.text.trimStart().startsWith('/')
    ? command(acting, request, { channel, person })
    : speak(acting, request, { channel, person });
}

type Scene = { readonly channel: Channel; readonly person: User };

async function command(acting: Acting, { text, threadTs }: Say, { channel, person }: Scene): Promise<UiAnswer> {
  const { world, socket, scopes } = acting;
  const [, name = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  const tell = (words: string): void => tellFromSlack(world, channel, { user: person.id, text: words, threadTs });
  // An app without the scope has no commands.
  if (!scopes.includes('commands') || !COMMANDS.some((known) => known.command === name)) {
    tell(`\`${name}\` is not a valid command. Only ${COMMANDS.map((known) => `\`${known.command}\``).join(', ')} is known here.`);
    return refused('not a valid command');
  }
  if (threadTs !== undefined) {
    tell(`\`${name}\` is not supported in threads. Sorry!`);
    return refused('Slack runs commands in channels only. Here, mention @headroom with the same words.');
  }
  const delivery = await socket.deliver('slash_commands', commandPayload(acting, { name, text: rest }, { channel, person }));
  if (delivery.kind !== 'acked') {
    const word = delivery.kind === 'undelivered' ? 'dispatch_failed' : 'operation_timeout';
    tell(`\`${name}\` failed with the error "${word}". ${NO_ANSWER}`);
    return refused(word);
  }
  return answered(acting, delivery.payload, { channel, person });
}

type Command = { readonly name: string; readonly text: string };

function commandPayload({ world, responses, baseUrl }: Acting, { name, text }: Command, { channel, person }: Scene): Json {
  return {
    token: 'local',
    team_id: world.teamId,
    team_domain: 'local',
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: person.id,
    user_name: person.name,
    command: name,
    text,
    api_app_id: world.appId,
    is_enterprise_install: 'false',
    response_url: `${baseUrl()}${responses.create({ channel: channel.id, user: person.id })}`,
    trigger_id: newTrigger(world, person.id),
  };
}

/** A command may be answered in its acknowledgement. */
function answered({ world }: Acting, payload: Json | undefined, { channel, person }: Scene): UiAnswer {
  const isEmpty = payload === undefined || (payload['text'] === undefined && payload['blocks'] === undefined);
  if (isEmpty || payload['text'] === '') return { ok: true };
  try {
    respondAt(world, { channel: channel.id, user: person.id }, payload);
    return { ok: true };
  } catch (error) {
    return refused(error instanceof Error ? error.message : 'invalid_payload');
  }
}

function speak({ world, socket, scopes }: Acting, { text, threadTs }: Say, { channel, person }: Scene): UiAnswer {
  if (threadTs !== undefined && messageOf(world, channel.id, threadTs) === undefined)
    return refused('that thread is not there any more');
  const mention = `<@${world.botUserId}>`;
  const spoken = text.replaceAll(/@headroom\b/gi, mention);
  const ts = world.nextTs();
  channel.messages.push({
    ts,
    channel: channel.id,
    user: person.id,
    text: spoken,
    blocks: [],
    attachments: [],
    threadTs,
    edited: false,
  });
  world.changed();
  const isHeard = scopes.includes('app_mentions:read') && channel.members.includes(world.botUserId);
  if (spoken.includes(mention) && isHeard) {
    socket.event({
      type: 'app_mention',
      user: person.id,
      text: spoken,
      ts,
      client_msg_id: newId('m'),
      team: world.teamId,
      channel: channel.id,
      event_ts: ts,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    });
  }
  return { ok: true };
}
