// What a ledger of killed and changed containers promises, whoever keeps it; part of the stores' contract.

import { expect, it } from 'vitest';
import { DAY, HOUR, toInstant } from '../../../src/domain/base/time.ts';
import type { LedgerSubject } from '../../../src/domain/sizing/ledger.ts';
import type { Ledger } from '../../../src/ports/ledger.ts';
import { kill, mi, NOW, workload } from '../../support/build.ts';

export function ledgerContract(stores: () => { readonly ledger: Ledger }): void {
  const subject = (of: string, cluster = 'ledger'): LedgerSubject => ({
    key: `${cluster}/payments/Deployment/${of}/app`,
    workload: workload({ name: of, cluster }),
    container: 'app',
    role: 'regular',
    kill: kill({ id: `ledger/${of}` }),
  });
  const daysAgo = (days: number) => toInstant(Math.floor(NOW / DAY) * DAY - days * DAY + HOUR);
  const change = (proposalId: string) => ({
    proposalId,
    incidentId: 'OOM-1',
    at: daysAgo(1),
    limit: mi(512),
    request: mi(256),
    told: [],
  });

  it('gives kills back oldest first, each once', async () => {
    const followed = subject('kills');
    await stores().ledger.noteKill(followed, { at: daysAgo(1), limit: mi(256) });
    await stores().ledger.noteKill(followed, { at: daysAgo(3), limit: mi(128), capped: true });
    await stores().ledger.noteKill(followed, { at: daysAgo(1), limit: mi(256) });
    expect((await stores().ledger.read(followed.key)).kills).toEqual([
      { at: daysAgo(3), limit: mi(128), capped: true },
      { at: daysAgo(1), limit: mi(256) },
    ]);
  });

  it('keeps the highest of each day, for 56 days', async () => {
    const { key } = subject('peaks');
    await stores().ledger.notePeaks(key, [
      { at: daysAgo(0), bytes: mi(200) },
      { at: daysAgo(55), bytes: mi(100) },
      { at: daysAgo(56), bytes: mi(900) },
    ]);
    await stores().ledger.notePeaks(key, [
      { at: toInstant(daysAgo(0) + 1), bytes: mi(150) },
      { at: toInstant(daysAgo(55) + 1), bytes: mi(180) },
    ]);
    expect((await stores().ledger.read(key)).peaks).toEqual([
      { at: daysAgo(55) + 1, bytes: mi(180) },
      { at: daysAgo(0), bytes: mi(200) },
    ]);
    await stores().ledger.notePeaks(key, []);
  });

  it('remembers the last change, and what was told of it', async () => {
    const followed = subject('change');
    await stores().ledger.noteChange(followed.key, change('P-0'));
    expect((await stores().ledger.read(followed.key)).change).toBeUndefined();
    await stores().ledger.noteKill(followed, { at: daysAgo(2), limit: mi(256) });
    await stores().ledger.noteChange(followed.key, change('P-1'));
    await stores().ledger.noteTold(followed.key, { proposalId: 'P-1', stage: '24h' });
    await stores().ledger.noteTold(followed.key, { proposalId: 'P-1', stage: '24h' });
    await stores().ledger.noteTold(followed.key, { proposalId: 'P-other', stage: '7d' });
    await stores().ledger.noteChange(followed.key, change('P-1'));
    expect((await stores().ledger.read(followed.key)).change).toEqual({ ...change('P-1'), told: ['24h'] });
    await stores().ledger.noteChange(followed.key, change('P-2'));
    expect((await stores().ledger.read(followed.key)).change?.proposalId).toBe('P-2');
    await stores().ledger.noteChange(followed.key, { ...change('P-1'), at: toInstant(change('P-2').at - 1) });
    expect((await stores().ledger.read(followed.key)).change?.proposalId).toBe('P-2');
  });

  it('lists what a cluster follows, and nothing of another', async () => {
    const [first, second, other] = [subject('first', 'here'), subject('second', 'here'), subject('first', 'there')];
    for (const each of [first, second, other]) await stores().ledger.noteKill(each, { at: daysAgo(1), limit: undefined });
    const listed = await stores().ledger.list('here');
    expect(listed.map(({ key }) => key).toSorted()).toEqual([first.key, second.key].toSorted());
    expect(listed.find(({ key }) => key === first.key)).toEqual(first);
    expect(await stores().ledger.read('nobody/knows')).toEqual({ peaks: [], kills: [] });
  });
}
