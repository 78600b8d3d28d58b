// Tells people things, in threads. Messages are said in domain words; how they look is the adapter's business.

import type { Instant } from '../domain/base/time.ts';
import type { Proposal } from '../domain/change/proposal.ts';
import type { Digest } from '../domain/incident/digest.ts';
import type { Dossier, Incident, PostedMessage } from '../domain/incident/incident.ts';
import type { Note } from '../domain/incident/note.ts';
import type { Storm, StormStory } from '../domain/incident/storm.ts';
import type { Kill } from '../domain/kill/oom-kill.ts';
import type { FollowUp } from '../domain/sizing/follow-up.ts';

export type Message =
  | {
      readonly kind: 'root';
      readonly incident: Incident;
      readonly dossier?: Dossier | undefined;
      readonly proposal?: Proposal | undefined;
      /** The last one that came to an end. */
      readonly lastChange?: Proposal | undefined;
      /** The kill that the thread explains, where that is not the last one explained. */
      readonly explained?: Kill | undefined;
    }
  | { readonly kind: 'explanation'; readonly incident: Incident; readonly dossier: Dossier }
  | { readonly kind: 'proposal'; readonly incident: Incident; readonly proposal: Proposal; readonly approvers: Approvers }
  | { readonly kind: 'outcome'; readonly incident: Incident; readonly proposal: Proposal }
  | { readonly kind: 'follow-up'; readonly incident: Incident; readonly followUp: FollowUp }
  | { readonly kind: 'note'; readonly incident: Incident; readonly note: Note }
  | { readonly kind: 'digest'; readonly digest: Digest }
  | {
      readonly kind: 'again';
      readonly incident: Incident;
      readonly dossier?: Dossier | undefined;
      readonly lastChange?: Proposal | undefined;
      readonly quietSince: Instant;
      readonly at: Instant;
    }
  | { readonly kind: 'reminder'; readonly incident: Incident; readonly dossier?: Dossier | undefined; readonly kills: number }
  | { readonly kind: 'output'; readonly incident: Incident; readonly dossier: Dossier }
  | { readonly kind: 'storm'; readonly storm: Storm; readonly story: StormStory; readonly over: boolean };

/** Who may approve in the incident's namespace, for the text: user and group ids. */
export type Approvers = { readonly users: readonly string[]; readonly groups: readonly string[] };

export type Place = {
  readonly channel: string;
  /** The root message's id for a reply; undefined for the root itself. */
  readonly thread?: string | undefined;
  /** A reply that is shown in the channel too. */
  readonly broadcast?: boolean | undefined;
  /** Sent along as metadata, so that the message can be found again: "OOM-1042/root". */
  readonly key: string;
};

export interface Messenger {
  /** The fingerprint the message would have if it were sent now. Pure. */
  fingerprint(message: Message): string;
  /** Throws UnknownResultError when it may have been sent; Transient with retryAfterMs on a rate limit; Permanent when refused. */
  post(message: Message, place: Place): Promise<PostedMessage>;
  edit(message: Message, posted: PostedMessage): Promise<PostedMessage>;
  /** Looks for a message sent with that key since the instant; undefined when there is none. Its fingerprint matches none. */
  find(place: Place, sinceMs: number): Promise<PostedMessage | undefined>;
}
