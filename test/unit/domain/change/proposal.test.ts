// Every state and every event: only approval leads out of pending towards a write, and nothing leaves a final state.

import { describe, expect, it } from 'vitest';
import type { Proposal, ProposalContent, ProposalEvent, ProposalState } from '../../../../src/domain/change/proposal.ts';
import { advance, isFinal } from '../../../../src/domain/change/proposal.ts';
import { NOW, proposal } from '../../../support/build.ts';

const by = 'UBOB';

/** Another person asks for more. */
function editedContent(): ProposalContent {
  const { reason, hash, labels, findings, dryRun, temporary, expiresAt, change } = proposal();
  return { requester: 'UCAROL', reason, hash, labels, findings, dryRun, temporary, expiresAt, change };
}

const STATES: readonly ProposalState[] = [
  { kind: 'pending' },
  { kind: 'refused', by, reason: 'no', at: NOW },
  { kind: 'expired', at: NOW },
  { kind: 'approved', by, at: NOW },
  { kind: 'applying', by, at: NOW },
  { kind: 'rolling-out', by, at: NOW, generation: 5 },
  { kind: 'observing', by, at: NOW, rolledOutAt: NOW, until: NOW },
  { kind: 'closed', by, at: NOW, verdict: { kind: 'not-applied', reason: 'x' } },
];
const EVENTS: readonly ProposalEvent[] = [
  { kind: 'approve', by, needed: 1, hash: 'h1' },
  { kind: 'edit', content: editedContent() },
  // Only what the policy would have approved by itself is left to people.
  { kind: 'leave-to-people', reason: 'quiet hours', expiresAt: NOW, hash: 'h2' },
  { kind: 'refuse', by, reason: 'no' },
  { kind: 'expire' },
  { kind: 'begin' },
  { kind: 'written', generation: 5 },
  { kind: 'rolled-out', until: NOW },
  { kind: 'watch-on', until: NOW, gaps: [{ from: NOW }] },
  { kind: 'close', verdict: { kind: 'not-applied', reason: 'x' } },
];

const ALLOWED: Readonly<Record<string, string>> = {
  'pending approve': 'approved',
  'pending edit': 'pending',
  'pending refuse': 'refused',
  'pending expire': 'expired',
  'approved begin': 'applying',
  'applying written': 'rolling-out',
  'rolling-out rolled-out': 'observing',
  'approved close': 'closed',
  'applying close': 'closed',
  'rolling-out close': 'closed',
  'observing watch-on': 'observing',
  'observing close': 'closed',
};

const PAIRS = STATES.flatMap((state) => EVENTS.map((event) => ({ name: `${state.kind} ${event.kind}`, state, event })));

describe('advance', () => {
  it.each(PAIRS)('$name', ({ name, state, event }) => {
    const moved = advance(proposal({ state, version: 3 }), event, NOW);
    const next = ALLOWED[name];
    if (next === undefined) expect(moved).toEqual({ kind: 'not-allowed', state: state.kind });
    else expect(moved).toMatchObject({ kind: 'moved', proposal: { version: 4, state: { kind: next } } });
  });

  it('leaves no final state', () => {
    const left = PAIRS.filter(({ state, event }) => isFinal(state) && advance(proposal({ state }), event, NOW).kind === 'moved');
    expect(left).toEqual([]);
  });
});

describe('what the policy would approve by itself', () => {
  const event: ProposalEvent = { kind: 'leave-to-people', reason: 'quiet hours', expiresAt: NOW, hash: 'h2' };

  it('can be left to people, once and while it waits', () => {
    const left = after(proposal({ automatic: true }), event);
    expect(left).toMatchObject({ state: { kind: 'pending' }, revision: 2, reason: 'quiet hours', expiresAt: NOW, hash: 'h2' });
    expect(left.automatic).toBeUndefined();
    expect(advance(left, event, NOW)).toEqual({ kind: 'not-allowed', state: 'pending' });
    const approved = after(proposal({ automatic: true }), { kind: 'approve', by, needed: 1, hash: 'h1' });
    expect(advance(approved, event, NOW)).toEqual({ kind: 'not-allowed', state: 'approved' });
  });
});

function after(from: Proposal, event: ProposalEvent): Proposal {
  const next = advance(from, event, NOW);
  if (next.kind === 'not-allowed') throw new Error(`not allowed in ${next.state}`);
  return next.proposal;
}

describe('several approvals', () => {
  it('are needed from different people before anything is written', () => {
    const one = after(proposal(), { kind: 'approve', by: 'UBOB', needed: 2, hash: 'h1' });
    expect(one).toMatchObject({ state: { kind: 'pending' }, approvals: [{ by: 'UBOB' }] });
    expect(advance(one, { kind: 'approve', by: 'UBOB', needed: 2, hash: 'h1' }, NOW).kind).toBe('not-allowed');
    const both = after(one, { kind: 'approve', by: 'UCAROL', needed: 2, hash: 'h1' });
    expect(both).toMatchObject({ state: { kind: 'approved', by: 'UCAROL' }, approvals: [{ by: 'UBOB' }, { by: 'UCAROL' }] });
  });

  it('are void once somebody asks for something else', () => {
    const one = after(proposal(), { kind: 'approve', by: 'UBOB', needed: 2, hash: 'h1' });
    const next = after(one, { kind: 'edit', content: editedContent() });
    expect(next).toMatchObject({ revision: 2, version: 3, approvals: [], requester: 'UCAROL', editedAt: NOW });
    expect(after(next, { kind: 'approve', by: 'UBOB', needed: 2, hash: 'h1' }).state.kind).toBe('pending');
  });
});
