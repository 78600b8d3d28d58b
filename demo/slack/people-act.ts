// What people do on the page, turned into what Slack sends an app: clicks, submitted modals, commands, messages, an opened Home tab. A click is only
// passed on when that element is really there.

import { isObject } from './check-words.ts';
import { findElement } from './find-element.ts';
import type { ResponseUrls } from './response-url.ts';
import type { SocketMode } from './socket-mode.ts';
import type { UiAction, UiAnswer, UiRequests } from './ui-types.ts';
import { fillState, valueOf } from './view-state.ts';
import type { Filled } from './view-state.ts';
import { whisper, wire } from './web-api/chat.ts';
import { acceptModal, findView, pushView, replaceView, wireView } from './web-api/views.ts';
import { channelOf, messageOf, newTrigger } from './world.ts';
import type { Json, View, World } from './world.ts';

export type PeopleAct = {
  action(action: UiAction): Promise<UiAnswer>;
  submit(request: UiRequests['submit']): Promise<UiAnswer>;
  close(request: UiRequests['close']): UiAnswer;
  say(request: UiRequests['say']): Promise<UiAnswer>;
  home(request: UiRequests['home']): Promise<UiAnswer>;
};

export type ActOptions = { readonly world: World; readonly socket: SocketMode; readonly responses: ResponseUrls; readonly baseUrl: () => string };

const NO_ANSWER = 'Headroom did not answer in time. Try again.';
const TROUBLE = 'We had some trouble connecting. Try again?';

export function createPeopleAct(options: ActOptions): PeopleAct {
  const { world } = options;
  return {
    action: (action) => click(options, action),
    submit: (request) => submit(options, request),
    close({ as, viewId }) {
      const found = findView(world, viewId);
      if (found?.user !== as) return refused('this modal is not yours');
      pop(world, as, viewId);
      return { ok: true };
    },
    say: (request) => (request.text.trimStart().startsWith('/') ? command(options, request) : speak(options, request)),
    async home({ as }) {
      await options.socket.event({ type: 'app_home_opened', user: as, channel: 'D0LOCAL01', tab: 'home', event_ts: world.nextTs() });
      return { ok: true };
    },
  };
}

function refused(error: string): UiAnswer {
  return { ok: false, error };
}

function base({ world }: ActOptions, as: string): Json {
  const user = world.users.find(({ id }) => id === as);
  return {
    team: { id: world.teamId, domain: 'local' },
    user: { id: as, username: user?.name ?? '', name: user?.name ?? '', team_id: world.teamId },
    api_app_id: world.appId,
    token: 'local',
    enterprise: null,
    is_enterprise_install: false,
  };
}

type Target = { readonly blocks: readonly Json[]; readonly context: Json };

function targetOf(options: ActOptions, { where, as }: UiAction): Target | undefined {
  const { world } = options;
  if (where.kind === 'home') {
    const view = world.homes.get(as);
    return view === undefined ? undefined : { blocks: blocksOf(view), context: { container: { type: 'view', view_id: `VHOME${as}` }, view: { ...view, id: `VHOME${as}`, state: { values: {} } } } };
  }
  if (where.kind === 'view') {
    const found = findView(world, where.viewId);
    if (found?.user !== as) return undefined;
    return { blocks: blocksOf(found.view.view), context: { container: { type: 'view', view_id: found.view.id }, view: wireView(world, found.view) } };
  }
  const message = messageOf(world, where.channel, where.ts);
  const channel = channelOf(world, where.channel);
  if (message === undefined || channel === undefined || (message.ephemeralFor !== undefined && message.ephemeralFor !== as)) return undefined;
  const url = options.responses.create({ channel: channel.id, user: as, threadTs: message.threadTs, original: message.ts });
  return {
    blocks: message.blocks,
    context: {
      container: { type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: message.ephemeralFor !== undefined, ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }) },
      channel: { id: channel.id, name: channel.name },
      message: wire({ world }, message, false),
      response_url: `${options.baseUrl()}${url}`,
    },
  };
}

function blocksOf(view: Json): readonly Json[] {
  return Array.isArray(view['blocks']) ? view['blocks'].filter(isObject) : [];
}

async function click(options: ActOptions, action: UiAction): Promise<UiAnswer> {
  const { world, socket } = options;
  const target = targetOf(options, action);
  if (target === undefined) return refused('that message is not there any more');
  const element = findElement(target.blocks, action.blockId, action.actionId);
  if (element === undefined) return refused('that button is not there any more');
  const value = element['type'] === 'button' ? { value: element['value'], text: element['text'] } : valueOf(element, action.value);
  const delivery = await socket.deliver('interactive', {
    ...base(options, action.as),
    ...target.context,
    type: 'block_actions',
    trigger_id: newTrigger(world, action.as),
    state: { values: {} },
    actions: [{ ...value, type: element['type'], action_id: action.actionId, block_id: action.blockId, action_ts: world.nextTs() }],
  });
  return delivery.kind === 'acked' ? { ok: true } : refused(NO_ANSWER);
}

