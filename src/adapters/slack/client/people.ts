// Who a person is and who belongs to a group, as Slack says it now: kept for less than a minute, so that a click is judged by today's members.

import type { WebClient } from '@slack/web-api';
import type { Piece } from '../../../domain/base/piece.ts';
import { known, unavailable } from '../../../domain/base/piece.ts';
import { SECOND } from '../../../domain/base/time.ts';
import type { PersonId } from '../../../domain/change/proposal.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Meter } from '../../../ports/meter.ts';
import type { People, Person } from '../../../ports/people.ts';
import { calling } from './client.ts';

export type PeopleOptions = {
  readonly client: WebClient;
  /** The bot's own workspace; undefined until it is known, then everybody is a stranger. */
  readonly teamId: () => string | undefined;
  readonly clock: Clock;
  readonly meter: Meter;
};

const KEPT_MS = 30 * SECOND;
/** Forgotten all at once beyond this many: bounds memory. */
const KEPT = 5000;

export function createPeople({ client, teamId, clock, meter }: PeopleOptions): People {
  const members = remembering<Piece<readonly PersonId[]>>(async (group) => {
    try {
      const answer = await calling({ method: 'usergroups.users.list', kind: 'read', meter }, () =>
        client.usergroups.users.list({ usergroup: group }),
      );
      return known(answer.users ?? [], 'Slack user group', clock.now());
    } catch (error) {
      return unavailable(error instanceof Error ? error.message : 'Slack did not say');
    }
  });
  return {
    async person(id): Promise<Person> {
      const { user } = await calling({ method: 'users.info', kind: 'read', meter }, () => client.users.info({ user: id }));
      const name = user?.profile?.display_name || user?.real_name || user?.name || id;
      return { id, name, standing: standingOf(user, teamId()), timezone: user?.tz };
    },
    members,
  };
}

type SlackUser = {
  readonly deleted?: boolean;
  readonly is_bot?: boolean;
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  readonly is_stranger?: boolean;
  readonly team_id?: string;
};

function standingOf(user: SlackUser | undefined, team: string | undefined): Person['standing'] {
  if (user === undefined || team === undefined) return 'stranger';
  if (user.deleted === true) return 'deactivated';
  if (user.is_bot === true) return 'bot';
  if (user.is_stranger === true || user.team_id !== team) return 'stranger';
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : 'full';
}

/** Known answers are kept a while; "unavailable" is asked again at once. */
function remembering<Value extends { readonly kind: string }>(
  read: (key: string) => Promise<Value>,
): (key: string) => Promise<Value> {
  const kept = new Map<string, { readonly value: Value; readonly until: number }>();
  return async (key) => {
    const hit = kept.get(key);
    if (hit !== undefined && performance.now() < hit.until) return hit.value;
    const value = await read(key);
    if (kept.size >= KEPT) kept.clear();
    if (value.kind === 'known') kept.set(key, { value, until: performance.now() + KEPT_MS });
    return value;
  };
}
