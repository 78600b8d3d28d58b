// The gate by its table: every stage lets the honest case through, and each question of each stage has a case that it alone says no to.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { authorize, QUESTIONS } from '../../../../handlers/fix/authorize.ts';
import { countApproval } from '../../../../handlers/fix/count-approval.ts';
import type { Look } from '../../../../handlers/fix/drift.ts';
import type { AuthorizePorts, DenialReason, Stage } from '../../../../handlers/fix/question.ts';
import type { AuditAction } from '../../../../src/domain/audit/audit.ts';
import { known } from '../../../../src/domain/base/piece.ts';
import { DAY } from '../../../../src/domain/base/time.ts';
import type { TemplateState } from '../../../../src/domain/change/change.ts';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import type { Proposal, ProposalState } from '../../../../src/domain/change/proposal.ts';
import { POLICY } from '../../../../src/domain/change/proposal.ts';
import { createFakeWorld, fakePeople } from '../../../fakes/world.ts';
import { digest, mi, NOW, policy, proposal, templateContainer, templateState, workload } from '../../../support/build.ts';
import { without } from '../../../support/keys.ts';

/** What a case may make otherwise than in the honest one. */
type Twist = {
  readonly rules?: Partial<Policy>;
  readonly person?: string;
  readonly ports?: ((ports: AuthorizePorts) => Partial<AuthorizePorts>) | undefined;
  /** What is stored in the end, whatever was asked for and approved. */
  readonly stored?: (proposal: Proposal) => Proposal;
  readonly template?: Partial<TemplateState>;
  readonly seen?: Look;
  readonly shown?: string;
  readonly waitedMs?: number;
  readonly recorded?: { readonly action: AuditAction };
};

type Case = Twist & { readonly name: string; readonly stage: Stage; readonly says: DenialReason | 'allowed' };

const GUEST: Twist['ports'] = () => ({ people: fakePeople('guest') });
const noKey = (name: 'signer' | 'verifier' | 'seal'): Twist['ports'] => {
  return ({ keys }) => ({ keys: without(keys, name) });
};
const smaller = (old: Proposal): Proposal => ({
  ...old,
  change: { ...old.change, after: { ...old.change.after, limit: mi(20) } },
});
const ARGO: Partial<TemplateState> = { fieldOwners: [{ tool: 'argo-cd', name: 'shop', signal: 'its label' }] };
const DRIFTED: Twist = { seen: { kind: 'drifted', change: proposal().change, container: templateContainer() } };

