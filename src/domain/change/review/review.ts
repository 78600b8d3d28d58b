// What a review finds about a change, for the person who asks and the one who decides: one finding for each thing that was looked at. Facts in, plain
// sentences out; nothing is decided here but what to say and how loudly.

import type { Applying } from '../../evidence/field-owner.ts';
import { appliedWords, putsBack } from '../../evidence/field-owner.ts';
import type { Change } from '../change.ts';
import type { Policy } from '../policy/policy.ts';
import type { Finding, FindingLevel, ReviewInput } from './finding.ts';
import { podFindings } from './pod.ts';
import { restartFindings } from './restart.ts';
import { roomFindings } from './room.ts';
import { ruleFindings } from './rules.ts';
import { scalingFindings } from './scaling.ts';

/** Said to whoever approves, before they do. */
const NEVER_WRITTEN: Finding = {
  about: 'writing',
  level: 'warns',
  words: 'policy.dryRunOnly is on: once approved, the API server is asked whether it would take this, and nothing is written.',
};

/** Of every proposal, also of one that takes another back: whether anything comes of an approval. */
export function writingFindings({ dryRunOnly }: Pick<Policy, 'dryRunOnly'>): readonly Finding[] {
  return dryRunOnly ? [NEVER_WRITTEN] : [];
}

/** Loudest first; within a level in the order of the topics. */
export function reviewChange(input: ReviewInput): readonly Finding[] {
  const found = [
    ...restartFindings(input),
    ...ruleFindings(input),
    ...roomFindings(input),
    ...scalingFindings(input),
    ...podFindings(input),
    ...ownerFindings(input),
  ];
  const order: readonly FindingLevel[] = ['blocks', 'warns', 'tells', 'not-checked'];
  return order.flatMap((level) => found.filter((finding) => finding.level === level));
}

function ownerFindings({ fieldOwners, template, change }: ReviewInput): readonly Finding[] {
  const byHand = template.applied && change.way === 'template' ? appliedWords(template.applied, applying(change)) : undefined;
  const owners = fieldOwners.map(
    (owner): Finding => ({
      about: 'owner',
      level: 'warns',
      words: `${putsBack(owner)}; change the limit where it reads it from.`,
    }),
  );
  return [...owners, ...(byHand === undefined ? [] : [{ about: 'owner', level: 'tells', words: byHand } as const])];
}

function applying({ container, list, before, after }: Change): Applying {
  const changed = (['limit', 'request'] as const).filter((field) => before[field]?.bytes !== after[field]);
  return { container: { list, name: container }, changed };
}
