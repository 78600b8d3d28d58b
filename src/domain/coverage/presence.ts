// Which processes of the bot live, and how they say they are: each says so again and again; who was not heard of for a while is gone.

import type { Instant } from '../base/time.ts';
import { SECOND } from '../base/time.ts';

export type Standing = 'alone' | 'leading' | 'standing-by';

export type Presence = {
  /** Different for each process. */
  readonly process: string;
  readonly host: string;
  readonly role: string;
  readonly cluster: string;
  readonly at: Instant;
  readonly watching?: { readonly standing: Standing; readonly connected: boolean } | undefined;
  readonly slackConnections?: number | undefined;
  /** Undefined: none is configured. */
  readonly prometheus?: { readonly answers: boolean; readonly words: string } | undefined;
};

export const SAID_EVERY_MS = 10 * SECOND;
/** Three times unheard of. */
export const GONE_AFTER_MS = 35 * SECOND;

export function isThere({ at }: Presence, now: Instant): boolean {
  return now - at < GONE_AFTER_MS;
}

/** What is not as it should be, one sentence each; empty when all is well. */
export function ailments(processes: readonly Presence[]): readonly string[] {
  const watchers = processes.filter(({ watching }) => watching !== undefined);
  const leaders = watchers.filter(({ watching }) => watching?.standing !== 'standing-by');
  const clusters = [...new Set(processes.map(({ cluster }) => cluster))];
  return [
    ...clusters
      .filter((cluster) => !leaders.some((leader) => leader.cluster === cluster))
      .map((cluster) => `Nobody watches ${cluster}: kills are found when a watcher is back.`),
    ...leaders
      .filter(({ watching }) => watching?.connected !== true)
      .map(({ cluster, host }) => `The watcher of ${cluster} on ${host} has lost the API server.`),
    ...processes
      .filter(({ slackConnections }) => slackConnections !== undefined && slackConnections < 1)
      .map(({ host }) => `${host} has no connection to Slack.`),
    ...processes
      .filter(({ prometheus }) => prometheus?.answers === false)
      .map(({ cluster, prometheus }) => `Prometheus of ${cluster} does not answer: ${prometheus?.words ?? ''}.`),
  ];
}

/** Jobs, by how they stand. */
export type QueueCounts = { readonly waiting: number; readonly running: number; readonly failed: number };