const CASES: readonly Case[] = [
  { stage: 'propose', name: 'a full member', says: 'allowed' },
  { stage: 'propose', name: 'a guest', ports: GUEST, says: 'who' },
  {
    stage: 'propose',
    name: 'somebody who is not among the proposers',
    rules: { proposers: [{ namespaces: ['*'], users: ['UEVE'], groups: [] }] },
    says: 'who',
  },
  { stage: 'propose', name: 'a namespace that may not be changed', rules: { namespaces: ['web'] }, says: 'policy' },
  { stage: 'propose', name: 'quiet hours, which only count at a decision', rules: { dryRunOnly: true }, says: 'allowed' },

  { stage: 'show', name: 'an approver', says: 'allowed' },
  { stage: 'show', name: 'a guest', ports: GUEST, says: 'who' },
  { stage: 'show', name: 'nobody may approve', rules: { approvers: [] }, says: 'who' },
  { stage: 'show', name: 'no key of the audit', ports: noKey('seal'), says: 'keys' },
  { stage: 'show', name: 'a record that was changed', stored: smaller, says: 'proof' },
  { stage: 'show', name: 'a record that was changed with its hash', stored: rehashed(smaller), says: 'proof' },
  { stage: 'show', name: 'a proposal that was rejected', recorded: { action: 'refuse' }, says: 'proof' },

  { stage: 'reject', name: 'an approver', says: 'allowed' },
  { stage: 'reject', name: 'a guest', ports: GUEST, says: 'who' },

  { stage: 'approve', name: 'an approver', says: 'allowed' },
  {
    stage: 'approve',
    name: 'the requester',
    person: 'UALICE',
    rules: { approvers: [{ namespaces: ['*'], users: ['UALICE'], groups: [] }] },
    says: 'who',
  },
  {
    stage: 'approve',
    name: 'an approver of this moment’s group only',
    rules: { approvers: [{ namespaces: ['*'], users: [], groups: ['S1'] }] },
    says: 'who',
  },
  { stage: 'approve', name: 'no key to sign with', ports: noKey('signer'), says: 'keys' },
  { stage: 'approve', name: 'another hash than was shown', shown: digest('something else'), says: 'shown' },
  { stage: 'approve', name: 'a record that was changed', stored: smaller, says: 'proof' },
  { stage: 'approve', name: 'a proposal that was written already', recorded: { action: 'write' }, says: 'proof' },
  { stage: 'approve', name: 'its time is over', waitedMs: 2 * DAY, says: 'expired' },
  { stage: 'approve', name: 'another limit in the cluster', ...DRIFTED, says: 'drift' },
  { stage: 'approve', name: 'a workload that is gone', seen: { kind: 'gone', change: proposal().change }, says: 'drift' },
  { stage: 'approve', name: 'a tool that has taken it over', template: ARGO, says: 'owner' },
  { stage: 'approve', name: 'a limit above the rules of now', rules: { maxLimit: mi(300) }, says: 'policy' },
  {
    stage: 'approve',
    name: 'labels of now by which nobody may',
    template: { labels: {} },
    stored: (old) => old,
    rules: { approvers: [{ namespaces: ['*'], users: ['UBOB'], groups: [], labels: { team: 'web' } }] },
    says: 'who',
  },

  { stage: 'write', name: 'approved, signed and unchanged', says: 'allowed' },
  { stage: 'write', name: 'no key to check signatures', ports: noKey('verifier'), says: 'keys' },
  { stage: 'write', name: 'no key of the audit', ports: noKey('seal'), says: 'keys' },
  { stage: 'write', name: 'a record that was changed', stored: smaller, says: 'proof' },
  {
    stage: 'write',
    name: 'no signature',
    stored: (old) => ({ ...old, approvals: old.approvals.map(({ by, at, hash }) => ({ by, at, hash })) }),
    says: 'proof',
  },
  {
    stage: 'write',
    name: 'an approver that was exchanged',
    stored: (old) => ({ ...old, approvals: old.approvals.map((each) => ({ ...each, by: 'UEVE' })) }),
    says: 'proof',
  },
  {
    stage: 'write',
    name: 'one approval twice',
    stored: (old) => ({ ...old, approvals: [...old.approvals, ...old.approvals] }),
    says: 'proof',
  },
  {
    stage: 'write',
    name: 'no record of the audit',
    ports: ({ audit }) => ({ audit: { ...audit, ofProposal: async () => [] } }),
    says: 'proof',
  },
  { stage: 'write', name: 'written already', recorded: { action: 'write' }, says: 'proof' },
  { stage: 'write', name: 'another limit in the cluster', ...DRIFTED, says: 'drift' },
  { stage: 'write', name: 'its time is over', waitedMs: 2 * DAY, says: 'expired' },
  {
    stage: 'write',
    name: 'its own mark on an object that has the old values',
    template: { mark: 'P-1 OOM-1001' },
    says: 'written-before',
  },
  { stage: 'write', name: 'a tool that has taken it over', template: ARGO, says: 'owner' },
  { stage: 'write', name: 'a limit above the rules of now', rules: { maxLimit: mi(300) }, says: 'policy' },
  { stage: 'write', name: 'two approvals needed by now', rules: { approvals: 2 }, says: 'approvals' },
  { stage: 'write', name: 'an approver who has lost the right', ports: GUEST, says: 'approvals' },

  { stage: 'resume', name: 'approved, signed and unchanged', says: 'allowed' },
  { stage: 'resume', name: 'no key to check signatures', ports: noKey('verifier'), says: 'keys' },
  { stage: 'resume', name: 'a record that was changed', stored: smaller, says: 'proof' },

  { stage: 'carry-on', name: 'approved and written', recorded: { action: 'write' }, says: 'allowed' },
  {
    stage: 'carry-on',
    name: 'no key to check signatures',
    ports: noKey('verifier'),
    recorded: { action: 'write' },
    says: 'keys',
  },
  { stage: 'carry-on', name: 'never written', says: 'proof' },
  { stage: 'carry-on', name: 'a record that was changed', stored: smaller, recorded: { action: 'write' }, says: 'proof' },

  {
    stage: 'take-back',
    name: 'written, and not rolled out by the audit',
    stored: notRolledOut,
    recorded: { action: 'write' },
    says: 'allowed',
  },
  {
    stage: 'take-back',
    name: 'no key of the audit',
    stored: notRolledOut,
    ports: noKey('seal'),
    recorded: { action: 'write' },
    says: 'keys',
  },
  {
    stage: 'take-back',
    name: 'a verdict that nobody gave',
    stored: (old) => ({ ...notRolledOut(old, 'another reason') }),
    recorded: { action: 'write' },
    says: 'proof',
  },
  {
    stage: 'take-back',
    name: 'a record that was changed',
    stored: (old) => notRolledOut(smaller(old)),
    recorded: { action: 'write' },
    says: 'proof',
  },

  { stage: 'approve-undo', name: 'asked for by the policy', rules: { undoAutomatically: true }, says: 'allowed' },
  { stage: 'approve-undo', name: 'no key of the audit', rules: { undoAutomatically: true }, ports: noKey('seal'), says: 'keys' },
  {
    stage: 'approve-undo',
    name: 'a record that was changed',
    rules: { undoAutomatically: true },
    stored: smaller,
    says: 'proof',
  },
  { stage: 'approve-undo', name: 'the rule is no longer set', says: 'policy' },
];

function rehashed(change: (old: Proposal) => Proposal) {
  return (old: Proposal): Proposal => proposal({ ...change(old), hash: proposal({ ...withoutHash(change(old)) }).hash });
}

