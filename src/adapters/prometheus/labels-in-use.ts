// Which labels a Prometheus uses, found out by asking and shared by all who ask it. Those are sure that once named a container that was looked for; whoever
// asks for all containers at once cannot be: other labels may name a few by accident, as those of what was scraped.

import type { Instant } from '../../domain/base/time.ts';
import { MINUTE } from '../../domain/base/time.ts';
import type { LabelScheme } from './label-scheme.ts';
import { SCHEME_NAMES, SCHEMES } from './label-scheme.ts';

export type LabelsInUse = {
  /** To look for one container, in this order: those that worked last; the others while none ever did, and now and then where those know nothing. */
  candidates(now: Instant): readonly LabelScheme[];
  /** It named the container that was looked for. */
  found(scheme: LabelScheme): void;
  /** To ask for all containers: the sure one, else all there are. */
  forAll(): readonly LabelScheme[];
};

/** A pod too young for a first sample looks like other labels: these are tried again only so often. */
const OTHER_LABELS_EVERY_MS = 10 * MINUTE;

/** `set`: by the settings, which leaves nothing to find out. */
export function createLabelsInUse(set: LabelScheme | undefined): LabelsInUse {
  let best: LabelScheme = set ?? SCHEMES.cadvisor;
  let proved = set !== undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  const all = (): readonly LabelScheme[] => [
    best,
    ...SCHEME_NAMES.map((name) => SCHEMES[name]).filter((scheme) => scheme !== best),
  ];
  return {
    candidates(now) {
      if (set !== undefined || (proved && now - triedAt < OTHER_LABELS_EVERY_MS)) return [best];
      triedAt = now;
      return all();
    },
    found(scheme) {
      best = scheme;
      proved = true;
    },
    forAll: () => (proved ? [best] : all()),
  };
}
