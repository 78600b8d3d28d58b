// What every act of a person needs: the world, the way to the app, and the part of the payload that says who it was.

import type { ResponseUrls } from '../socket/response-url.ts';
import type { SocketMode } from '../socket/socket-mode.ts';
import type { UiAnswer } from '../ui/ui-types.ts';
import { whisper } from '../web-api/wire.ts';
import type { Channel, Json, User, World } from '../world.ts';
import { SLACKBOT } from '../world.ts';

export type Acting = {
  readonly world: World;
  readonly socket: SocketMode;
  readonly responses: ResponseUrls;
  readonly baseUrl: () => string;
  /** What the app was installed with: some of it decides what Slack tells the app at all. */
  readonly scopes: readonly string[];
};

/** What the page shows for a moment when the app did not acknowledge in time. */
export const NO_ANSWER = 'The app did not respond. Try again.';
/** What Slack shows in a modal for the same. */
export const TROUBLE = 'We had some trouble connecting. Try again?';

export function refused(error: string): UiAnswer {
  return { ok: false, error };
}

/** The person, when there is one who can act: bots do not click. */
export function actorOf(world: World, id: string): User | undefined {
  return world.users.find((user) => user.id === id && !user.isBot);
}

/** The part of a payload that says where and who. */
export function payloadBase({ world }: Acting, person: User): Json {
  return {
    team: { id: world.teamId, domain: 'local' },
    user: { id: person.id, username: person.name, name: person.name, team_id: world.teamId },
    api_app_id: world.appId,
    token: 'local',
    enterprise: null,
    is_enterprise_install: false,
  };
}

export type FromSlack = { readonly user: string; readonly text: string; readonly threadTs?: string | undefined };

/** Slack's own words to one person, where that person wrote. */
export function tellFromSlack(world: World, channel: Channel, { user, text, threadTs }: FromSlack): void {
  whisper(world, { channel: channel.id, user, threadTs, content: { text, blocks: [], attachments: [] }, from: SLACKBOT });
}