function withoutHash({ hash: _hash, ...rest }: Proposal): Omit<Proposal, 'hash'> {
  return rest;
}

const REASON = 'it took too long';

function notRolledOut(old: Proposal, reason: string = REASON): Proposal {
  const state: ProposalState = {
    kind: 'closed',
    by: 'UBOB',
    at: NOW,
    verdict: { kind: 'not-rolled-out', reason, undo: 'automatic' },
  };
  return { ...old, state };
}

/** Asked for by Alice (an undo: by the policy), approved by Bob where the stage is a later one. */
async function scene(stage: Stage) {
  const world = createFakeWorld();
  const ports: AuthorizePorts & Parameters<typeof countApproval>[0] = world.ports;
  const undo = stage === 'approve-undo' ? { requester: POLICY, undoes: 'P-9', automatic: true } : {};
  const labels = { team: 'web' };
  const asked = await world.proposals.create((id) => proposal({ id, labels, route: 'live', ...undo }));
  if (!['write', 'resume', 'carry-on', 'take-back'].includes(stage)) return { world, ports, asked };
  const counted = await countApproval(ports, asked, { by: 'UBOB', needed: 1 });
  if (counted.kind === 'refused') throw new Error(counted.reason);
  return { world, ports, asked: counted.proposal };
}

async function answer(one: Case) {
  const { stage, rules = {}, person = 'UBOB', stored = (old: Proposal) => old, recorded, waitedMs = 0, shown } = one;
  const { world, ports, asked } = await scene(stage);
  if (recorded !== undefined) {
    const common = {
      at: NOW,
      actor: { kind: 'headroom' } as const,
      result: 'done' as const,
      proposalId: asked.id,
      hash: asked.hash,
    };
    await world.audit.append({ ...common, action: recorded.action });
    await world.audit.append({ ...common, action: 'approve', result: 'denied' });
    if (stage === 'take-back')
      await world.audit.append({ ...common, action: 'close', result: 'failed', outcome: `not rolled out: ${REASON}` });
  }
  const before = world.audit.events.length;
  world.clock.advance(waitedMs);
  const given = { ...ports, ...one.ports?.(ports) };
  const template = templateState({ labels: asked.labels, ...one.template });
  const seen = one.seen ?? { kind: 'as-reviewed' as const, template };
  const found = { proposal: stored(asked), person, look: async () => seen };
  const gate = policy({ ...rules });
  const changing = { workload: workload(), container: 'app', labels: asked.labels };
  const incidentId = 'OOM-1001';
  const outcome =
    stage === 'propose'
      ? await authorize(given, gate, { stage, action: 'propose', person: 'UALICE', incidentId, changing })
      : stage === 'approve'
        ? await authorize(given, gate, { stage, ...found, shown: shown ?? asked.hash })
        : await authorize(given, gate, { stage, ...found });
  return { outcome, audited: world.audit.events.slice(before) };
}

describe('the gate', () => {
  it.each(CASES)('$stage: $name: $says', async (one) => {
    const { outcome, audited } = await answer(one);
    if (one.says === 'allowed') {
      expect(outcome).toMatchObject({ kind: 'allowed' });
      expect(audited).toEqual([]);
      return;
    }
    expect(outcome).toMatchObject({ kind: 'denied', reason: one.says });
    expect(audited).toMatchObject([{ result: 'denied', outcome: outcome.kind === 'denied' ? outcome.words : '' }]);
  });

  it.each(Object.keys(QUESTIONS))('has a case for every question of %s, and for the honest one', (stage) => {
    const asked = Object.entries(QUESTIONS).flatMap(([name, checks]) => (name === stage ? checks.map(([reason]) => reason) : []));
    const said = CASES.filter((one) => one.stage === stage).map(({ says }) => says);
    expect(new Set(said)).toEqual(new Set(['allowed', ...asked]));
  });

  it('is what docs/security.md says', () => {
    const text = readFileSync(new URL('../../../../docs/security.md', import.meta.url), 'utf8');
    for (const [stage, checks] of Object.entries(QUESTIONS)) {
      const [row = ''] = text.split('\n').filter((line) => line.startsWith(`| \`${stage}\` `));
      expect(row.split('|')[3]?.trim()).toBe(checks.map(([reason]) => reason).join(', '));
    }
  });

  it('does not call it denied while Slack does not say who is in a group', async () => {
    const { ports, asked } = await scene('write');
    const people = { ...fakePeople(), members: async () => ({ kind: 'unavailable' as const, reason: 'Slack is away' }) };
    const rules = policy({ approvers: [{ namespaces: ['*'], users: [], groups: ['S1'] }] });
    const question = { stage: 'write', proposal: asked, look: async () => undefined } as const;
    await expect(authorize({ ...ports, people }, rules, question)).rejects.toThrow('could not be read from Slack');
    const members = async () => known(['UBOB'], 'Slack', NOW);
    expect(await authorize({ ...ports, people: { ...people, members } }, rules, question)).toEqual({
      kind: 'allowed',
      needed: 1,
    });
  });
});
