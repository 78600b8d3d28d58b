// Incidents and their dossiers, changed only by compare-and-set on the version.

import type { Instant } from '../domain/base/time.ts';
import type { Dossier, Incident } from '../domain/incident/incident.ts';

export type IncidentDraft = (id: string, previousIncidentId: string | undefined) => Incident;

/** The last resolved incident of the key as it opens again; undefined when it is to rest. */
export type Reopening = (last: Incident) => Incident | undefined;

export type Opened = {
  readonly kind: 'opened' | 'found' | 'reopened';
  readonly incident: Incident;
};

export interface IncidentStore {
  get(id: string): Promise<Incident | undefined>;
  /** The unresolved incident with that key. */
  findOpen(key: string): Promise<Incident | undefined>;
  /**
   * The unresolved incident with that key, or the last resolved one opened again, or a new one made by `draft` from the next number and the last resolved incident of
   * the key. Two callers at once get the same incident; one of them 'opened' it.
   */
  openOrFind(key: string, draft: IncidentDraft, reopen?: Reopening): Promise<Opened>;
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
