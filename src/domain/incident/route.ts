// Where an incident is told and whose it is: what the pod says itself, then its namespace, then the first route that fits, then the default channel.

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

/** What a pod's or a namespace's annotations ask for. */
export type RouteWish = { readonly channel?: string | undefined; readonly owner?: string | undefined };

export type Route = { readonly channel: string; readonly owner?: string | undefined };

/** The channel for incidents, by its id: an annotation of a pod or of its namespace. */
export const CHANNEL_ANNOTATION = 'headroom.dev/channel';
/** Whose it is, by the id of a Slack user group or user. */
export const OWNER_ANNOTATION = 'headroom.dev/owner';

export const CHANNEL_ID = /^[CG][A-Z0-9]{2,20}$/;
export const OWNER_ID = /^[SUW][A-Z0-9]{2,20}$/;

/** Anybody may write anything into an annotation: only what can be an id counts. */
export function wishIn(annotations: Readonly<Record<string, string>>): RouteWish {
  return { channel: fits(annotations[CHANNEL_ANNOTATION], CHANNEL_ID), owner: fits(annotations[OWNER_ANNOTATION], OWNER_ID) };
}

function fits(text: string | undefined, pattern: RegExp): string | undefined {
  return text !== undefined && pattern.test(text) ? text : undefined;
}

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
