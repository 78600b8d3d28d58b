// Who a person is, and which people a group has, asked at the moment of the click.

import type { Piece } from '../domain/base/piece.ts';
import type { PersonId } from '../domain/change/proposal.ts';

export type Person = {
  readonly id: PersonId;
  readonly name: string;
  /** full: a regular member of the home workspace; the others may never approve. */
  readonly standing: 'full' | 'guest' | 'stranger' | 'bot' | 'deactivated';
  /** IANA name of the zone the person's clock is in; undefined when Slack does not say. */
  readonly timezone?: string | undefined;
};

export interface People {
  person(id: PersonId): Promise<Person>;
  /** Members of a user group; unavailable with the reason when the workspace has no user groups or the scope is missing. */
  members(group: string): Promise<Piece<readonly PersonId[]>>;
}
