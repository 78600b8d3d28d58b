// What somebody means by a name: exactly it, what begins with it, what holds it, and if nothing does, the nearest names. A short name is enough;
// one that fits several things is a question back, never a guess.

import { nearest } from '../base/nearest.ts';
import type { PodEntry, WorkloadName } from './directory.ts';

export type Thing =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'workload'; readonly workload: WorkloadName }
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'node'; readonly name: string };

export type ThingKind = Thing['kind'];

export type Search = {
  readonly pods: readonly PodEntry[];
  /** Workloads known otherwise, for example from incidents: their pods may be gone. */
  readonly workloads?: readonly WorkloadName[];
  readonly wanted: readonly ThingKind[];
  readonly text: string;
  readonly distance: (a: string, b: string) => number;
  /** For what changes something: a part of a name means one thing only where no other name holds it. */
  readonly surely?: boolean | undefined;
};

export type Found =
  | { readonly kind: 'one'; readonly thing: Thing }
  | { readonly kind: 'several'; readonly things: readonly Thing[] }
  | { readonly kind: 'none'; readonly nearest: readonly Thing[] };

const NEAREST = 3;

/** `kind/name` and `kind namespace/name` of kubectl are understood as far as the name goes. */
export function findThing(search: Search): Found {
  const text = search.text.trim().toLowerCase();
  const known = thingsOf(search);
  for (const fits of search.surely === true ? SURE_TIERS : TIERS) {
    const things = known.filter((thing) => namesOf(thing).some((name) => fits(name, text)));
    const narrowed = withoutOwnPods(things, search.pods);
    const [only] = narrowed;
    if (only !== undefined) return narrowed.length === 1 ? { kind: 'one', thing: only } : { kind: 'several', things: narrowed };
  }
  return { kind: 'none', nearest: nearestThings(known, { text, distance: search.distance }) };
}

const TIERS: readonly ((name: string, text: string) => boolean)[] = [
  (name, text) => name === text,
  (name, text) => name.startsWith(text),
  (name, text) => text.length >= 3 && name.includes(text),
];

/** A namespace or a kind alone names no workload: it takes a slash for them to count. */
const SURE_TIERS: typeof TIERS = [
  (name, text) => name === text,
  (name, text) => (text.includes('/') ? name : name.slice(name.lastIndexOf('/') + 1)).includes(text),
];

function thingsOf({ pods, workloads = [], wanted }: Search): readonly Thing[] {
  const things: readonly Thing[] = [
    ...[...pods.map(({ workload }) => workload), ...workloads].map(({ namespace, kind, name }) => ({
      kind: 'workload' as const,
      workload: { namespace, kind, name },
    })),
    ...pods.map(({ namespace, name }) => ({ kind: 'pod' as const, namespace, name })),
    ...pods.map(({ namespace }) => ({ kind: 'namespace' as const, name: namespace })),
    ...pods.flatMap(({ node }) => (node === undefined ? [] : [{ kind: 'node' as const, name: node }])),
  ];
  const unique = new Map(
    things.filter(({ kind }) => wanted.includes(kind)).map((thing) => [`${thing.kind} ${thingName(thing)}`, thing]),
  );
  return [...unique.values()];
}

/** "payments/checkout-api", and of a namespace or node its name. */
export function thingName(thing: Thing): string {
  switch (thing.kind) {
    case 'pod':
      return `${thing.namespace}/${thing.name}`;
    case 'workload':
      return `${thing.workload.namespace}/${thing.workload.name}`;
    case 'namespace':
    case 'node':
      return thing.name;
  }
}

/** The names it answers to, lower case. */
function namesOf(thing: Thing): readonly string[] {
  const full = thingName(thing).toLowerCase();
  if (thing.kind === 'namespace' || thing.kind === 'node') return [full];
  const short = full.slice(full.indexOf('/') + 1);
  if (thing.kind === 'pod') return [full, short];
  return [full, short, `${thing.workload.kind.toLowerCase()}/${short}`];
}

/** A workload that fits stands for its pods; a bare pod is its own workload, and stays the pod. */
function withoutOwnPods(things: readonly Thing[], pods: readonly PodEntry[]): readonly Thing[] {
  const workloads = new Set(things.flatMap((thing) => (thing.kind === 'workload' ? [keyOf(thing.workload)] : [])));
  const owners = new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, keyOf(pod.workload)]));
  const isShown = (thing: Thing): boolean => {
    if (thing.kind === 'pod') return thing.namespace === '' || !workloads.has(owners.get(thingName(thing)) ?? '');
    return true;
  };
  return things.filter(isShown);
}

function keyOf({ namespace, kind, name }: WorkloadName): string {
  return `${kind} ${namespace}/${name}`;
}

type Near = { readonly text: string; readonly distance: Search['distance'] };

function nearestThings(known: readonly Thing[], { text, distance }: Near): readonly Thing[] {
  const byName = new Map(known.flatMap((thing) => namesOf(thing).map((name) => [name, thing] as const)));
  // People leave out how a name ends: "chekout" is as near to checkout-api as to checkout. Of a pod's name nobody knows the end.
  const toBegin = (name: string, asked: string): number => {
    const begins = byName.get(name)?.kind === 'pod' ? [] : beginnings(name);
    return Math.min(distance(name, asked), ...begins.map((begin) => distance(begin, asked)));
  };
  const names = nearest({ candidates: [...byName.keys()], text, distance: toBegin, limit: NEAREST * 3 });
  return [...new Set(names.flatMap((name) => byName.get(name) ?? []))].slice(0, NEAREST);
}

/** "a", "a-b" of "a-b-c". */
function beginnings(name: string): readonly string[] {
  const parts = name.split('-');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('-'));
}
