// Incidents and their dossiers, changed only by compare-and-set on the version.

import type { Instant } from '../domain/base/time.ts';
import type { Dossier, Incident } from '../domain/incident/incident.ts';
import type { KillId } from '../domain/kill/oom-kill.ts';

export type IncidentDraft = (id: string, previousIncidentId: string | undefined) => Incident;

/** The last resolved incident of the key as it opens again; undefined when it is to rest. */
type Reopening = (last: Incident) => Incident | undefined;

export type Counting = {
  /** Of the incident that the kill belongs to. */
  readonly key: string;
  readonly killId: KillId;
  /** The unresolved incident with the kill in it. */
  readonly add: (incident: Incident) => Incident;
  readonly draft: IncidentDraft;
  readonly reopen?: Reopening | undefined;
};

/** known: that incident counts the kill already, and is as it was. */
export type Counted = {
  readonly kind: 'opened' | 'reopened' | 'counted' | 'known';
  readonly incident: Incident;
};

export interface IncidentStore {
  get(id: string): Promise<Incident | undefined>;
  /** The unresolved incident with that key. */
  findOpen(key: string): Promise<Incident | undefined>;
  /**
   * Counts a kill by its identity: once over all incidents, however often, under whichever key and by however many at once it is asked for, for as long as a
   * kill is remembered. In the unresolved incident with that key, or in the last resolved one opened again, or in a new one made by `draft` from the next number
   * and the last resolved incident of the key. Throws TransientError when too many change the incident at once.
   */
  count(counting: Counting): Promise<Counted>;
  /**
   * Applies a pure change to the stored incident and stores the result with version + 1, again on a conflict (at most 20 times,
   * then TransientError). A change that returns the very same object stores nothing. Throws PermanentError when the incident is
   * not there. Resolving frees the key.
   */
  update(id: string, change: (incident: Incident) => Incident): Promise<Incident>;
  /** Newest first. */
  list(filter: { readonly state: 'unresolved' | 'all'; readonly limit: number }): Promise<readonly Incident[]>;
  /** Whose last kill is not before that instant, the last killed first. */
  killedSince(since: Instant, limit: number): Promise<readonly Incident[]>;
  saveDossier(incidentId: string, dossier: Dossier): Promise<void>;
  dossier(incidentId: string): Promise<Dossier | undefined>;
}
