// Every state and every event: only approval leads out of pending towards a write, and nothing leaves a final state.

import { describe, expect, it } from 'vitest';
import type { ProposalEvent, ProposalState } from '../../../src/domain/proposal.ts';
import { advance, isFinal } from '../../../src/domain/proposal.ts';
import { NOW, proposal } from '../../support/build.ts';

const by = 'UBOB';
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
  { kind: 'approve', by },
  { kind: 'refuse', by, reason: 'no' },
  { kind: 'expire' },
  { kind: 'begin' },
  { kind: 'written', generation: 5 },
  { kind: 'rolled-out', until: NOW },
  { kind: 'close', verdict: { kind: 'not-applied', reason: 'x' } },
];

const ALLOWED: Readonly<Record<string, string>> = {
  'pending approve': 'approved',
  'pending refuse': 'refused',
  'pending expire': 'expired',
  'approved begin': 'applying',
  'applying written': 'rolling-out',
  'rolling-out rolled-out': 'observing',
  'approved close': 'closed',
  'applying close': 'closed',
  'rolling-out close': 'closed',
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
