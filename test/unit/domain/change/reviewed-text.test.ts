// Whatever an approver is shown or a write depends on is part of what is approved.

import { expect, it } from 'vitest';
import { proposalSchema } from '../../../../src/adapters/redis/schema/proposal.ts';
import { toInstant } from '../../../../src/domain/base/time.ts';
import type { Proposal } from '../../../../src/domain/change/proposal.ts';
import { reviewedText } from '../../../../src/domain/change/reviewed-text.ts';
import { mi, NOW, proposal, size, workload } from '../../../support/build.ts';

const reviewed = proposal();
const { change } = reviewed;

const CHANGED: readonly { readonly name: string; readonly parts: Partial<Proposal> }[] = [
  { name: 'the limit', parts: { change: { ...change, after: { ...change.after, limit: mi(385) } } } },
  { name: 'the limit of before', parts: { change: { ...change, before: { ...change.before, limit: size(20) } } } },
  { name: 'the workload', parts: { change: { ...change, workload: workload({ uid: 'another' }) } } },
  { name: 'the patch', parts: { change: { ...change, patch: [...change.patch, { op: 'remove', path: '/spec/paused' }] } } },
  { name: 'the patch of a pod', parts: { change: { ...change, pods: [{ name: 'a', uid: 'b', patch: [] }] } } },
  { name: 'the name of a Job', parts: { change: { ...change, replacement: 'another' } } },
  { name: 'the pods that go with it', parts: { change: { ...change, releaseStuck: true } } },
  { name: 'the spelling', parts: { change: { ...change, texts: { limit: '1Gi' } } } },
  { name: 'the requester', parts: { requester: 'UEVE' } },
  { name: 'the reason', parts: { reason: 'Another reason than that.' } },
  { name: 'the incident', parts: { incidentId: 'OOM-2' } },
  { name: 'the findings', parts: { findings: [{ about: 'restart', level: 'tells', words: 'All is well.' }] } },
  { name: 'the labels', parts: { labels: { team: 'web' } } },
  { name: 'the route', parts: { route: 'resize' } },
  { name: 'the proposal it takes back', parts: { undoes: 'P-7' } },
  { name: 'who may approve it', parts: { automatic: true } },
  { name: 'the end of its time', parts: { expiresAt: toInstant(NOW + 1) } },
];

it.each(CHANGED)('changes with $name', ({ parts }) => {
  expect(reviewedText({ ...reviewed, ...parts })).not.toBe(reviewedText(reviewed));
});

it('stays the same through the store, and through whatever happens to the proposal', () => {
  const later = {
    ...reviewed,
    version: 7,
    approvals: [{ by: 'UBOB', at: NOW }],
    state: { kind: 'approved', by: 'UBOB', at: NOW },
  };
  const stored = proposalSchema.parse(JSON.parse(JSON.stringify({ ...later, route: undefined })));
  expect(reviewedText(stored)).toBe(reviewedText(reviewed));
});
