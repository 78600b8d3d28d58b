// A piece of evidence is a value: either known, with where and when it comes from, or missing, with the reason why.
// Nothing missing is ever counted as zero.

import type { Instant } from './time.ts';

export type Known<T> = {
  readonly kind: 'known';
  readonly value: T;
  /** Where it was read, in words a person knows: "Prometheus", "metrics.k8s.io", "pod status". */
  readonly source: string;
  /** When it was read. */
  readonly at: Instant;
};

export type Unavailable = {
  readonly kind: 'unavailable';
  /** One clause a person can act on: "no right to read pod logs (RBAC)". */
  readonly reason: string;
  /** There was no time, or nobody answered: asked again it may be there. */
  readonly late?: true | undefined;
};

export type Piece<T> = Known<T> | Unavailable;

export function known<T>(value: T, source: string, at: Instant): Known<T> {
  return { kind: 'known', value, source, at };
}

export function unavailable(reason: string): Unavailable {
  return { kind: 'unavailable', reason };
}

/** Not there yet: worth another look. */
export function late(reason: string): Unavailable {
  return { kind: 'unavailable', reason, late: true };
}

/** The value when it is known, otherwise undefined: for rules that simply do not fire without it. */
export function valueOf<T>(piece: Piece<T>): T | undefined {
  return piece.kind === 'known' ? piece.value : undefined;
}
