// Who a person is and who belongs to a group, as Slack says it now. Nothing is kept: an answer is always of a call that began after the question, because a
// person who was removed a second ago may not approve. Those who ask in the same moment share one call.

import type { WebClient } from '@slack/web-api';
import type { Piece } from '../../../domain/base/piece.ts';
import { known, unavailable } from '../../../domain/base/piece.ts';
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

export function createPeople({ client, teamId, clock, meter }: PeopleOptions): People {
  const members = sharing<Piece<readonly PersonId[]>>(async (group) => {
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

/** Whoever asks while a call is under way gets the answer of the next one, together with all others who wait: the one under way began before they asked. */
function sharing<Value>(read: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const under = new Map<string, { readonly running: Promise<Value>; next: Promise<Value> | undefined }>();
  const start = (key: string): Promise<Value> => {
    const running = read(key).finally(() => {
      if (under.get(key)?.running === running) under.delete(key);
    });
    under.set(key, { running, next: undefined });
    return running;
  };
  return (key) => {
    const current = under.get(key);
    if (current === undefined) return start(key);
    current.next ??= current.running.then(
      () => start(key),
      () => start(key),
    );
    return current.next;
  };
}
