// What people do on the page, each turned into what Slack sends an app.

import type { UiAction, UiAnswer, UiRequests } from '../ui/ui-types.ts';
import { homeIdOf } from '../web-api/views.ts';
import { directIdOf } from '../world.ts';
import type { Acting } from './acting.ts';
import { actorOf, refused } from './acting.ts';
import { click } from './clicks.ts';
import { say } from './sayings.ts';
import { shortcut } from './shortcuts.ts';
import { close, submit } from './submissions.ts';

export type PeopleAct = {
  action(action: UiAction): Promise<UiAnswer>;
  submit(request: UiRequests['submit']): Promise<UiAnswer>;
  close(request: UiRequests['close']): UiAnswer;
  /** A message or, when it begins with a slash, a command; resolves when the app has acknowledged the command. */
  say(request: UiRequests['say']): Promise<UiAnswer>;
  /** The Home tab is opened: the app is told, and publishes it. */
  home(request: UiRequests['home']): UiAnswer;
  /** A message shortcut; resolves when the app has acknowledged it. */
  shortcut(request: UiRequests['shortcut']): Promise<UiAnswer>;
};

export function createPeopleAct(acting: Acting): PeopleAct {
  return {
    action: (action) => click(acting, action),
    submit: (request) => submit(acting, request),
    close: (request) => close(acting, request),
    say: (request) => say(acting, request),
    home: (request) => openHome(acting, request),
    shortcut: (request) => shortcut(acting, request),
  };
}

function openHome({ world, socket }: Acting, { as }: UiRequests['home']): UiAnswer {
  if (actorOf(world, as) === undefined) return refused('nobody of that name can look');
  const published = world.homes.get(as);
  socket.event({
    type: 'app_home_opened',
    user: as,
    channel: directIdOf(as),
    tab: 'home',
    event_ts: world.nextTs(),
    ...(published === undefined ? {} : { view: { ...published, id: homeIdOf(as), team_id: world.teamId } }),
  });
  return { ok: true };
}
