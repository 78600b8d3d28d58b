// What may be changed, how far, and by whom. Read from headroom.yaml; every refusal says which rule and how to satisfy it.

import type { Bytes } from './memory.ts';
import type { Millis } from './time.ts';

export type ApproverRule = {
  /** Globs over namespaces, "*" for all. */
  readonly namespaces: readonly string[];
  /** Slack user ids. */
  readonly users: readonly string[];
  /** Slack user group ids. */
  readonly groups: readonly string[];
};

export type Policy = {
  readonly approvers: readonly ApproverRule[];
  /** Whether the requester may approve the own proposal; false unless set. */
  readonly selfApproval: boolean;
  /** Absolute bounds of a new limit. */
  readonly minLimit: Bytes;
  readonly maxLimit: Bytes;
  /** A new limit is at most this many times the old one. */
  readonly maxFactor: number;
  readonly proposalExpiry: Millis;
  readonly watchFloor: Millis;
  readonly watchCeiling: Millis;
  /** An incident without a kill for this long is resolved. */
  readonly quietAfter: Millis;
};

export type RouteRule = {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  /** Channel id or name. */
  readonly channel: string;
};

/** Matches "*" and "team-*" style globs; every other character stands for itself. */
export function matchesGlob(glob: string, text: string): boolean {
  const parts = glob.split('*');
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return glob === text;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1) return text.length - position >= part.length && text.endsWith(part);
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return true;
}

/** The channel of the first route that matches, else the default. */
export function routeFor(routes: readonly RouteRule[], place: { cluster: string; namespace: string }, fallback: string): string {
  const route = routes.find(
    (rule) =>
      rule.clusters.some((glob) => matchesGlob(glob, place.cluster)) &&
      rule.namespaces.some((glob) => matchesGlob(glob, place.namespace)),
  );
  return route?.channel ?? fallback;
}

export type LimitCheck = { readonly kind: 'allowed' } | { readonly kind: 'denied'; readonly reason: string };
