// One thing that a review found about a change, and what it looks at to find it.

import type { FieldOwner } from '../../evidence/evidence.ts';
import type { Surroundings } from '../../evidence/surroundings.ts';
import type { Change, TemplateContainer, TemplateState } from '../change.ts';

/** blocks: it would surely fail. warns: it may not do what is wanted. tells: good to know. not-checked: could not be looked at, and why. */
export type FindingLevel = 'blocks' | 'warns' | 'tells' | 'not-checked';

export const FINDING_TOPICS = [
  'restart',
  'room',
  'rules',
  'scaling',
  'qos',
  'request',
  'heap',
  'owner',
  'pod',
  'writing',
] as const;
export type FindingTopic = (typeof FINDING_TOPICS)[number];

export type Finding = {
  readonly about: FindingTopic;
  readonly level: FindingLevel;
  /** One or two plain sentences, not yet escaped. */
  readonly words: string;
};

export type ReviewInput = {
  readonly change: Change;
  readonly template: TemplateState;
  readonly container: TemplateContainer;
  readonly surroundings: Surroundings;
  readonly fieldOwners: readonly FieldOwner[];
};