async function submit(options: ActOptions, { as, viewId, values }: UiRequests['submit']): Promise<UiAnswer> {
  const { world, socket } = options;
  const found = findView(world, viewId);
  if (found?.user !== as) return refused('this modal is not yours');
  const { view } = found;
  const filled = fillState(blocksOf(view.view), values);
  if (Object.keys(filled.errors).length > 0) return showErrors(world, view, filled.errors);
  const delivery = await socket.deliver('interactive', submission(options, { as, view, filled }));
  if (delivery.kind === 'unanswered') return showErrors(world, view, { '': TROUBLE });
  return carryOut(world, { as, view, answer: delivery.payload ?? {} });
}

function submission(options: ActOptions, { as, view, filled }: { readonly as: string; readonly view: View; readonly filled: Filled }): Json {
  const { world } = options;
  return { ...base(options, as), type: 'view_submission', trigger_id: newTrigger(world, as), view: wireView(world, view, filled.values), response_urls: [] };
}

function showErrors(world: World, view: View, errors: Readonly<Record<string, string>>): UiAnswer {
  view.errors = errors;
  world.changed();
  return refused(Object.values(errors)[0] ?? 'not accepted');
}

type Answered = { readonly as: string; readonly view: View; readonly answer: Json };

/** What the app answered to a submission. */
function carryOut(world: World, { as, view, answer }: Answered): UiAnswer {
  try {
    switch (answer['response_action']) {
      case 'errors':
        return showErrors(world, view, stringsOf(answer['errors']));
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
      default:
        pop(world, as, view.id);
        return { ok: true };
    }
  } catch {
    return showErrors(world, view, { '': TROUBLE });
  }
}

function stringsOf(value: unknown): Readonly<Record<string, string>> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)])) : {};
}

function pop(world: World, user: string, viewId: string): void {
  world.modals.set(user, (world.modals.get(user) ?? []).filter(({ id }) => id !== viewId));
  world.changed();
}

async function command(options: ActOptions, { as, channel: channelId, threadTs, text }: UiRequests['say']): Promise<UiAnswer> {
  const { world, socket, responses } = options;
  const [name = '', ...rest] = text.trim().split(' ');
  const channel = channelOf(world, channelId);
  if (channel === undefined) return refused('channel_not_found');
  const tell = (words: string): void => {
    whisper({ world }, { channel: channel.id, user: as, content: { text: words, blocks: [], attachments: [] } });
  };
  if (name !== '/oom' || threadTs !== undefined) {
    tell(threadTs === undefined ? `${name} is not a valid command. Only /oom is known here.` : 'Commands are not available in threads.');
    return refused('unknown command');
  }
  const user = world.users.find(({ id }) => id === as);
  const delivery = await socket.deliver('slash_commands', {
    token: 'local',
    team_id: world.teamId,
    team_domain: 'local',
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: as,
    user_name: user?.name ?? '',
    command: name,
    text: rest.join(' '),
    api_app_id: world.appId,
    is_enterprise_install: 'false',
    response_url: `${options.baseUrl()}${responses.create({ channel: channel.id, user: as })}`,
    trigger_id: newTrigger(world, as),
  });
  if (delivery.kind === 'unanswered') {
    tell(`${name} failed with the error "dispatch_failed": ${NO_ANSWER}`);
    return refused('dispatch_failed');
  }
  const answer = delivery.payload?.['text'];
  if (typeof answer === 'string' && answer !== '') tell(answer);
  return { ok: true };
}

async function speak({ world, socket }: ActOptions, { as, channel: channelId, threadTs, text }: UiRequests['say']): Promise<UiAnswer> {
  const channel = channelOf(world, channelId);
  if (channel === undefined || text.trim() === '') return refused('nothing to say');
  const spoken = text.replaceAll(/@headroom\b/gi, `<@${world.botUserId}>`);
  const ts = world.nextTs();
  channel.messages.push({ ts, channel: channel.id, user: as, text: spoken, blocks: [], attachments: [], threadTs, edited: false });
  world.changed();
  if (spoken.includes(`<@${world.botUserId}>`)) {
    await socket.event({ type: 'app_mention', user: as, text: spoken, ts, channel: channel.id, event_ts: ts, ...(threadTs === undefined ? {} : { thread_ts: threadTs }) });
  }
  return { ok: true };
}
