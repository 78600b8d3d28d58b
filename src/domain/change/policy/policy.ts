// What may be changed, how far, when and by whom. Read from headroom.yaml; every refusal says which rule and how to satisfy it
// (policy/judge.ts). Sizes in bytes, lengths of time in milliseconds, shares from 0 to 1.

import type { Bytes } from '../../base/memory.ts';
import type { Millis } from '../../base/time.ts';

/** How a change reaches the cluster. live-override: a live patch of what a GitOps tool owns, which that tool will take back. */
export const CHANGE_ROUTES = ['live', 'resize', 'pull-request', 'live-override'] as const;
export type ChangeRoute = (typeof CHANGE_ROUTES)[number];

/** Kinds a change can be proposed for. */
export const CHANGEABLE_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'CronJob',
  'Job',
  'Pod',
  'Rollout',
] as const;

/** Which workloads a rule is about: all of the given globs and labels have to fit. */
export type Scope = {
  /** Globs over namespaces, "*" for all; one that starts with "!" leaves out what it matches. */
  readonly namespaces: readonly string[];
  /** Labels of the workload, each with its exact value; none: any workload. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
};

/** A workload as a rule sees it. Labels that could not be read fit no rule that asks for some. */
export type PolicyPlace = { readonly namespace: string; readonly labels?: Readonly<Record<string, string>> | undefined };

type PeopleRule = Scope & {
  /** Slack user ids. */
  readonly users: readonly string[];
  /** Slack user group ids. */
  readonly groups: readonly string[];
};

/** A time of the week: in which nothing is written, or in which alone something is. */
export type WeekHours = {
  /** 0 is Sunday. The day on which it begins. */
  readonly days: readonly number[];
  /** Minutes since midnight; `to` at or before `from` is on the next day. */
  readonly from: number;
  readonly to: number;
  /** IANA name: "Europe/Berlin". */
  readonly timezone: string;
};

/** What an override may set for some workloads. */
export type ScopedRules = {
  readonly kinds: readonly string[];
  readonly routes: readonly ChangeRoute[];
  /** How many people have to approve. */
  readonly approvals: number;
  /** Whether the requester may approve the own proposal; false unless set. */
  readonly selfApproval: boolean;
  /** Absolute bounds of a new limit. */
  readonly minLimit: Bytes;
  readonly maxLimit: Bytes;
  /** A new limit is at most this many times the old one. */
  readonly maxFactor: number;
  /** A new limit is at most this share of what the node has to give. */
  readonly maxNodeShare: number;
  /** A request is at least and at most this share of its limit. */
  readonly minRequestShare: number;
  readonly maxRequestShare: number;
  /** This long after a change was written, no other of the same container is; 0: at once. */
  readonly coolDown: Millis;
  /** Nothing is approved or written in them. */
  readonly quietHours: readonly WeekHours[];
  /** Approved and written only in them; none: at any time. Quiet hours within them stay quiet. */
  readonly approvalHours: readonly WeekHours[];
  /** Everything is asked, approved and rehearsed, and nothing is written. */
  readonly dryRunOnly: boolean;
  readonly proposalExpiry: Millis;
  /** A rollout that cannot be scheduled is undone without asking. */
  readonly undoAutomatically: boolean;
  /** After this long under load a change is measured again; 0: never. */
  readonly tightenAfter: Millis;
};

export type PolicyOverride = Scope & { readonly rules: { readonly [Key in keyof ScopedRules]?: ScopedRules[Key] | undefined } };

export type Policy = ScopedRules & {
  readonly approvers: readonly PeopleRule[];
  /** Empty: every full member of the workspace may propose. */
  readonly proposers: readonly PeopleRule[];
  /** Where changes may be made at all, as globs like a scope's. */
  readonly namespaces: readonly string[];
  readonly watchFloor: Millis;
  readonly watchCeiling: Millis;
  /** An incident without a kill for this long is resolved. */
  readonly quietAfter: Millis;
  /** In order: a later one that fits wins over an earlier one. */
  readonly overrides: readonly PolicyOverride[];
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

/** Some glob matches and none that starts with "!" does; only such ones: everything else. */
export function matchesGlobs(globs: readonly string[], text: string): boolean {
  const without = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  const within = globs.filter((glob) => !glob.startsWith('!'));
  if (without.some((glob) => matchesGlob(glob, text))) return false;
  return within.length === 0 || within.some((glob) => matchesGlob(glob, text));
}

export function inScope({ namespaces, labels }: Scope, place: PolicyPlace): boolean {
  const wanted = Object.entries(labels ?? {});
  return matchesGlobs(namespaces, place.namespace) && wanted.every(([name, value]) => place.labels?.[name] === value);
}

/** The policy as it is for one workload: each override that fits has its say, later ones over earlier ones. */
export function policyFor(policy: Policy, place: PolicyPlace): Policy {
  let result = policy;
  for (const override of policy.overrides) if (inScope(override, place)) result = { ...result, ...given(override.rules) };
  return result;
}

/** What an override says, and nothing else. */
export function given(rules: PolicyOverride['rules']): Partial<ScopedRules> {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}
