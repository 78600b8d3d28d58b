// Where an incident is told and whose it is: what the pod says itself, then its namespace, then the first route that fits, then the default channel.

import type { RouteWish } from '../base/annotations.ts';
import { matchesGlob, matchesGlobs } from '../change/policy/policy.ts';

/** critical: the node itself, or a container that dies again and again. info: the container lives on, or it may have been something else. */
export type Severity = 'critical' | 'warning' | 'info';

export const SEVERITIES = ['critical', 'warning', 'info'] as const satisfies readonly Severity[];

export type RouteRule = {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  /** Kinds of workloads: "Deployment", "CronJob", "*Set". */
  readonly kinds: readonly string[];
  /** Labels of the pod that have to be there, with globs for their values. */
  readonly labels: Readonly<Record<string, string>>;
  readonly severities: readonly Severity[];
  /** Channel id; the default channel when left out. */
  readonly channel?: string | undefined;
  /** Slack user group or user, mentioned once. */
  readonly owner?: string | undefined;
};

export type RoutePlace = {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly severity: Severity;
};

export type Route = { readonly channel: string; readonly owner?: string | undefined };

export type Routing = {
  readonly routes: readonly RouteRule[];
  readonly place: RoutePlace;
  /** The pod's before its namespace's. */
  readonly wishes: readonly RouteWish[];
  readonly fallback: string;
};

/** Channel and owner each from the first that names one. */
export function routeFor({ routes, place, wishes, fallback }: Routing): Route {
  const rule = routes.find((each) => isFor(each, place));
  const asked = [...wishes, ...(rule === undefined ? [] : [rule])];
  return {
    channel: asked.find(({ channel }) => channel !== undefined)?.channel ?? fallback,
    owner: asked.find(({ owner }) => owner !== undefined)?.owner,
  };
}

function isFor(rule: RouteRule, place: RoutePlace): boolean {
  return (
    matchesGlobs(rule.clusters, place.cluster) &&
    matchesGlobs(rule.namespaces, place.namespace) &&
    matchesGlobs(rule.kinds, place.kind) &&
    rule.severities.includes(place.severity) &&
    Object.entries(rule.labels).every(([name, glob]) => {
      const value = place.labels[name];
      return value !== undefined && matchesGlob(glob, value);
    })
  );
}
