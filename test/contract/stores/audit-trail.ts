// What every audit promises, whoever keeps it: runs as part of the stores' contract, on the fake and on a real Redis.

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/domain/audit/audit.ts';
import type { ChainVerdict } from '../../../src/domain/audit/chain.ts';
import { checkChain } from '../../../src/domain/audit/chain.ts';
import { DAY } from '../../../src/domain/base/time.ts';
import { advance } from '../../../src/domain/change/proposal.ts';
import type { Audit, AuditKeeping } from '../../../src/ports/audit.ts';
import type { ProposalStore } from '../../../src/ports/proposal-store.ts';
import { ago, NOW, proposal } from '../../support/build.ts';

export type AuditUnderTest = { readonly audit: Audit & AuditKeeping; readonly proposals: ProposalStore };

export function attempt(overrides: Partial<AuditEvent> = {}): AuditEvent {
  return { at: NOW, actor: { kind: 'person', id: 'UEVE' }, action: 'approve', result: 'denied', ...overrides };
}

export async function chainVerdict(audit: AuditKeeping): Promise<ChainVerdict> {
  const check = checkChain((text) => createHash('sha256').update(text).digest('hex'), []);
  for await (const record of audit.records()) check.accept(record);
  return check.finish(await audit.head());
}

export function auditContract(stores: () => AuditUnderTest): void {
  it('records every version of a proposal once, newest first', async () => {
    const { audit, proposals } = stores();
    const made = await proposals.create((id) => proposal({ id, requester: 'UALICE', reason: 'peak of the sale “x” & <y>' }));
    const moves = ['UBOB', 'UCAROL'].map((by) => advance(made, { kind: 'approve', by, needed: 1, hash: 'h1' }, NOW));
    await Promise.all(moves.map(async (move) => (move.kind === 'moved' ? proposals.replace(move.proposal) : undefined)));
    const { entries } = await audit.history({ proposalId: made.id, limit: 10 });
    expect(entries.map(({ event }) => event.action)).toEqual(['approve', 'propose']);
    expect(entries[1]?.event).toMatchObject({ why: 'peak of the sale “x” & <y>', before: { limit: '256Mi' } });
  });

  it('tells what happened to one proposal, oldest first', async () => {
    const { audit, proposals } = stores();
    const made = await proposals.create((id) => proposal({ id }));
    const moved = advance(made, { kind: 'approve', by: 'UBOB', needed: 1, hash: made.hash }, NOW);
    await audit.append(attempt({ proposalId: made.id, hash: made.hash }));
    await audit.append(attempt({ proposalId: `${made.id}0`, hash: made.hash }));
    if (moved.kind === 'moved') await proposals.replace(moved.proposal);
    const events = await audit.ofProposal(made.id);
    expect(events.map(({ action, result }) => `${action} ${result}`)).toEqual(['propose done', 'approve denied', 'approve done']);
    expect(events.map(({ hash }) => hash)).toEqual([made.hash, made.hash, made.hash]);
    expect(await audit.ofProposal('P-none')).toEqual([]);
  });

  it('loses none of 200 attempts at once, and chains them without a gap', async () => {
    const { audit } = stores();
    const from = (await audit.head()).sequence;
    const attempts = Array.from({ length: 200 }, (_, index) => attempt({ incidentId: 'OOM-200', outcome: `attempt ${index}` }));
    await Promise.all(attempts.map((event) => audit.append(event)));
    const { entries } = await audit.history({ incidentId: 'OOM-200', limit: 1000 });
    expect(new Set(entries.map(({ event }) => event.outcome)).size).toBe(200);
    expect((await audit.head()).sequence).toBe(from + 200);
    expect(await chainVerdict(audit)).toMatchObject({ kind: 'intact' });
  });

  it('finds by namespace, workload, incident, proposal and time', async () => {
    const { audit } = stores();
    const target = { cluster: 'prod', namespace: 'finding', kind: 'Deployment', name: 'api' };
    await audit.append(attempt({ target, incidentId: 'OOM-f1', proposalId: 'P-f1', at: ago(2 * DAY) }));
    await audit.append(attempt({ target: { ...target, name: 'web' }, incidentId: 'OOM-f2', proposalId: 'P-f2' }));
    const found = async (filter: Omit<Parameters<Audit['history']>[0], 'limit'>): Promise<readonly (string | undefined)[]> =>
      (await audit.history({ ...filter, limit: 10 })).entries.map(({ event }) => event.proposalId);
    expect(await found({ namespace: 'finding' })).toEqual(['P-f2', 'P-f1']);
    expect(await found({ namespace: 'finding', workload: 'api' })).toEqual(['P-f1']);
    expect(await found({ incidentId: 'OOM-f2' })).toEqual(['P-f2']);
    expect(await found({ proposalId: 'P-f1' })).toEqual(['P-f1']);
    expect(await found({ namespace: 'finding', since: ago(DAY) })).toEqual(['P-f2']);
    expect((await audit.history({ namespace: 'finding', limit: 1 })).entries).toHaveLength(1);
  });

  // The last one: it removes what the others wrote.
  it('removes what is too old, says so in a record, and the chain still holds', async () => {
    const { audit } = stores();
    const { sequence } = await audit.head();
    expect(await audit.keepSince(ago(-1), ago(-2))).toBe(sequence);
    expect(await audit.keepSince(ago(-1), ago(-2))).toBe(0);
    const { entries } = await audit.history({ limit: 10 });
    expect(entries.map(({ event }) => event.action)).toEqual(['retention']);
    expect(await chainVerdict(audit)).toMatchObject({ kind: 'intact', first: sequence + 1, records: 1 });
  });
}
